package stream

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/match/input"
)

// twins are two connections that are sent the same packets; the second predicts none.
type twins struct {
	t    testing.TB
	x, y *conn
	now  int64
	held [2][]byte
}

func newTwins(t testing.TB, c Config) *twins {
	w := &twins{t: t, now: 1e15, x: fresh(t, c), y: fresh(t, c)}
	w.y.s.plain = true
	w.held = [2][]byte{make([]byte, 0, 1<<16), make([]byte, 0, 1<<16)}
	return w
}

// send sends a segment to both and compares what they make of it. trigger: what
// there is is looked at, however little.
func (w *twins) send(side int, fl uint8, off, ack int, data []byte, edit func(*input.TCP), trigger bool) Outcome {
	x, y := w.x, w.y
	x.edit, y.edit = edit, edit
	w.now += 700_000
	x.now, y.now = w.now, w.now
	o, p := x.send(side, fl, off, ack, data), y.send(side, fl, off, ack, data)
	if o != p {
		w.t.Fatalf("outcome %+v, plain %+v", o, p)
	}
	if x.p.Events != y.p.Events || x.p.Verdict != y.p.Verdict || x.p.Modified != y.p.Modified || !bytes.Equal(x.p.Frame, y.p.Frame) {
		w.t.Fatalf("packet: events %v verdict %v, plain %v %v", x.p.Events, x.p.Verdict, y.p.Events, y.p.Verdict)
	}
	if x.s.arena.used > len(x.s.arena.mem) || x.s.Stats != y.s.Stats {
		w.t.Fatalf("statistics %+v, plain %+v", x.s.Stats, y.s.Stats)
	}
	if o.Reused {
		return o
	}
	var v, u [MaxRaw]RawView
	n, m := x.s.Raw(&x.p, &x.r, &v), y.s.Raw(&y.p, &y.r, &u)
	if n != m {
		w.t.Fatalf("%d views, plain %d", n, m)
	}
	for i := range n {
		if v[i].Seen > len(v[i].Data) {
			w.t.Fatal("more was seen than there is")
		}
		if !bytes.Equal(v[i].Data, u[i].Data) || v[i].Start != u[i].Start || v[i].Seen != u[i].Seen {
			w.t.Fatalf("view %d: %d+%d seen %d, plain %d+%d seen %d", i, v[i].Start, len(v[i].Data), v[i].Seen, u[i].Start, len(u[i].Data), u[i].Seen)
		}
	}
	if trigger {
		x.s.TriggerRaw(&x.r, x.p.Dir)
		y.s.TriggerRaw(&y.r, y.p.Dir)
	}
	x.s.Inspected(&x.r, x.p.Dir)
	y.s.Inspected(&y.r, y.p.Dir)
	for i := range 2 {
		if !bytes.Equal(x.k.got[i], y.k.got[i]) {
			w.t.Fatalf("side %d read %d octets, plain %d", i, len(x.k.got[i]), len(y.k.got[i]))
		}
		d := input.ToServer + input.Dir(i)
		w.held[0], w.held[1] = x.s.AppendHeld(w.held[0][:0], &x.r, d), y.s.AppendHeld(w.held[1][:0], &y.r, d)
		if !bytes.Equal(w.held[0], w.held[1]) {
			w.t.Fatalf("side %d holds %d octets, plain %d", i, len(w.held[0]), len(w.held[1]))
		}
	}
	if a, b := w.state(x), w.state(y); a != b {
		w.t.Fatalf("session\n%s\nplain\n%s", a, b)
	}
	return o
}

// state is all that a session consists of, but for where its octets lie.
func (w *twins) state(x *conn) string {
	ss := x.s.of(&x.r)
	if ss == nil {
		return "none"
	}
	c := *ss
	c.queue = 0
	for i := range c.half {
		h := &c.half[i]
		h.regs, h.tail, h.segs, h.segTail = 0, 0, 0, 0
		h.flags &^= unpruned
	}
	return fmt.Sprintf("%+v flow %v", c, x.r.State)
}

