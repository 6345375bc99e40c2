package protocols

import (
	"reflect"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// States are pooled by protocol, whatever row made them: rows of one protocol must
// make the same, and a parser take the transport from the flow.
func TestStatesServeAllRows(t *testing.T) {
	l, err := app.NewLayer(app.DefaultConfig(), All())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Env().Mem.Close()
	first := map[input.AppProto]*app.Protocol{}
	shared := 0
	for _, p := range All() {
		if p.New == nil {
			continue
		}
		q := first[p.ID]
		if q == nil {
			first[p.ID] = p
			continue
		}
		shared++
		if a, b := p.New(l.Env()), q.New(l.Env()); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: a row makes %+v, another %+v", p.Name, a, b)
		}
	}
	if shared < 5 {
		t.Errorf("%d protocols of several rows", shared)
	}
}
