package port

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// wire is a port whose cable the test plugs; its link takes delay polls to
// come up after it is raised.
type wire struct {
	cable, admin bool
	delay, left  int
	err          error
}

func (w *wire) Link() (dpdk.Link, error) {
	if w.left > 0 {
		w.left--
	}
	return dpdk.Link{Up: w.cable && w.admin && w.left == 0}, nil
}

func (w *wire) SetLink(up bool) error {
	if w.err == nil {
		w.admin, w.left = up, w.delay
	}
	return w.err
}

func TestLinkPropagation(t *testing.T) {
	const s = 1_000_000
	a, b := &wire{cable: true, admin: true, delay: 2}, &wire{cable: true, admin: true, delay: 2}
	p := &linkPair{name: "p", propagate: true, ends: [2]linkEnd{{name: "in", dev: a}, {name: "out", dev: b}}}
	now := int64(0)
	step := func(what, want string) {
		t.Helper()
		now += s
		got := ""
		for _, c := range p.sync(now, nil) {
			got += fmt.Sprintf("%s %v %v,", c.Port, c.Up, c.Forced)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	step("start", "in true false,out true false,")
	step("rest", "")
	a.cable = false
	step("inside pulled", "in false false,out false true,")
	step("rest, the outside is down by us", "")
	step("rest", "")
	a.cable = true
	step("inside back", "in true false,out true true,")
	step("outside negotiates", "")
	step("outside up", "out true false,")
	step("rest", "")
	b.cable = false
	step("outside pulled", "out false false,in false true,")
	step("rest", "")
	b.cable = true
	step("outside back", "out true false,in true true,")
	step("inside negotiates", "")
	step("inside up", "in true false,")

	// Pulled while it was down by us: found out after the settling time.
	a.cable = false
	step("inside pulled", "in false false,out false true,")
	b.cable = false
	step("outside pulled unseen", "")
	a.cable = true
	step("inside back", "in true false,out true true,")
	for range 4 {
		step("settling", "")
	}
	step("outside stays down", "in false true,")
}

func TestLinkPropagationOff(t *testing.T) {
	a, b := &wire{cable: true, admin: true}, &wire{cable: true, admin: true}
	p := &linkPair{ends: [2]linkEnd{{dev: a}, {dev: b}}}
	p.sync(0, nil)
	a.cable = false
	p.sync(2*linkSettle, nil)
	if !b.admin {
		t.Error("the link was handed on")
	}
	p.propagate, b.err = true, dpdk.Errno(syscall.ENOTSUP)
	if out := p.sync(3*linkSettle, nil); len(out) != 1 || out[0].Err == nil {
		t.Errorf("%+v", out)
	}
	if out := p.sync(4*linkSettle, nil); len(out) != 0 {
		t.Errorf("said again: %+v", out)
	}
}
