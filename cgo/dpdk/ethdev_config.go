package dpdk

// #include "shim.h"
import "C"

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"unsafe"
)

// PortConfig is what is asked of a port. What it cannot do is left out and
// said in PortSetup; the zero value asks for one queue and the port's own MTU.
type PortConfig struct {
	RxQueues, TxQueues int // 0: 1
	RxDescs, TxDescs   int // 0: 1024
	MTU                int // 0: leave
	Promisc            bool
	RSS                RSSFunction // fields to spread over queues; needs RxQueues > 1
	Checksum           bool        // let the port check IPv4, TCP and UDP checksums
	VLANStrip          bool        // passive only: a stripped tag is not transmitted
	Scatter            bool        // frames longer than a segment arrive as chains
	// Pools feed the receive queues: one for all, or one each.
	Pools []*Pool
}

// PortSetup is what a port was set to.
type PortSetup struct {
	RxQueues, TxQueues int
	RxDescs, TxDescs   int
	MTU                int
	Promisc            bool
	RSS                RSSFunction
	RxOffloads         RxOffload
	TxOffloads         TxOffload
	// Symmetric says that both directions of a flow reach the same queue
	// number. Where it is false the workers must re-steer by their own hash.
	Symmetric bool
	// RetaSize is the size of the table that maps hashes to queues, 0: none.
	RetaSize int
	// Notes are the differences from what was asked for, in words.
	Notes []string
}

// SymmetricKey fills n octets with the RSS key under which a Toeplitz hash is
// the same for both directions of a flow: 0x6d5a repeated (Woo and Park,
// "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling").
func SymmetricKey(n int) []byte {
	k := make([]byte, n)
	for i := range k {
		k[i] = [2]byte{0x6d, 0x5a}[i&1]
	}
	return k
}

// Configure sets the port up, adjusted to what it can do, and returns what it
// was set to. The port is stopped before and started by the caller after.
func (p PortID) Configure(cfg PortConfig) (PortSetup, error) {
	info, err := p.Info()
	if err != nil {
		return PortSetup{}, err
	}
	if len(cfg.Pools) == 0 {
		return PortSetup{}, fmt.Errorf("dpdk: port %s: no pool to receive into", info.Name)
	}
	s, c := plan(cfg, info)
	TakeLog()
	if code := C.weir_port_configure(C.uint16_t(p), &c); code < 0 {
		return PortSetup{}, p.fail(fmt.Sprintf("configure %s with %d receive and %d transmit queues", info.Name, s.RxQueues, s.TxQueues), code)
	}
	s.RxDescs, s.TxDescs = int(c.rx_descs), int(c.tx_descs)
	for i := range s.RxQueues {
		pool := cfg.Pools[i%len(cfg.Pools)]
		if code := C.weir_port_rx_queue(C.uint16_t(p), C.uint16_t(i), c.rx_descs, C.uintptr_t(pool.h), c.rx_offloads); code < 0 {
			return PortSetup{}, p.fail(fmt.Sprintf("%s: receive queue %d of %d descriptors", info.Name, i, s.RxDescs), code)
		}
	}
	for i := range s.TxQueues {
		if code := C.weir_port_tx_queue(C.uint16_t(p), C.uint16_t(i), c.tx_descs, c.tx_offloads); code < 0 {
			return PortSetup{}, p.fail(fmt.Sprintf("%s: transmit queue %d of %d descriptors", info.Name, i, s.TxDescs), code)
		}
	}
	s.Promisc = p.promisc(cfg.Promisc, &s)
	if now, err := p.Info(); err == nil {
		s.MTU = now.MTU
	}
	s.Symmetric = s.RxQueues == 1 || s.Symmetric && p.hasKey(info)
	if !s.Symmetric {
		s.note("no symmetric RSS: workers re-steer flows in software")
	}
	return s, nil
}

