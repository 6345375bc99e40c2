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

// flood makes UDP frames of many flows, in random order, as a source that costs
// a copy and a few stores a packet.
type flood struct {
	*port.Mem
}

// newFlood plays n packets of size octets (with the FCS that is not there).
func newFlood(pool *dpdk.Pool, flows, size int, n uint64) (*flood, error) {
	frame := make([]byte, size-4)
	copy(frame, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0})
	ip := frame[14:]
	ip[0] = 0x45
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	ip[8], ip[9] = 64, 17
	copy(ip[12:], []byte{10, 0, 0, 0, 192, 0, 2, 1})
	udp := ip[20:]
	binary.BigEndian.PutUint16(udp, 40000)
	binary.BigEndian.PutUint16(udp[2:], 40001)
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	frames := make([][]byte, dpdk.BurstSize)
	for i := range frames {
		frames[i] = frame
	}
	x := uint64(0x9e3779b97f4a7c15)
	repeat := (n + dpdk.BurstSize - 1) / dpdk.BurstSize
	sent := uint64(0)
	m, err := port.NewMem(port.MemConfig{Frames: frames, Repeat: repeat, Rewrite: func(_ uint64, _ int, f []byte) {
		id := sent
		if sent >= uint64(flows) {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			id = (x >> 16) % uint64(flows)
		}
		sent++
		// The header checksum is left as it is: nobody checks it here.
		f[27], f[28], f[29] = byte(id>>16), byte(id>>8), byte(id)
	}}, pool, 0)
	if err != nil {
		return nil, err
	}
	return &flood{m}, nil
}
