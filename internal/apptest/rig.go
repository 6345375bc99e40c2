package apptest

import (
	"encoding/json"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
	"github.com/weir-ips/weir/match/input"
)

// Rig is a layer with an event ring behind it.
type Rig struct {
	tb    testing.TB
	Layer *app.Layer
	ring  *event.Ring
	rd    *event.Reader
	enc   *eve.Encoder
}

type names struct{}

func (names) Rule(gen, i uint32) *eve.Rule { return nil }
func (names) AppProto(id uint16) string    { return input.AppProto(id).String() }
func (names) Interface(uint8) string       { return "" }

// New makes a rig for some protocols; memory bounds Env.Mem, octets.
func New(tb testing.TB, memory int, opts map[input.AppProto]any, protos ...*app.Protocol) *Rig {
	tb.Helper()
	cfg := app.DefaultConfig()
	cfg.Flows, cfg.Memory, cfg.Options = 4096, memory, opts
	l, err := app.NewLayer(cfg, protos)
	if err != nil {
		tb.Fatal(err)
	}
	mem := make([]byte, event.RingSpace(event.MinRing))
	if err := event.FormatRing(mem, event.MinRing); err != nil {
		tb.Fatal(err)
	}
	r := &Rig{tb: tb, Layer: l, enc: eve.NewEncoder(names{}, eve.Options{}, eve.NewStamp(nil))}
	if r.ring, err = event.NewRing(mem); err != nil {
		tb.Fatal(err)
	}
	if r.rd, err = event.NewReader(mem); err != nil {
		tb.Fatal(err)
	}
	return r
}

// Flow opens a flow.
func (r *Rig) Flow(proto uint8, srcPort, dstPort uint16) uint32 {
	i := r.Layer.Open()
	if i == 0 {
		r.tb.Fatal("no flow left")
	}
	f := r.Layer.At(i)
	f.IPProto, f.SrcPort, f.DstPort, f.IPVersion = proto, srcPort, dstPort, 4
	return i
}

// Log is the event of a transaction; ok is false when it logs none.
func (r *Rig) Log(f *app.Flow, tx app.Tx) (m map[string]any, ok bool) {
	return r.event(func(w *event.Writer) bool { return tx.Log(w, f) })
}

// RecordAllocs is how often writing the records of a flow's transactions takes
// memory from the Go heap.
func (r *Rig) RecordAllocs(f *app.Flow) float64 {
	return testing.AllocsPerRun(20, func() {
		for _, tx := range f.Txs {
			tx.Log(r.ring.Begin(event.KindTx), f)
			r.ring.Abort()
		}
	})
}

// Meta is the object of alerts.
func (r *Rig) Meta(tx app.Tx) map[string]any {
	m, _ := r.event(func(w *event.Writer) bool { w.EventType("x"); tx.Meta(w); return true })
	return m
}

func (r *Rig) event(write func(w *event.Writer) bool) (map[string]any, bool) {
	w := r.ring.Begin(event.KindTx)
	if !write(w) {
		r.ring.Abort()
		return nil, false
	}
	r.ring.Commit()
	var rec event.Record
	if !r.rd.Next(&rec) {
		r.tb.Fatal("no record")
	}
	line, _ := r.enc.Append(nil, &rec)
	r.rd.Release()
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		r.tb.Fatalf("%v in %s", err, line)
	}
	return m, true
}

// Drop releases the transactions that are done in both directions.
func (r *Rig) Drop(f *app.Flow) {
	keep := f.Txs[:0]
	for _, tx := range f.Txs {
		if tx.Done(input.ToServer) && tx.Done(input.ToClient) {
			tx.Release()
			continue
		}
		keep = append(keep, tx)
	}
	clear(f.Txs[len(keep):])
	f.Txs = keep
	r.Layer.Flush()
}

// Close closes a flow and checks that nothing of it is left when it was the
// last one.
func (r *Rig) Close(i uint32, last bool) {
	r.tb.Helper()
	r.Layer.Close(i, func(app.Tx) {})
	r.Layer.Flush()
	if last {
		r.Layer.Env().Files.DropParts() // they outlive flows
	}
	if used := r.Layer.Env().Mem.Used(); last && used != 0 {
		r.tb.Fatalf("%d octets of parser memory were not given back", used)
	}
}

// Whole checks that every octet a view returns is in parser memory.
func (r *Rig) Whole(v input.View) []byte {
	r.tb.Helper()
	if len(v.Data) > 0 && !r.Layer.Env().Mem.Owns(v.Data) {
		r.tb.Fatalf("view of %q is not in parser memory", v.Data)
	}
	return v.Data
}