// plan adjusts what is asked for to what the port can do.
func plan(cfg PortConfig, info PortInfo) (PortSetup, C.struct_weir_port_conf) {
	var s PortSetup
	s.RxQueues = s.limit("receive queues", max(cfg.RxQueues, 1), 1, info.MaxRxQueues)
	s.TxQueues = s.limit("transmit queues", max(cfg.TxQueues, 1), 1, info.MaxTxQueues)
	s.RxDescs = s.limit("receive descriptors", orDefault(cfg.RxDescs, 1024), info.MinRxDescs, info.MaxRxDescs)
	s.TxDescs = s.limit("transmit descriptors", orDefault(cfg.TxDescs, 1024), info.MinTxDescs, info.MaxTxDescs)
	s.MTU, s.RetaSize = info.MTU, info.RetaSize
	if cfg.MTU > 0 {
		s.MTU = s.limit("MTU", cfg.MTU, info.MinMTU, info.MaxMTU)
	}
	var wantRx RxOffload
	if cfg.Checksum {
		wantRx |= RxChecksum
	}
	if cfg.VLANStrip {
		wantRx |= RxVLANStrip
	}
	if cfg.Scatter {
		wantRx |= RxScatter
		if info.TxOffloads&TxMultiSegs != 0 {
			s.TxOffloads |= TxMultiSegs
		}
	}
	if s.RxQueues > 1 {
		s.RSS = cfg.RSS & info.RSS
		if lost := cfg.RSS &^ info.RSS; lost != 0 {
			s.note("RSS over %v is not possible", lost)
		}
		if s.RSS != 0 {
			s.RxOffloads |= RxRSSHash & info.RxOffloads
		}
	}
	s.RxOffloads |= wantRx & info.RxOffloads
	for o, name := range map[RxOffload]string{RxChecksum: "checksum", RxVLANStrip: "VLAN stripping", RxScatter: "scattered receive"} {
		if wantRx&o&^info.RxOffloads != 0 {
			s.note("no full %s offload", name)
		}
	}
	c := C.struct_weir_port_conf{
		rx_queues: C.uint16_t(s.RxQueues), tx_queues: C.uint16_t(s.TxQueues),
		rx_descs: C.uint16_t(s.RxDescs), tx_descs: C.uint16_t(s.TxDescs), mtu: C.uint16_t(s.MTU),
		rx_offloads: C.uint64_t(s.RxOffloads), tx_offloads: C.uint64_t(s.TxOffloads), rss_functions: C.uint64_t(s.RSS),
	}
	if s.RSS != 0 && info.HashKeySize > 0 && info.HashKeySize <= len(c.key) {
		c.key_size = C.uint8_t(info.HashKeySize)
		for i, b := range SymmetricKey(info.HashKeySize) {
			c.key[i] = C.uint8_t(b)
		}
		// A virtual device takes a key and does not hash by it.
		s.Symmetric = info.Bus != "vdev"
	}
	return s, c
}

func orDefault(v, def int) int {
	if v > 0 {
		return v
	}
	return def
}

// limit clamps v; a limit of zero says that the PMD gave none.
func (s *PortSetup) limit(what string, v, lo, hi int) int {
	got := v
	if hi > 0 {
		got = min(got, hi)
	}
	got = min(max(got, lo), 65535)
	if got != v {
		s.note("%d %s instead of %d", got, what, v)
	}
	return got
}

func (s *PortSetup) note(format string, a ...any) {
	s.Notes = append(s.Notes, fmt.Sprintf(format, a...))
}

// promisc sets promiscuous mode; a PMD without the notion receives everything.
func (p PortID) promisc(on bool, s *PortSetup) bool {
	var v C.int
	if on {
		v = 1
	}
	err := makeErrno(int(C.weir_port_promisc(C.uint16_t(p), v)))
	if err != nil && !errors.Is(err, syscall.ENOTSUP) {
		s.note("promiscuous mode: %v", err)
		return false
	}
	return on
}

// hasKey asks the port whether it really took the symmetric key.
func (p PortID) hasKey(info PortInfo) bool {
	key := make([]byte, 64)
	if C.weir_port_rss_key(C.uint16_t(p), (*C.uint8_t)(unsafe.Pointer(&key[0])), C.uint32_t(info.HashKeySize)) < 0 {
		return false
	}
	return bytes.Equal(key[:info.HashKeySize], SymmetricKey(info.HashKeySize))
}

// String is the setup in one line.
func (s PortSetup) String() string {
	line := fmt.Sprintf("%d rx × %d, %d tx × %d, MTU %d, RSS %v", s.RxQueues, s.RxDescs, s.TxQueues, s.TxDescs, s.MTU, s.RSS)
	if s.Symmetric {
		line += " symmetric"
	}
	if len(s.Notes) > 0 {
		line += " (" + strings.Join(s.Notes, "; ") + ")"
	}
	return line
}
