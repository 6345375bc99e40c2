package wiring

import (
	"net/netip"
	"slices"
	"time"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/defrag"
	"github.com/weir-ips/weir/dataplane/stream"
)

// hostRow is a network and what was configured for it.
type hostRow[T any] struct {
	addr [16]byte
	bits int
	v    T
}

// hostTable finds the most specific network of an address: a list for each IP
// version, longest prefix first. It is asked once or twice a session.
type hostTable[T any] struct{ v4, v6 []hostRow[T] }

func (t *hostTable[T]) add(p netip.Prefix, v T) {
	r := hostRow[T]{bits: p.Bits(), v: v}
	a := p.Addr().Unmap()
	if a.Is4() {
		if p.Addr().Is4In6() {
			r.bits = max(r.bits-96, 0)
		}
		b := a.As4()
		copy(r.addr[:], b[:])
		t.v4 = append(t.v4, r)
		return
	}
	r.addr = a.As16()
	t.v6 = append(t.v6, r)
}

func (t *hostTable[T]) sort() {
	for _, l := range [...][]hostRow[T]{t.v4, t.v6} {
		slices.SortStableFunc(l, func(a, b hostRow[T]) int { return b.bits - a.bits })
	}
}

func (t *hostTable[T]) empty() bool { return len(t.v4)+len(t.v6) == 0 }

// find is the value of the most specific network that holds addr.
func (t *hostTable[T]) find(addr *[16]byte, version uint8) (v T, ok bool) {
	l := t.v4
	if version == 6 {
		l = t.v6
	}
	for i := range l {
		if l[i].holds(addr) {
			return l[i].v, true
		}
	}
	return v, false
}

func (r *hostRow[T]) holds(addr *[16]byte) bool {
	n := r.bits / 8
	for i := range n {
		if r.addr[i] != addr[i] {
			return false
		}
	}
	rest := r.bits % 8
	return rest == 0 || (r.addr[n]^addr[n])>>(8-rest) == 0
}

// hostOS makes the lookup of host-os-policy for streams; nil: none is given.
func hostOS(h *config.HostOS) func(*[16]byte, uint8) stream.OSPolicy {
	var t hostTable[stream.OSPolicy]
	for name, nets := range h.Networks {
		pol, ok := stream.OSPolicyByName(name)
		if !ok {
			continue
		}
		for _, n := range nets {
			t.add(n, pol)
		}
	}
	if t.empty() {
		return nil
	}
	t.sort()
	return func(addr *[16]byte, version uint8) stream.OSPolicy {
		v, _ := t.find(addr, version)
		return v
	}
}

// defragHost makes the lookup of host-os-policy and defrag.host-config for
// datagrams; nil: neither is given.
func defragHost(h *config.HostOS, d *config.Defrag) func(uint8, *[16]byte) (defrag.Policy, time.Duration) {
	var pols hostTable[defrag.Policy]
	for name, nets := range h.Networks {
		pol, ok := defrag.PolicyByName(name)
		if !ok {
			continue
		}
		for _, n := range nets {
			pols.add(n, pol)
		}
	}
	var times hostTable[time.Duration]
	for _, host := range d.Hosts {
		for _, n := range host.Networks {
			times.add(n, time.Duration(host.Timeout)*time.Second)
		}
	}
	if pols.empty() && times.empty() {
		return nil
	}
	pols.sort()
	times.sort()
	return func(version uint8, dst *[16]byte) (defrag.Policy, time.Duration) {
		p, ok := pols.find(dst, version)
		if !ok {
			p = defrag.BSD
		}
		t, _ := times.find(dst, version)
		return p, t
	}
}
