package worker

import (
	"testing"

	"github.com/weir-ips/weir/event/counter"
)

// A stage's number begins at zero in each process; the counters do not.
func TestAccountAddsDifferences(t *testing.T) {
	set := counter.NewSet(counter.Tables{})
	page := make([]uint64, set.Len())
	page[counter.TCPSYN] = 1000 // what the process before left
	ctr := counter.NewLocal(set, page)
	var syns uint64
	var a account
	a.row(&syns, counter.TCPSYN)
	for _, step := range []struct{ stage, want uint64 }{{0, 1000}, {7, 1007}, {7, 1007}, {10, 1010}} {
		syns = step.stage
		a.carry(ctr)
		if got := ctr.Get(counter.TCPSYN); got != step.want {
			t.Errorf("the stage says %d, the counter %d, want %d", step.stage, got, step.want)
		}
	}
	syns = 1 << 20
	if n := testing.AllocsPerRun(100, func() { syns++; a.carry(ctr) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
