package stream

import (
	"bytes"
	"math/rand"
	"syscall"
	"testing"
	"time"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

type rec struct {
	t    testing.TB
	got  [2][]byte
	at   [2]uint64
	gaps int
	// onData, where set, is called with what was read.
	onData func(*flow.Record, input.Dir)
}

func (k *rec) StreamData(r *flow.Record, d input.Dir, b []byte, start uint64, eof bool) {
	i := d - input.ToServer
	if start != k.at[i] {
		k.t.Fatalf("data at %d, expected %d", start, k.at[i])
	}
	k.at[i] += uint64(len(b))
	k.got[i] = append(k.got[i], b...)
	if k.onData != nil {
		k.onData(r, d)
	}
}
func (k *rec) StreamGap(r *flow.Record, d input.Dir, start, n uint64) {
	i := d - input.ToServer
	if start != k.at[i] || n == 0 {
		k.t.Fatalf("gap %d+%d, at %d", start, n, k.at[i])
	}
	k.at[i] += n
	k.gaps++
}

type conn struct {
	s   *Stage
	r   flow.Record
	k   *rec
	isn [2]uint32
	p   packet.Packet
	buf []byte
	// opts are the options of the segments that are sent.
	opts uint8
	now  int64
	// edit, where set, changes the header of what is sent.
	edit func(*input.TCP)
}

func conf(inline bool) Config {
	c := DefaultConfig()
	c.Inline, c.Sessions, c.ReassemblyMemcap, c.RandomizeChunk = inline, 64, 8<<20, false
	return c
}

func dial(t testing.TB, c Config) *conn {
	x := fresh(t, c)
	x.send(0, input.TCPSyn, -1, 0, nil)
	x.send(1, input.TCPSyn|input.TCPAck, -1, 0, nil)
	x.send(0, input.TCPAck, 0, 0, nil)
	return x
}

// fresh is a connection of which nothing was sent yet.
func fresh(t testing.TB, c Config) *conn {
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	x := &conn{s: s, k: &rec{t: t}, isn: [2]uint32{0xfffffff0, 0x7ffffff8}, buf: make([]byte, 70000)}
	x.r.Proto, x.r.IPVersion = 6, 4
	return x
}

// send: off and ack are stream offsets.
func (x *conn) send(side int, fl uint8, off, ack int, data []byte) Outcome {
	p := &x.p
	*p = packet.Packet{}
	copy(x.buf[40:], data)
	p.Frame = x.buf[:40+len(data)]
	p.IPVersion, p.Proto, p.L4Off, p.PayloadOff = 4, 6, 20, 40
	p.PayloadEnd, p.L3End, p.IPHLen = int32(40+len(data)), int32(40+len(data)), 20
	p.Dir = input.ToServer + input.Dir(side)
	p.TCP = input.TCP{Opts: x.opts, Seq: x.isn[side] + 1 + uint32(off), Flags: fl, Window: 65535, HdrLen: 20}
	if fl&input.TCPAck != 0 {
		p.TCP.Ack = x.isn[1-side] + 1 + uint32(ack)
	}
	if x.edit != nil {
		x.edit(&p.TCP)
	}
	p.TimeUS = x.now
	x.r.PktsTS++
	return x.s.Packet(p, &x.r, x.k)
}

func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + i%23)
	}
	return b
}

func perms(n int, f func([]int)) {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	var rec func(int)
	rec = func(k int) {
		if k == n {
			f(p)
			return
		}
		for i := k; i < n; i++ {
			p[k], p[i] = p[i], p[k]
			rec(k + 1)
			p[k], p[i] = p[i], p[k]
		}
	}
	rec(0)
}

func (x *conn) empty(t *testing.T) {
	t.Helper()
	x.s.Release(&x.r)
	if x.s.arena.used != 0 || x.s.regions.Used() != 0 || x.s.sessions.Used() != 0 || x.s.marks != nil && x.s.marks.Used() != 0 {
		t.Fatalf("left: %d octets %d regions %d sessions", x.s.arena.used, x.s.regions.Used(), x.s.sessions.Used())
	}
}

func TestEveryOrderAndCut(t *testing.T) {
	for _, inline := range []bool{false, true} {
		want := text(60)
		for n := 1; n <= 5; n++ {
			perms(n, func(p []int) {
				x := dial(t, conf(inline))
				for _, i := range p {
					a, b := len(want)*i/n, len(want)*(i+1)/n
					a = max(a-3, 0) // same-data overlap
					x.send(0, input.TCPAck, a, 0, want[a:b])
				}
				x.send(1, input.TCPAck, 0, len(want), nil)
				if !bytes.Equal(x.k.got[0], want) {
					t.Fatalf("inline %v order %v: %q", inline, p, x.k.got[0])
				}
				x.empty(t)
				x.s.Close()
			})
		}
		for cut := 1; cut < len(want); cut++ {
			x := dial(t, conf(inline))
			x.send(0, input.TCPAck, 0, 0, want[:cut])
			x.send(0, input.TCPAck, cut, 0, want[cut:])
			x.send(1, input.TCPAck, 0, len(want), nil)
			if !bytes.Equal(x.k.got[0], want) {
				t.Fatalf("cut %d: %q", cut, x.k.got[0])
			}
			x.empty(t)
			x.s.Close()
		}
	}
}

