package dpdk

// #include "shim.h"
import "C"

import (
	"fmt"
	"syscall"
)

// FlowMatch names the packets of one direction of a flow as a port can tell
// them: TCP or UDP straight over IP, in at most one VLAN.
type FlowMatch struct {
	Src, Dst         [16]byte // IPv4: the first four octets
	SrcPort, DstPort uint16
	VLAN             uint16 // identifier; 0: untagged
	Proto            uint8  // IANA protocol number, 6 or 17
	IPv6             bool
}

// FlowRule is a rule that a port carries out by itself (rte_flow).
type FlowRule struct {
	handle  uintptr
	Counted bool // the port counts what the rule matched
}

// FlowHits is what a rule matched, where the port counts it.
type FlowHits struct{ Packets, Bytes uint64 }

// CheckDropFlow reports why the port would not take a rule; nil: it would.
func (p PortID) CheckDropFlow(m *FlowMatch) error {
	_, err := p.dropFlow(m, true)
	return err
}

// DropFlow lets the port drop what matches before it reaches a receive queue.
// The error holds what the PMD said; ENOSYS and ENOTSUP where it has no rules.
// Rules of a port are made and removed by one thread; receiving goes on.
func (p PortID) DropFlow(m *FlowMatch) (FlowRule, error) { return p.dropFlow(m, false) }

func (p PortID) dropFlow(m *FlowMatch, checkOnly bool) (FlowRule, error) {
	if m.Proto != syscall.IPPROTO_TCP && m.Proto != syscall.IPPROTO_UDP {
		return FlowRule{}, fmt.Errorf("port %d: flow rule: protocol %d: only TCP and UDP have rules: %w", p, m.Proto, Errno(syscall.ENOTSUP))
	}
	c := C.struct_weir_flow_match{src_port: C.uint16_t(m.SrcPort), dst_port: C.uint16_t(m.DstPort), vlan: C.uint16_t(m.VLAN), proto: C.uint8_t(m.Proto)}
	for i := range m.Src {
		c.src[i], c.dst[i] = C.uint8_t(m.Src[i]), C.uint8_t(m.Dst[i])
	}
	if m.IPv6 {
		c.ipv6 = 1
	}
	var (
		only, counted C.int
		handle        C.uintptr_t
		why           [128]C.char
	)
	if checkOnly {
		only = 1
	}
	if code := C.weir_flow_drop(C.uint16_t(p), &c, only, &handle, &counted, &why[0], C.uint32_t(len(why))); code < 0 {
		TakeLog()
		said := C.GoString(&why[0])
		if said != "" {
			said = ": " + said
		}
		return FlowRule{}, fmt.Errorf("port %d: flow rule%s: %w", p, said, Errno(-code))
	}
	return FlowRule{handle: uintptr(handle), Counted: counted != 0}, nil
}

// RemoveFlow ends a rule and tells what it matched.
func (p PortID) RemoveFlow(r FlowRule) (FlowHits, error) {
	var packets, octets C.uint64_t
	var counted C.int
	if r.Counted {
		counted = 1
	}
	code := C.weir_flow_remove(C.uint16_t(p), C.uintptr_t(r.handle), counted, &packets, &octets)
	return FlowHits{uint64(packets), uint64(octets)}, p.result("remove flow rule", code)
}
