package worker

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/event/counter"
)

// rig is a worker with nothing but flows, counters and a clock that the test
// turns.
func shedRig(t *testing.T) (w *Worker, tick *uint64, slots []uint32) {
	t.Helper()
	cfg := flow.DefaultConfig()
	cfg.Flows = 1024
	flows, err := flow.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(flows.Close)
	w = &Worker{flows: flows, ctr: counter.NewLocal(counter.NewSet(counter.Tables{}), nil), batchNo: 1}
	tick = new(uint64)
	w.shed.init(Overload{BudgetNS: 1000, HoldUS: 500, HZ: 1_000_000_000}, func() uint64 { return *tick })
	for i := range 100 {
		k := flow.Key{Proto: 17, IPVersion: 4, SrcPort: uint16(i + 1), DstPort: 53}
		slots = append(slots, flows.Insert(&k, flows.Hash(&k), 0))
	}
	return w, tick, slots
}

// burst plays packets of flows that cost so many cycles each and returns how
// many were inspected.
func burst(w *Worker, tick *uint64, slots []uint32, cost func(i int) uint64) (looked int) {
	w.shedBegin()
	for i, s := range slots {
		from := w.shedFrom()
		if w.shedPacket(w.flows.At(s), 100) {
			looked++
			*tick += cost(i)
		} else {
			*tick += 1
		}
		w.shedCharge(s, from)
	}
	w.shedEnd()
	return looked
}

// One dear flow among cheap ones: it alone is spared, and comes back.
func TestShedDearFlow(t *testing.T) {
	w, tick, slots := shedRig(t)
	ten := slots[:10]
	dear := func(i int) uint64 {
		if i == 3 {
			return 3000
		}
		return 10
	}
	bursts := 0
	for ; bursts < 10 && w.ctr.Get(counter.ShedFlows) == 0; bursts++ {
		burst(w, tick, ten, dear)
	}
	if w.ctr.Get(counter.ShedFlows) != 1 || bursts > 4 {
		t.Fatalf("%d flows spared after %d bursts, want 1 within 4", w.ctr.Get(counter.ShedFlows), bursts)
	}
	for i, s := range ten {
		if got := w.flows.At(s).Flags&flow.FlagShed != 0; got != (i == 3) {
			t.Errorf("flow %d: spared %v", i, got)
		}
	}
	if n := burst(w, tick, ten, dear); n != 9 {
		t.Errorf("%d packets inspected, want all but the dear flow's", n)
	}
	if w.ctr.Get(counter.ShedPkts) == 0 || w.ctr.Get(counter.OverBudget) == 0 {
		t.Error("nothing was counted")
	}
	w.now += 501
	if n := burst(w, tick, ten, func(int) uint64 { return 10 }); n != 10 || w.shed.nshed != 0 {
		t.Errorf("%d packets inspected after the hold, %d flows still spared", n, w.shed.nshed)
	}
}

// A flow that seems dear once was not: the thread was made to wait.
func TestShedOnceIsNoProof(t *testing.T) {
	w, tick, slots := shedRig(t)
	for n := range 40 {
		burst(w, tick, slots[:20], func(i int) uint64 {
			if i == n%20 {
				return 5000
			}
			return 10
		})
		if n == 3 {
			break
		}
	}
	if got := w.ctr.Get(counter.ShedFlows); got != 0 {
		t.Errorf("%d flows spared, each was slow once", got)
	}
}

// Where no flow is to blame, the end of the burst goes uninspected: it ends.
func TestShedRest(t *testing.T) {
	w, tick, slots := shedRig(t)
	all := func(int) uint64 { return 60 } // below a sixteenth of the budget
	burst(w, tick, slots, all)
	from := *tick
	n := burst(w, tick, slots, all)
	if n == len(slots) || n < 30 {
		t.Errorf("%d of %d packets inspected", n, len(slots))
	}
	if took := *tick - from; took > stopAt*1000+200 {
		t.Errorf("the burst took %d ns", took)
	}
	if w.shed.nshed != 0 {
		t.Errorf("%d flows spared", w.shed.nshed)
	}
}

// Without a budget nothing is ever shed, and no clock is read.
func TestShedOff(t *testing.T) {
	w, tick, slots := shedRig(t)
	w.shed = shedder{}
	w.shed.init(Overload{}, func() uint64 { t.Error("the clock was read"); return 0 })
	if n := burst(w, tick, slots, func(int) uint64 { return 1e9 }); n != len(slots) {
		t.Errorf("%d inspected", n)
	}
}

func TestShedAllocates(t *testing.T) {
	w, tick, slots := shedRig(t)
	if n := testing.AllocsPerRun(100, func() {
		burst(w, tick, slots, func(i int) uint64 { return uint64(i * 10) })
		w.now += 100
	}); n != 0 {
		t.Errorf("%v allocations a burst", n)
	}
}
