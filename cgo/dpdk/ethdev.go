package dpdk

// #cgo noescape weir_port_link
// #cgo nocallback weir_port_link
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"net"
	"unsafe"
)

// PortID is DPDK's number of an ethdev.
type PortID uint16

// maxPorts is RTE_MAX_ETHPORTS of a usual build.
const maxPorts = 32

// PortInfo is what a port is and can do.
type PortInfo struct {
	Name, Driver string
	Bus          string // "pci", "vdev"
	Socket       int    // NUMA node, AnySocket if unknown
	MAC          net.HardwareAddr
	Index        uint32 // host interface index, 0 if none

	MaxRxQueues, MaxTxQueues int
	MinMTU, MaxMTU, MTU      int // octets of IP packet
	MinRxDescs, MaxRxDescs   int
	MinTxDescs, MaxTxDescs   int
	RetaSize, HashKeySize    int
	MaxRxPktLen              uint32
	RxOffloads               RxOffload
	TxOffloads               TxOffload
	RSS                      RSSFunction
}

// Ports lists the ports there are.
func Ports() []PortID {
	var ids [maxPorts]C.uint16_t
	n := int(C.weir_ports(&ids[0], maxPorts))
	out := make([]PortID, n)
	for i := range out {
		out[i] = PortID(ids[i])
	}
	return out
}

// PortByName finds a port by its device name: a PCI address or "net_pcap0".
func PortByName(name string) (PortID, error) {
	cn := C.CString(name)
	defer C.free(unsafe.Pointer(cn))
	var id C.uint16_t
	if code := C.weir_port_by_name(cn, &id); code < 0 {
		return 0, &Failure{What: "port " + name, Errno: Errno(-code),
			Remedy: "check the name, and that the device is bound to a DPDK driver (dpdk-devbind.py --status)"}
	}
	return PortID(id), nil
}

// Info reads what the port is and can do.
func (p PortID) Info() (PortInfo, error) {
	var c C.struct_weir_port_info
	if code := C.weir_port_info(C.uint16_t(p), &c); code < 0 {
		return PortInfo{}, p.fail("info", code)
	}
	i := PortInfo{
		Name: C.GoString(&c.name[0]), Driver: C.GoString(&c.driver[0]), Bus: C.GoString(&c.bus[0]),
		Socket: int(c.socket), MAC: C.GoBytes(unsafe.Pointer(&c.mac[0]), 6), Index: uint32(c.if_index),
		MaxRxQueues: int(c.max_rx_queues), MaxTxQueues: int(c.max_tx_queues),
		MinMTU: int(c.min_mtu), MaxMTU: int(c.max_mtu), MTU: int(c.mtu),
		MinRxDescs: int(c.rx_desc_min), MaxRxDescs: int(c.rx_desc_max),
		MinTxDescs: int(c.tx_desc_min), MaxTxDescs: int(c.tx_desc_max),
		RetaSize: int(c.reta_size), HashKeySize: int(c.hash_key_size), MaxRxPktLen: uint32(c.max_rx_pktlen),
		RxOffloads: RxOffload(c.rx_offloads), TxOffloads: TxOffload(c.tx_offloads), RSS: RSSFunction(c.rss_functions),
	}
	return i, nil
}

// Start lets the port receive and transmit; Stop ends that.
func (p PortID) Start() error {
	TakeLog()
	if code := C.weir_port_start(C.uint16_t(p)); code < 0 {
		return p.fail("start", code)
	}
	return nil
}

// Stop ends receiving and transmitting; the port can be started again. No
// thread may be in a burst call of it.
func (p PortID) Stop() error { return p.result("stop", C.weir_port_stop(C.uint16_t(p))) }

// Close gives the port's resources back, for good. Stop it before.
func (p PortID) Close() error { return p.result("close", C.weir_port_close(C.uint16_t(p))) }

// Remove closes the port and detaches its device.
func (p PortID) Remove() error { return p.result("remove", C.weir_dev_remove(C.uint16_t(p))) }

// SetLink takes the port's link up or down. ENOTSUP where the PMD cannot.
func (p PortID) SetLink(up bool) error {
	var on C.int
	if up {
		on = 1
	}
	return p.result("set link", C.weir_port_set_link(C.uint16_t(p), on))
}

// Link is a port's link state.
type Link struct {
	// Up is also said of a link that nobody here can see.
	Up bool
	// Unknown: the port's kernel interface (net_tap, net_af_packet) was moved to
	// another network namespace, where its state cannot be read.
	Unknown    bool
	Mbps       uint32 // 0xFFFFFFFF if unknown
	FullDuplex bool
}

// Link reads the link state without waiting.
func (p PortID) Link() (Link, error) {
	var up, full, unknown C.int
	var mbps C.uint32_t
	if code := C.weir_port_link(C.uint16_t(p), &up, &mbps, &full, &unknown); code < 0 {
		return Link{}, p.fail("link", code)
	}
	return Link{Up: up != 0 || unknown != 0, Unknown: unknown != 0, Mbps: uint32(mbps), FullDuplex: full != 0}, nil
}

func (p PortID) result(what string, code C.int) error {
	if code < 0 {
		return p.fail(what, code)
	}
	return nil
}

func (p PortID) fail(what string, code C.int) error {
	return explain(fmt.Sprintf("port %d: %s", p, what), Errno(-code), TakeLog())
}