// onData has both call f for direction d when something is read, as a worker does
// whose parser needs no more.
func (w *twins) onData(f func(*Stage, *flow.Record, input.Dir), d input.Dir) {
	for _, x := range []*conn{w.x, w.y} {
		x.k.onData = func(r *flow.Record, _ input.Dir) { f(x.s, r, d) }
	}
}

// over ends both.
func (w *twins) over() {
	for _, x := range []*conn{w.x, w.y} {
		for _, d := range []input.Dir{input.ToServer, input.ToClient} {
			x.s.Flush(&x.r, d, x.k)
		}
		x.s.Release(&x.r)
		if x.s.arena.used != 0 || x.s.regions.Used() != 0 {
			w.t.Fatalf("left: %d octets, %d regions", x.s.arena.used, x.s.regions.Used())
		}
	}
	if !bytes.Equal(w.x.k.got[0], w.y.k.got[0]) || !bytes.Equal(w.x.k.got[1], w.y.k.got[1]) {
		w.t.Fatal("the ends differ")
	}
}

// TestPredicted: conversations that are mostly in order come out the same whether
// packets are predicted or not.
func TestPredicted(t *testing.T) {
	for seed := range int64(600) {
		rnd := rand.New(rand.NewSource(seed))
		c := conf(seed%3 != 0)
		c.Raw = seed%5 != 0
		if seed%7 == 0 {
			c.Depth = 3000
		}
		c.CheckOverlap, c.AsyncOneside = seed%4 == 0, seed%11 == 0
		w := newTwins(t, c)
		clock, window := uint32(1<<30), uint16(65535)
		edit := func(h *input.TCP) {
			h.Window = window
			if seed%2 == 0 {
				h.Opts |= input.OptTimestamp
				h.TSVal = clock
			}
		}
		w.send(0, input.TCPSyn, -1, 0, nil, edit, false)
		w.send(1, input.TCPSyn|input.TCPAck, -1, 0, nil, edit, false)
		w.send(0, input.TCPAck, 0, 0, nil, edit, false)
		off := [2]int{}
		for range 200 {
			side := rnd.Intn(2)
			d := input.ToServer + input.Dir(side)
			clock += uint32(rnd.Intn(3))
			window = 65535
			n, at, ack, fl := 0, off[side], off[1-side], uint8(input.TCPAck)
			if rnd.Intn(3) > 0 {
				n = 1 + rnd.Intn(600)
			}
			switch rnd.Intn(60) {
			case 0:
				at = max(at-rnd.Intn(700), 0)
			case 1:
				at += rnd.Intn(700)
			case 2:
				ack = max(ack-rnd.Intn(900), 0)
			case 3:
				ack += rnd.Intn(900)
			case 4:
				fl |= input.TCPUrg
			case 5:
				window = uint16(rnd.Intn(3))
			case 6:
				clock -= 5
			case 7:
				w.onData((*Stage).StopApp, d)
			case 8:
				w.onData((*Stage).StopRaw, d)
			case 9:
				if rnd.Intn(10) == 0 {
					fl |= input.TCPFin
				}
			}
			if rnd.Intn(2) == 0 {
				fl |= input.TCPPsh
			}
			w.send(side, fl, at, ack, text(n), edit, rnd.Intn(5) == 0)
			off[side] = max(off[side], at+n)
		}
		w.over()
	}
}

// TestPredictsInOrder: what prediction is for is predicted. It leaves pruning for
// later, by which it can be told.
func TestPredictsInOrder(t *testing.T) {
	x := dial(t, conf(true))
	for i := range 50 {
		x.send(0, input.TCPAck|input.TCPPsh, 10*i, 0, text(10))
		if predicted := x.s.of(&x.r).half[0].flags&unpruned != 0; !predicted {
			t.Fatalf("segment %d was not", i)
		}
		x.s.Inspected(&x.r, input.ToServer)
		x.send(1, input.TCPAck, 0, 10*i+10, nil)
	}
}
