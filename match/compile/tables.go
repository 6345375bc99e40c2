package compile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"

	"github.com/weir-ips/weir/match"
)

// tables are the sections of a bundle while they grow.
type tables struct {
	rules      []match.RuleRec
	ops        []match.Op
	lists      []match.ListRec
	keys       []match.BufKey
	blob       []byte
	addrSets   []match.AddrSet
	v4         []match.V4Range
	v6         []match.V6Range
	portSets   []match.Span
	ports      []match.PortRange
	refs       []uint32
	groups     []match.Group
	portMaps   []match.PortMap
	packet     []match.PacketIndex
	tx         []match.TxIndex
	app        []match.AppIndex
	dbs        []match.DBRec
	patSpans   []match.Span
	dbBytes    []byte
	ipOnly     []match.IPOnlyRange
	thresholds []match.ThresholdRec
	pcre       []match.PCRERec
	names      []match.NameRec
	sets       []match.SetRec
	setItems   []match.SetItem
	setSlots   []uint32
	setData    []byte

	scripts     []match.ScriptRec
	scriptFacts []match.ScriptFact
	scriptVars  []match.ScriptVar
	scriptArgs  []match.NameRec
	fw          []match.FirewallRec
	hooks       []match.HookRec
	hookIndex   []match.Span

	blobs    map[string]uint32
	spans    map[string]match.Span
	addrIDs  map[string]uint32
	portIDs  map[string]uint32
	keyIDs   map[string]uint32
	regexIDs map[string]uint32
}

func newTables() *tables {
	return &tables{blobs: map[string]uint32{}, spans: map[string]match.Span{}, addrIDs: map[string]uint32{},
		portIDs: map[string]uint32{}, keyIDs: map[string]uint32{}, regexIDs: map[string]uint32{}}
}

// put stores octets in the blob, equal ones once.
func (t *tables) put(b []byte) (off, n uint32) {
	if at, ok := t.blobs[string(b)]; ok {
		return at, uint32(len(b))
	}
	at := uint32(len(t.blob))
	t.blob = append(t.blob, b...)
	t.blobs[string(b)] = at
	return at, uint32(len(b))
}

// span stores a list of rule numbers in Refs, equal ones once.
func (t *tables) span(rules []uint32) match.Span {
	if len(rules) == 0 {
		return match.Span{}
	}
	k := string(match.Octets(rules))
	if s, ok := t.spans[k]; ok {
		return s
	}
	s := match.Span{Off: uint32(len(t.refs)), N: uint32(len(rules))}
	t.refs = append(t.refs, rules...)
	t.spans[k] = s
	return s
}

// addOps stores a run of operations.
func (t *tables) addOps(ops []match.Op) match.Span {
	s := match.Span{Off: uint32(len(t.ops)), N: uint32(len(ops))}
	t.ops = append(t.ops, ops...)
	return s
}

// addrSet stores address ranges and returns the 1-based set; equal sets are
// stored once.
func (t *tables) addrSet(v4 []match.V4Range, v6 []match.V6Range) uint32 {
	k := fmt.Sprintf("%x|%x", match.Octets(v4), match.Octets(v6))
	if id, ok := t.addrIDs[k]; ok {
		return id
	}
	s := match.AddrSet{
		V4: match.Span{Off: uint32(len(t.v4)), N: uint32(len(v4))},
		V6: match.Span{Off: uint32(len(t.v6)), N: uint32(len(v6))},
	}
	t.v4, t.v6 = append(t.v4, v4...), append(t.v6, v6...)
	t.addrSets = append(t.addrSets, s)
	id := uint32(len(t.addrSets))
	t.addrIDs[k] = id
	return id
}

// portSet stores port ranges and returns the 1-based set.
func (t *tables) portSet(r []match.PortRange) uint32 {
	k := string(match.Octets(r))
	if id, ok := t.portIDs[k]; ok {
		return id
	}
	t.portSets = append(t.portSets, match.Span{Off: uint32(len(t.ports)), N: uint32(len(r))})
	t.ports = append(t.ports, r...)
	id := uint32(len(t.portSets))
	t.portIDs[k] = id
	return id
}

