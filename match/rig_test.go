package match_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// memory is octets outside of the Go heap, as the matcher wants them.
func memory(t testing.TB, n int) []byte {
	t.Helper()
	m, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	return m
}

// parseOne is the mistake in a rule, or nil.
func parseOne(text string) error {
	if _, err := rule.ParseRule("test.rules", 1, text, &rule.Env{}); err != nil {
		return err
	}
	return nil
}

// rig is an engine with rules, and variables that a test can look at.
type rig struct {
	*match.Engine
	set  *compile.Result
	vars *variables
	mem  []byte
}

// newRig compiles rules, which must all load.
func newRig(t testing.TB, text string, opt compile.Options) *rig {
	t.Helper()
	env := &rule.Env{Addresses: map[string]string{}, Ports: map[string]string{}}
	file, err := rule.Parse("test.rules", strings.NewReader(text), env)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range file.Errors {
		t.Fatal(e)
	}
	res, err := compile.Compile(file.Rules, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range res.Left {
		t.Fatalf("%s: %v", l.Rule.Raw, l.Err)
	}
	return openRig(t, res, opt.Fingerprint)
}

// openRig makes an engine for a compiled policy.
func openRig(t testing.TB, res *compile.Result, fingerprint [32]byte) *rig {
	t.Helper()
	v := &variables{}
	r := openRigWith(t, res, fingerprint, v)
	r.vars = v
	return r
}

func openRigWith(t testing.TB, res *compile.Result, fingerprint [32]byte, state match.State) *rig {
	t.Helper()
	b, err := match.Open(res.Bundle, fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{set: res, mem: memory(t, 1<<20)}
	limits := match.DefaultLimits()
	limits.Alerts = match.MaxAlerts
	if r.Engine, err = match.NewEngine(limits, state, match.NewArena(memory(t, 4<<20)), memory(t, 1<<20)); err != nil {
		t.Fatal(err)
	}
	sc, err := b.NewScratch()
	if err != nil {
		t.Fatal(err)
	}
	r.SetBundle(b, sc)
	scripts, err := b.NewScripts()
	if err != nil {
		t.Fatal(err)
	}
	r.SetScripts(scripts)
	t.Cleanup(scripts.Close)
	t.Cleanup(b.Close)
	return r
}

// packet is a UDP packet over IPv4 with a payload, in memory of the rig.
func (r *rig) packet(payload []byte) *input.Packet {
	const hdr = 28
	n := copy(r.mem[hdr:], payload)
	p := &input.Packet{Frame: r.mem[:hdr+n], IPVersion: 4, Proto: 17, IPHLen: 20, L4Off: 20, PayloadOff: hdr, PayloadEnd: int32(hdr + n),
		L3End: int32(hdr + n), HasPorts: true, SrcPort: 1000, DstPort: 2000, Dir: input.ToServer, TimeUS: 1}
	p.Src[0], p.Dst[0] = 10, 192
	p.Flow = &input.Flow{ID: 1, Established: true}
	return p
}

// judge evaluates a packet and gives the sids of the rules that matched.
func (r *rig) judge(p *input.Packet, tx input.Tx, app input.AppProto) map[uint32]bool {
	r.Reset()
	i := r.Add(p, match.InspectHeader|match.InspectPayload, app)
	if tx != nil {
		r.AddTx(tx, app, p.Dir, true)
	}
	r.Scan()
	res := r.Evaluate(i)
	out := map[uint32]bool{}
	for _, a := range res.Alerts[:res.N] {
		out[r.Bundle().Rules[a.Rule].SID] = true
	}
	return out
}

// variables is a match.State that keeps everything in maps.
type variables struct {
	bits    map[uint32]bool
	ints    map[uint32]uint32
	octets  map[uint32]string
	entropy map[uint32]float64
	sets    map[uint32]map[string]bool
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

func (v *variables) FlowBit(_ *input.Flow, id uint32) bool        { return v.bits[id] }
func (v *variables) SetFlowBit(_ *input.Flow, id uint32, on bool) { put(&v.bits, id, on) }
func (v *variables) FlowInt(_ *input.Flow, id uint32) (uint32, bool) {
	n, ok := v.ints[id]
	return n, ok
}
func (v *variables) SetFlowInt(_ *input.Flow, id, n uint32) { put(&v.ints, id, n) }
func (v *variables) FlowVar(_ *input.Flow, id uint32) []byte {
	if s, ok := v.octets[id]; ok {
		return []byte(s)
	}
	return nil
}
func (v *variables) SetFlowVar(_ *input.Flow, id uint32, d []byte)     { put(&v.octets, id, string(d)) }
func (v *variables) SetEntropy(_ *input.Flow, id uint32, x float64)    { put(&v.entropy, id, x) }
func (v *variables) Bits(op *match.Op, _ *input.Packet, _ uint64) bool { return false }
func (v *variables) SetBits(op *match.Op, _ *input.Packet, _ uint64)   {}
func (v *variables) Finding(int32, *input.Packet) (uint8, bool)        { return 0, false }
func (v *variables) SetTag(*match.Op, *match.RuleRec, *input.Packet)   {}
func (v *variables) Tagged(*input.Packet, int) bool                    { return false }
func (v *variables) SetHas(id uint32, d []byte, loaded bool) bool {
	if has, ok := v.sets[id][string(d)]; ok {
		return has
	}
	return loaded
}
func (v *variables) change(id uint32, d []byte, loaded, to bool) bool {
	if v.SetHas(id, d, loaded) == to {
		return false
	}
	if v.sets[id] == nil {
		put(&v.sets, id, map[string]bool{})
	}
	v.sets[id][string(d)] = to
	return true
}
func (v *variables) SetAdd(id uint32, d []byte, loaded bool, _ uint64) bool {
	return v.change(id, d, loaded, true)
}
func (v *variables) SetRemove(id uint32, d []byte, loaded bool) bool {
	return v.change(id, d, loaded, false)
}
func (v *variables) Threshold(*match.ThresholdRec, *match.RuleRec, *input.Packet) match.Outcome {
	return match.Emit
}

// body is a transaction whose request body grows: the first octets of all, as
// many as were seen.
type body struct {
	det  input.TxDetect
	all  []byte // outside of the Go heap
	seen int
	uri  []byte
}

func (b *body) View(id buf.ID, d input.Dir, i int) input.View {
	if d != input.ToServer || i > 0 {
		return input.View{Avail: input.None}
	}
	switch id {
	case buf.HTTPURI:
		return input.View{Data: b.uri, Avail: input.Done, First: true, Last: true}
	case buf.HTTPRequestBody:
		if b.seen == 0 {
			return input.View{Avail: input.Wait}
		}
		v := input.View{Data: b.all[:b.seen:b.seen], First: true, Avail: input.More}
		if b.seen == len(b.all) {
			v.Avail, v.Last = input.Done, true
		}
		return v
	}
	return input.View{Avail: input.None}
}

func (b *body) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }
func (b *body) Progress(input.Dir) uint8 {
	if b.seen == len(b.all) {
		return input.Complete
	}
	return 2
}
func (b *body) Event(uint16) bool       { return false }
func (b *body) Detect() *input.TxDetect { return &b.det }
func (b *body) ID() uint64              { return 0 }
