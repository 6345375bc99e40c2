package port

import (
	"strings"
	"syscall"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// card is a port that holds up to room rules and counts 3 packets with each.
type card struct {
	room, held, made int
	err              error
}

func (c *card) DropFlow(*dpdk.FlowMatch) (dpdk.FlowRule, error) {
	if c.err != nil {
		return dpdk.FlowRule{}, c.err
	}
	if c.held == c.room {
		return dpdk.FlowRule{}, dpdk.Errno(syscall.ENOSPC)
	}
	c.held++
	c.made++
	return dpdk.FlowRule{Counted: true}, nil
}

func (c *card) RemoveFlow(dpdk.FlowRule) (dpdk.FlowHits, error) {
	c.held--
	return dpdk.FlowHits{Packets: 3, Bytes: 180}, nil
}

func offloadOf(t *testing.T, rules int, cards ...*card) *Offload {
	t.Helper()
	o, err := newOffload(2, rules, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		o.ports = append(o.ports, offloadPort{name: "card", dev: c})
	}
	return o
}

// A rule lives for a lease, whichever worker offered it, and never longer.
func TestOffloadLeases(t *testing.T) {
	a, b := &card{room: 9}, &card{room: 9}
	o := offloadOf(t, 8, a, b)
	o.Ring(0).Push(&Offer{Port: 0})
	o.Ring(1).Push(&Offer{Port: 1})
	for _, step := range []struct {
		now        int64
		held, left int
	}{{0, 1, 1}, {999, 1, 1}, {1000, 0, 0}, {1001, 0, 0}} {
		if err := o.Sync(step.now); err != nil || a.held != step.held || b.held != step.left {
			t.Errorf("at %d: %d and %d rules, want %d and %d (%v)", step.now, a.held, b.held, step.held, step.left, err)
		}
	}
	if c := o.Counts(); c != (OffloadCounts{Made: 2, Packets: 6, Bytes: 360}) {
		t.Errorf("%+v", c)
	}
}

// The queue bounds the rules of all ports, a card its own; neither is an error
// that is said again and again.
func TestOffloadIsBounded(t *testing.T) {
	a := &card{room: 2}
	o := offloadOf(t, 3, a)
	said := 0
	for now := int64(0); now < 5000; now += 100 {
		for range 10 {
			o.Ring(0).Push(&Offer{})
		}
		if err := o.Sync(now); err != nil {
			said++
		}
		if o.active > 3 || a.held > 2 {
			t.Fatalf("%d leases, %d rules", o.active, a.held)
		}
	}
	if c := o.Counts(); said != 1 || c.Refused == 0 || a.made < 6 {
		t.Errorf("said %d times, %+v, %d rules made", said, c, a.made)
	}
	if err := o.end(); err != nil || a.held != 0 || o.active != 0 {
		t.Errorf("%d rules are left, %v", a.held, err)
	}
}

// A port without rules is asked once.
func TestOffloadWithoutRules(t *testing.T) {
	a := &card{err: dpdk.Errno(syscall.ENOSYS)}
	o := offloadOf(t, 3, a)
	o.Ring(0).Push(&Offer{})
	if err := o.Sync(0); err == nil || !strings.Contains(err.Error(), "card") {
		t.Errorf("%v", err)
	}
	a.err, a.room = nil, 9
	o.Ring(0).Push(&Offer{})
	o.Ring(0).Push(&Offer{Port: 7}) // no such port
	if err := o.Sync(9000); err != nil || a.made != 0 {
		t.Errorf("%v, %d rules", err, a.made)
	}
}
