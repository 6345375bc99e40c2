package bench

import (
	"encoding/binary"
	"fmt"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/port"
)

// maxFlows bounds made flows: 24 bits of the client's address name one.
const maxFlows = 1 << 24

// captureFrames reads a capture's frames.
func captureFrames(path string) (frames [][]byte, times []int64, link uint32, closer func() error, err error) {
	f, err := port.OpenCapture(path)
	if err != nil {
		return nil, nil, 0, nil, err
	}
	frames, times, err = f.Frames()
	if err == nil && len(frames) == 0 {
		err = fmt.Errorf("bench: %s holds no packets", path)
	}
	if err != nil {
		f.Close()
		return nil, nil, 0, nil, err
	}
	return frames, times, f.Info.LinkType, f.Close, nil
}

// endOf is an address and a port.
type endOf struct {
	addr uint32
	port uint16
}

// ipFrame is an Ethernet frame with an IPv4 header and n octets behind it, of which
// the first four are the ports, the rest is zero.
func ipFrame(src, dst endOf, proto byte, n int) []byte {
	f := make([]byte, 34+n)
	copy(f, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0})
	ip := f[14:]
	ip[0] = 0x45
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	ip[8], ip[9] = 64, proto
	binary.BigEndian.PutUint32(ip[12:], src.addr)
	binary.BigEndian.PutUint32(ip[16:], dst.addr)
	binary.BigEndian.PutUint16(ip[20:], src.port)
	binary.BigEndian.PutUint16(ip[22:], dst.port)
	sum := uint32(0)
	for k := 0; k < 20; k += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[k:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum+sum>>16))
	return f
}

// flood makes UDP frames of many flows, in random order, as a source that costs
// a copy and a few stores a packet.
type flood struct {
	flows, size int
	base        int         // of the numbers of flows
	steer       *port.Steer // nil: one worker
	owner       int
	ports       [floodClasses]uint16
}

// open plays n packets of size octets (with the FCS that is not there).
func (o *flood) open(pool *dpdk.Pool, n uint64) (port.Source, error) {
	frame := ipFrame(endOf{10 << 24, floodPort}, endOf{192<<24 | 2<<8 | 1, 40001}, 17, o.size-4-34)
	binary.BigEndian.PutUint16(frame[38:], uint16(o.size-4-34))
	frames := make([][]byte, dpdk.BurstSize)
	for i := range frames {
		frames[i] = frame
	}
	if o.steer != nil {
		o.choose()
	}
	x := uint64(0x9e3779b97f4a7c15)
	repeat := (n + dpdk.BurstSize - 1) / dpdk.BurstSize
	sent := uint64(0)
	return port.NewMem(port.MemConfig{Frames: frames, Repeat: repeat, Rewrite: func(_ uint64, _ int, f []byte) {
		id := sent
		if sent >= uint64(o.flows) {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			id = (x >> 16) % uint64(o.flows)
		}
		sent++
		id += uint64(o.base)
		// The header checksum is left as it is: nobody checks it here.
		f[27], f[28], f[29] = byte(id>>16), byte(id>>8), byte(id)
		if o.steer != nil {
			o.mine(f)
		}
	}}, pool, 0)
}

const floodPort = 40000

// mine sets the source port so that the flow is the worker's, as behind a port
// with RSS. The hash is linear: that of the addresses says which ports do it.
func (o *flood) mine(f []byte) {
	var src, dst [16]byte
	copy(src[:4], f[26:30])
	copy(dst[:4], f[30:34])
	h := port.FlowHash(&src, &dst, 0, 40001)
	binary.BigEndian.PutUint16(f[34:], o.ports[h%floodClasses])
}

// floodClasses is the size of the table that maps hashes to workers.
const floodClasses = 128

// choose fills the source port for each class of hashes.
func (o *flood) choose() {
	var none [16]byte
	for class := range uint32(floodClasses) {
		for p := uint16(floodPort); ; p++ {
			if o.steer.Owner(class^port.FlowHash(&none, &none, p, 0)) == o.owner {
				o.ports[class] = p
				break
			}
		}
	}
}