// TestInlineReceiver: whatever copies an attacker sends, first-wins and
// last-wins receivers both read what the sink was given.
func TestInlineReceiver(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	for round := range 3000 {
		x := dial(t, conf(true))
		const n = 200
		var first, last [n]byte
		var have [n]bool
		for range 30 {
			a := rnd.Intn(n - 1)
			b := min(n, a+1+rnd.Intn(40))
			d := make([]byte, b-a)
			rnd.Read(d)
			x.send(0, input.TCPAck, a, 0, d)
			if x.p.Verdict >= packet.Drop {
				continue
			}
			for i, c := range x.p.Payload() {
				if !have[a+i] {
					have[a+i], first[a+i] = true, c
				}
				last[a+i] = c
			}
		}
		g := x.k.got[0]
		if !bytes.Equal(g, first[:len(g)]) || !bytes.Equal(g, last[:len(g)]) {
			t.Fatalf("round %d: receiver and sink differ", round)
		}
		x.empty(t)
		x.s.Close()
	}
}

func TestRawFindsEveryCut(t *testing.T) {
	want := append(append(text(3000), "ATTACKPATTERN"...), text(3000)...)
	for cut := 3001; cut < 3013; cut++ {
		x := dial(t, conf(true))
		found := false
		for _, seg := range [][2]int{{0, 1400}, {cut, cut + 1400}, {1400, cut}} {
			x.send(0, input.TCPAck, seg[0], 0, want[seg[0]:seg[1]])
			var v [MaxRaw]RawView
			k := x.s.Raw(&x.p, &x.r, &v)
			found = false
			for i := range k {
				found = found || bytes.Contains(v[i].Data, []byte("ATTACKPATTERN"))
			}
			x.s.Inspected(&x.r, input.ToServer)
		}
		if !found {
			t.Errorf("cut %d: the packet that completes the pattern does not show it", cut)
		}
		x.empty(t)
		x.s.Close()
	}
}

func TestNothingAllocates(t *testing.T) {
	for _, inline := range []bool{false, true} {
		x := dial(t, conf(inline))
		d := text(1400)
		x.k.got[0] = make([]byte, 0, 64<<20)
		off := 0
		x.s.cfg.Depth = 0
		if n := testing.AllocsPerRun(2000, func() {
			x.send(0, input.TCPAck, off, 0, d)
			off += len(d)
			x.send(1, input.TCPAck, 0, off, nil)
			x.s.Inspected(&x.r, input.ToServer)
		}); n != 0 {
			t.Errorf("inline %v: %v allocs", inline, n)
		}
	}
}

func TestMemcapDoesNotGrow(t *testing.T) {
	cfg := conf(true)
	cfg.ReassemblyMemcap, cfg.Sessions, cfg.Depth = 256<<10, 1000, 0
	x := dial(t, cfg)
	hit := 0
	for i := range 400 {
		o := x.send(0, input.TCPAck, 10+i*150, 0, text(100))
		if o.Exception == ReassemblyMemcap {
			hit++
		}
		if x.s.arena.used > cfg.ReassemblyMemcap {
			t.Fatal("grew")
		}
	}
	if hit == 0 {
		t.Error("the cap was never met")
	}
	x.empty(t)
}

type null struct{}

func (null) StreamData(*flow.Record, input.Dir, []byte, uint64, bool) {}
func (null) StreamGap(*flow.Record, input.Dir, uint64, uint64)        {}

func bench(b *testing.B, inline bool) {
	c := conf(inline)
	c.Depth = 0
	x := dial(b, c)
	x.s.Release(&x.r)
	x = dial(b, c)
	d := text(300)
	off := 0
	b.ReportAllocs()
	begun := cpuTime()
	// The processor's own time: other programs on the machine do not count.
	defer func() { b.ReportMetric(float64(cpuTime()-begun)/float64(b.N), "cpu-ns/packet") }()
	for i := 0; i < b.N; i++ {
		p := &x.p
		if i%2 == 0 {
			x.prep(0, off, 0, d)
			off += 300
		} else {
			x.prep(1, 0, off, nil)
		}
		x.s.Packet(p, &x.r, null{})
		x.s.Inspected(&x.r, input.ToServer)
	}
}

// cpuTime is the processor time that the test took so far.
func cpuTime() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func (x *conn) prep(side, off, ack int, data []byte) {
	p := &x.p
	p.Frame = x.buf[:40+len(data)]
	p.PayloadEnd, p.L3End = int32(40+len(data)), int32(40+len(data))
	p.Dir = input.ToServer + input.Dir(side)
	p.Events, p.Verdict, p.Modified = input.EventSet{}, 0, false
	p.TCP.Seq, p.TCP.Ack = x.isn[side]+1+uint32(off), x.isn[1-side]+1+uint32(ack)
	p.TCP.Flags = input.TCPAck
}
func BenchmarkInOrderInline(b *testing.B)  { bench(b, true) }
func BenchmarkInOrderPassive(b *testing.B) { bench(b, false) }

func FuzzSplit(f *testing.F) {
	f.Add([]byte("\x00\x05\x01\x03\x07\x02"), true)
	f.Fuzz(func(t *testing.T, in []byte, inline bool) {
		x := dial(t, conf(inline))
		defer x.s.Close()
		for i := 0; i+3 < len(in) && i < 400; i += 4 {
			side := int(in[i] >> 7)
			x.send(side, in[i]&0x3f, int(in[i+1])-4, int(in[i+2])-4, text(int(in[i+3])))
			var v [MaxRaw]RawView
			n := x.s.Raw(&x.p, &x.r, &v)
			for j := range n {
				if v[j].Seen > len(v[j].Data) {
					t.Fatal("seen")
				}
			}
			x.s.Inspected(&x.r, x.p.Dir)
		}
		x.s.Flush(&x.r, input.ToServer, x.k)
		x.s.Flush(&x.r, input.ToClient, x.k)
		x.empty(t)
	})
}
