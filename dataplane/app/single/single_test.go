package single_test

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

type note struct {
	single.Base[note]
	seen int
}

func (*note) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }
func (*note) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) {
	return 0, input.None
}
func (*note) Log(*event.Writer, *app.Flow) bool { return false }
func (*note) Meta(*event.Writer)                {}

const most = 3

type state struct{ pool *single.Pool[note] }

func (*state) Reset() {}

// Parse keeps each datagram; one that says "no" is given up.
func (s *state) Parse(c *app.Call) (int, app.Status) {
	if t := s.pool.Take(c); t != nil {
		t.seen++
		t.Raise(2)
		t.Add(c, t.Keep(c.Data) && string(c.Data) != "no")
	}
	return len(c.Data), app.OK
}

// A transaction lives from Add to Release, comes back empty, and no more of them
// are handed out than the pool was made for.
func TestLife(t *testing.T) {
	row := &app.Protocol{ID: input.AppNTP, Name: "note", UDP: true, Probe: func(input.Dir, []byte) app.Verdict { return app.Yes }, Ports: []uint16{99},
		New: func(env *app.Env) app.State {
			return &state{single.Of(env, input.AppNTP, most, 0, func(t *note) *single.Base[note] { return &t.Base })}
		}}
	r := apptest.New(t, 1<<20, nil, row)
	i := r.Flow(17, 4000, 99)
	f := r.Layer.At(i)
	say := func(d input.Dir, what string) { r.Layer.Datagram(f, d, []byte(what), 0) }
	say(input.ToServer, "no")
	if len(f.Txs) != 0 {
		t.Fatalf("%d transactions of what was given up", len(f.Txs))
	}
	for k := range most + 2 {
		say([]input.Dir{input.ToServer, input.ToClient}[k%2], "yes")
	}
	if len(f.Txs) != most {
		t.Fatalf("%d transactions, at most %d may be", len(f.Txs), most)
	}
	for k, tx := range f.Txs {
		n := tx.(*note)
		if n.seen != 1 || string(n.Text) != "yes" || n.Only() != input.Dir(k%2+1) || n.ID() != uint64(k) || !n.Event(2) || n.Event(1) || !n.Done(input.ToServer) {
			t.Errorf("transaction %d: %+v", k, n)
		}
	}
	n := f.Txs[0].(*note)
	f.Keep(append(f.Txs[:0], f.Txs[1:]...))
	n.Release()
	n.Release() // the second time there is nothing to give back
	say(input.ToServer, "yes")
	if again := f.Txs[len(f.Txs)-1].(*note); again != n || again.seen != 1 || again.ID() != most {
		t.Errorf("%+v was not taken again, empty", again)
	}
	r.Close(i, true)
}
