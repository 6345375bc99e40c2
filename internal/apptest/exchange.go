package apptest

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Exchange is the body of a fuzz test of a stream parser: two sides' octets, cut
// in pieces of their own exact size, with only hold KiB of parser memory left
// when hold is not 0. It fails on a panic, on a view outside parser memory and on
// memory that is not given back.
func Exchange(t *testing.T, r *Rig, port uint16, a, b []byte, hold int) {
	t.Helper()
	mem := r.Layer.Env().Mem
	var held [][]byte
	for hold > 0 && mem.Cap()-mem.Used() > hold<<10 {
		s := mem.Get(1 << 10)
		if s == nil {
			break
		}
		held = append(held, s)
	}
	i := r.Flow(6, 4000, port)
	f := r.Layer.At(i)
	side := [2][]byte{a, b}
	var off [2]uint64
	for k := 0; k < 6; k++ {
		d := k & 1
		n := len(side[d])
		if k < 4 {
			n = (n*(k+3) + 5) / 11
		}
		seg := append(make([]byte, 0, n), side[d][:n]...)
		side[d] = side[d][n:]
		r.Layer.Data(f, input.Dir(d+1), seg, off[d], k >= 4, 0)
		off[d] += uint64(n)
		for _, tx := range f.Txs {
			r.touch(tx, f)
		}
		if k&1 == 1 {
			r.Drop(f)
		}
	}
	r.Layer.Close(i, func(app.Tx) {})
	r.Layer.Flush()
	r.Layer.Env().Files.DropParts()
	for _, s := range held {
		mem.Put(s)
	}
	if r.Layer.Stats.Panics != [app.NumRows]uint64{} || mem.Used() != 0 {
		t.Fatalf("%v panics, %d octets not given back", r.Layer.Stats.Panics, mem.Used())
	}
}

// touch asks a transaction for everything.
func (r *Rig) touch(tx app.Tx, f *app.Flow) {
	for id := buf.None + 1; id < buf.NumIDs; id++ {
		info := buf.Get(id)
		if info.Packet() || !info.Has(f.Final.String()) {
			continue
		}
		for d := input.ToServer; d <= input.ToClient; d++ {
			for n := 0; n < 1024; n++ {
				v := tx.View(id, d, n)
				if v.Avail == input.None || v.Avail == input.Wait {
					break
				}
				r.Whole(v)
			}
		}
	}
	for id := buf.FieldNone + 1; id < buf.NumFields; id++ {
		tx.Num(id, input.ToServer, 0)
		tx.Num(id, input.ToClient, 1)
	}
	r.Log(f, tx)
	r.Meta(tx)
}
