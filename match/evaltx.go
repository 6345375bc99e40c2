package match

import (
	"math/bits"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Outcome of a list on a transaction.
type outcome uint8

const (
	no      outcome = iota // does not match and never will
	pending                // the buffer, or more of it, is still to come
	yes
	again // of a hook: holds, and will be asked again
)

// evalTx judges the rules of one transaction in one direction: those whose
// pattern was found now, those that wait for later buffers, and, the first
// time, those that have no pattern.
func (e *Engine) evalTx(it *item, ref *txRef, r *Result) {
	det := ref.tx.Detect()
	di := ref.dir - 1
	if e.b.Firewall() {
		if ref.fresh && !e.filterTx(it, ref, det, r) {
			return
		}
		if e.fw.skipTD {
			det.Seen[di] = uint16(ref.tx.Progress(ref.dir)) + 1
			return
		}
	}
	e.ncands = 0
	e.takeHits(ref.jobs.Off, ref.jobs.Off+ref.jobs.N, it)
	if !det.Started[di] {
		det.Started[di] = true
		if ai := e.indexOf(ref); ai != nil {
			e.addRefs(ai.Always)
		}
	}
	e.addPending(det, ref)
	e.sortCands()
	e.Stats.Candidates += uint64(e.ncands)
	det.Seen[di] = uint16(ref.tx.Progress(ref.dir)) + 1
	for _, id := range e.cands[:e.ncands] {
		rule := &e.b.Rules[id]
		if rule.Flags&RTx == 0 || e.rests(id) {
			continue
		}
		start := e.meterStart(id)
		e.ruleBegins()
		ok := e.ruleTx(it, ref, det, id, rule)
		e.meterEnd(id, start, ok)
		if e.explain != nil && e.explain.wanted(id) {
			e.explainRule(it, ref, id, ok)
		}
		if ok {
			e.matchedTx(it, r, id, ref)
		}
	}
}

// ruleTx judges one rule on one transaction, remembering what already matched.
// It returns true when the last list matches, once in each direction: a rule on
// what both have is for both. A rule on whole transactions has one state.
func (e *Engine) ruleTx(it *item, ref *txRef, det *input.TxDetect, id uint32, rule *RuleRec) bool {
	lists := e.b.Lists[rule.Lists.Off : rule.Lists.Off+rule.Lists.N]
	dirs := uint8(ref.dir)
	if rule.Flags&RTransactional != 0 {
		dirs = bothDirs
	} else if !e.hasLists(lists, ref.dir) {
		return false
	}
	st := e.states.find(det, id, dirs)
	var mask uint32
	from := 0
	if st != nil {
		if st.flags&stateDone != 0 {
			if !e.moreFiles(ref, st) {
				return false
			}
			from = int(st.files)
		}
		if mask = st.mask; from > 0 {
			mask &= maskHeader
		}
	}
	if mask&maskHeader == 0 {
		if !e.header(rule, it.pkt, ref.app) || !e.packetOps(rule, it) {
			// A rule that waits is judged again with the next packet: flowbits
			// may be set by then, and rules for both directions get the other.
			return false
		}
		mask |= maskHeader
	}
	if rule.Hook == HookApp {
		switch e.atHook(ref, rule) {
		case no:
			return false
		case pending:
			e.remember(det, st, id, dirs, mask, 0)
			return false
		case again:
			// Nothing more is asked than to be in the state: it holds with each packet
			// that brings something as long as the state lasts.
			e.remember(det, st, id, dirs, mask, 0)
			return ref.fresh
		}
	}
	e.insp.vars = [maxVars]uint64{}
	e.insp.tx = ref
	e.fileFrom, e.fileHits = from, 0
	res := yes
	for i := range lists {
		bit := uint32(1) << min(i, maxListBit)
		if mask&bit != 0 {
			continue
		}
		switch e.txList(it, ref, &lists[i]) {
		case yes:
			mask |= bit
		case pending:
			res = pending
		default:
			res = no
		}
		if res == no {
			break
		}
	}
	switch res {
	case yes:
		if st = e.remember(det, st, id, dirs, mask, stateDone|stateMatched); st != nil {
			st.key = RuleKey(rule.GID, rule.SID)
			if rule.Flags&(RFile|RTransactional) == RFile { // a rule on whole transactions matches once
				st.flags |= stateFiles
				st.files = uint16(e.fileCount(ref, ref.dir))
			}
		}
		return true
	case pending:
		e.remember(det, st, id, dirs, mask, 0)
	default:
		e.remember(det, st, id, dirs, mask, stateDone)
	}
	return false
}

// bothDirs is the state of a rule that has one for both directions.
const bothDirs = uint8(input.ToServer | input.ToClient)

// hasLists reports whether what lists look at exists in direction d.
func (e *Engine) hasLists(lists []ListRec, d input.Dir) bool {
	need := KTS
	if d == input.ToClient {
		need = KTC
	}
	for i := range lists {
		k := &e.b.Keys[lists[i].Key]
		if k.Buf != buf.None && k.Flags&KTx != 0 && lists[i].Dir == 0 && k.Flags&need == 0 {
			return false
		}
	}
	return true
}

// remember stores what is known of a rule on a transaction; without room the
// rule is judged anew when its pattern shows up again.
func (e *Engine) remember(det *input.TxDetect, st *ruleState, id uint32, dirs uint8, mask uint32, flags uint8) *ruleState {
	if st == nil {
		if st = e.states.add(det, id); st == nil {
			e.Stats.StateFull++
			return nil
		}
	}
	st.mask, st.flags, st.dirs = mask, st.flags|flags, dirs
	return st
}

// txList inspects one list on a transaction's buffer, all instances of it.
func (e *Engine) txList(it *item, ref *txRef, l *ListRec) outcome {
	k := &e.b.Keys[l.Key]
	if k.Buf == buf.None {
		return e.txConds(ref, l)
	}
	if k.Flags&KTx == 0 {
		if _, ok := e.packetList(it, l); ok {
			return yes
		}
		e.result.Waits = true
		return pending
	}
	d := ref.dir
	if l.Dir != 0 {
		d = l.Dir
	}
	if l.Dir == 0 && (d == input.ToServer && k.Flags&KTS == 0 || d == input.ToClient && k.Flags&KTC == 0) {
		return pending
	}
	from := 0
	if k.Flags&KFile != 0 {
		from = e.fileFrom
	}
	for i := from; i < maxInstances; i++ {
		v := ref.tx.View(k.Buf, d, i)
		switch v.Avail {
		case input.Wait:
			return pending
		case input.None:
			if i == 0 && e.insp.runAbsent(l) {
				return yes
			}
			return no
		}
		data, ok := e.transform(k, v.Data)
		if ok && e.insp.run(l, data, v.Start, v.First || k.Flags&KWindow == 0, v.Avail == input.Done) {
			return yes
		}
		if v.Avail == input.More {
			return pending
		}
		if k.Flags&KMulti == 0 {
			return no
		}
	}
	return no
}

// matchedTx notes a match; the rule's direction is the transaction's.
func (e *Engine) matchedTx(it *item, r *Result, id uint32, ref *txRef) {
	e.matched(it, r, id, AlertTx, ref.tx, ref.app)
}

// maskHeader in a rule state's mask: header and packet conditions held.
const (
	maskHeader = 1 << 31
	maxListBit = 30
)

// Flags of a rule state: it matched or cannot match any more; it matched; it
// matched on files, of which more may come.
const (
	stateDone    = 1
	stateMatched = 2
	stateFiles   = 8
)

// ruleState is what is known of one rule on one transaction.
type ruleState struct {
	rule  uint32
	mask  uint32 // lists that matched
	flags uint8
	dirs  uint8  // it is for: one, or both of a rule on whole transactions
	files uint16 // that it was judged on when it matched
	key   uint32 // of a rule that matched: RuleKey, which the next policy knows it by
}

const statesPerNode = 7

// stateNode is a run of rule states; two cache lines.
type stateNode struct {
	states [statesPerNode]ruleState
	n      uint32
	next   uint32
}

// ruleStates is the slab of nodes. Index 0 is never used.
type ruleStates struct {
	nodes []stateNode
	free  uint32 // head of the free list, threaded through next
	fresh uint32
}

func (s *ruleStates) init(mem []byte) {
	s.nodes = stateNodes(mem)
	s.fresh = 1
}

func (s *ruleStates) get() uint32 {
	if s.free != 0 {
		i := s.free
		s.free = s.nodes[i].next
		s.nodes[i].n, s.nodes[i].next = 0, 0
		return i
	}
	if int(s.fresh) >= len(s.nodes) {
		return 0
	}
	i := s.fresh
	s.fresh++
	s.nodes[i].n, s.nodes[i].next = 0, 0
	return i
}

func (s *ruleStates) find(det *input.TxDetect, id uint32, dirs uint8) *ruleState {
	for n := det.State; n != 0; n = s.nodes[n].next {
		node := &s.nodes[n]
		for i := range node.n {
			if node.states[i].rule == id && node.states[i].dirs == dirs {
				return &node.states[i]
			}
		}
	}
	return nil
}

func (s *ruleStates) add(det *input.TxDetect, id uint32) *ruleState {
	if det.State == 0 || s.nodes[det.State].n == statesPerNode {
		n := s.get()
		if n == 0 {
			return nil
		}
		s.nodes[n].next = det.State
		det.State = n
	}
	node := &s.nodes[det.State]
	st := &node.states[node.n]
	node.n++
	*st = ruleState{rule: id}
	return st
}

// addPending makes the rules that wait on this transaction candidates.
func (e *Engine) addPending(det *input.TxDetect, ref *txRef) {
	for n := det.State; n != 0; n = e.states.nodes[n].next {
		node := &e.states.nodes[n]
		for i := range node.n {
			st := &node.states[i]
			over := st.flags&stateDone != 0 && !e.moreFiles(ref, st)
			if !over && st.dirs&uint8(ref.dir) != 0 && st.mask&maskHeader != 0 && e.ncands < maxCands {
				e.cands[e.ncands] = st.rule
				e.ncands++
			}
		}
	}
}

// ReleaseTx takes back what the engine remembers of a transaction. The parser's
// owner calls it before the transaction is reused.
func (e *Engine) ReleaseTx(det *input.TxDetect) {
	for n := det.State; n != 0; {
		next := e.states.nodes[n].next
		e.states.nodes[n].next = e.states.free
		e.states.free = n
		n = next
	}
	*det = input.TxDetect{}
}

// popcount is the number of lists of a rule that matched, for explanations.
func (st *ruleState) popcount() int { return bits.OnesCount32(st.mask &^ maskHeader) }