// assemble seals the tables into a bundle.
func (t *tables) assemble(meta []byte, fingerprint [32]byte) ([]byte, error) {
	return match.Assemble([][]byte{
		match.SecRules:       match.Octets(t.rules),
		match.SecOps:         match.Octets(t.ops),
		match.SecLists:       match.Octets(t.lists),
		match.SecKeys:        match.Octets(t.keys),
		match.SecBlob:        t.blob,
		match.SecAddrSets:    match.Octets(t.addrSets),
		match.SecV4:          match.Octets(t.v4),
		match.SecV6:          match.Octets(t.v6),
		match.SecPortSets:    match.Octets(t.portSets),
		match.SecPorts:       match.Octets(t.ports),
		match.SecRefs:        match.Octets(t.refs),
		match.SecGroups:      match.Octets(t.groups),
		match.SecPortMaps:    match.Octets(t.portMaps),
		match.SecPacketIndex: match.Octets(t.packet),
		match.SecTxIndex:     match.Octets(t.tx),
		match.SecAppIndex:    match.Octets(t.app),
		match.SecDBs:         match.Octets(t.dbs),
		match.SecPatSpans:    match.Octets(t.patSpans),
		match.SecDBBytes:     t.dbBytes,
		match.SecIPOnly:      match.Octets(t.ipOnly),
		match.SecThresholds:  match.Octets(t.thresholds),
		match.SecRuleKeys:    match.Octets(match.RuleKeys(t.rules)),
		match.SecPCRE:        match.Octets(t.pcre),
		match.SecNames:       match.Octets(t.names),
		match.SecSets:        match.Octets(t.sets),
		match.SecSetItems:    match.Octets(t.setItems),
		match.SecSetSlots:    match.Octets(t.setSlots),
		match.SecSetData:     t.setData,
		match.SecScripts:     match.Octets(t.scripts),
		match.SecScriptFacts: match.Octets(t.scriptFacts),
		match.SecScriptVars:  match.Octets(t.scriptVars),
		match.SecScriptArgs:  match.Octets(t.scriptArgs),
		match.SecFirewall:    match.Octets(t.fw),
		match.SecHooks:       match.Octets(t.hooks),
		match.SecHookIndex:   match.Octets(t.hookIndex),
		match.SecMeta:        meta,
	}, fingerprint)
}

// ipRange is a range of addresses of one family, for the address-only rules.
type ipRange struct {
	lo, hi [16]byte
	rule   uint32
}

// addIPOnly flattens overlapping ranges of one side and family into disjoint
// rows, each with the rules of all ranges that cover it.
func (t *tables) addIPOnly(side, version uint8, ranges []ipRange) {
	if len(ranges) == 0 {
		return
	}
	type edge struct {
		at    [16]byte
		over  bool // at lies behind the last address
		rule  uint32
		start bool
	}
	var edges []edge
	for _, r := range ranges {
		next, over := successor(r.hi, version)
		edges = append(edges, edge{r.lo, false, r.rule, true}, edge{next, over, r.rule, false})
	}
	sort.SliceStable(edges, func(i, j int) bool {
		if edges[i].over != edges[j].over {
			return edges[j].over
		}
		return bytes.Compare(edges[i].at[:], edges[j].at[:]) < 0
	})
	active := map[uint32]int{}
	for i := 0; i < len(edges); {
		j := i
		for j < len(edges) && edges[j].at == edges[i].at && edges[j].over == edges[i].over {
			if edges[j].start {
				active[edges[j].rule]++
			} else if active[edges[j].rule]--; active[edges[j].rule] == 0 {
				delete(active, edges[j].rule)
			}
			j++
		}
		if j < len(edges) && len(active) > 0 {
			rules := make([]uint32, 0, len(active))
			for r := range active {
				rules = append(rules, r)
			}
			sort.Slice(rules, func(a, b int) bool { return rules[a] < rules[b] })
			row := match.IPOnlyRange{Lo: edges[i].at, Side: side, Version: version, Refs: t.span(rules)}
			row.Hi = predecessor(edges[j].at, edges[j].over, version)
			t.ipOnly = append(t.ipOnly, row)
		}
		i = j
	}
}

// successor is the address behind a; over when there is none.
func successor(a [16]byte, version uint8) (next [16]byte, over bool) {
	n := 16
	if version == 4 {
		n = 4
	}
	next = a
	for i := n - 1; i >= 0; i-- {
		next[i]++
		if next[i] != 0 {
			return next, false
		}
	}
	return next, true
}

func predecessor(a [16]byte, over bool, version uint8) [16]byte {
	n := 16
	if version == 4 {
		n = 4
	}
	if over {
		for i := range n {
			a[i] = 0xFF
		}
		return a
	}
	for i := n - 1; i >= 0; i-- {
		a[i]--
		if a[i] != 0xFF {
			break
		}
	}
	return a
}

func v4Addr(v uint32) (a [16]byte) {
	binary.BigEndian.PutUint32(a[:4], v)
	return a
}
