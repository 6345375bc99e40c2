package dpdk

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"
)

// net_pcap chains mbufs where a frame is longer than a segment.
func receiveChains(t *testing.T, b *Burst) (whole, refused int) {
	pool := newPool(t, 1023, 100)
	id, _ := startPort(t, "net_pcap0", PortConfig{Pools: []*Pool{pool}, Scatter: true})
	q := NewQueue(id, 0)
	seen := 0
	for q.RxBurst(b) > 0 {
		for i := range int(b.N) {
			long := 60+seen > 100
			switch {
			case b.Flags[i]&FlagRefused != 0:
				refused++
				if !long || b.PktLen[i] != uint32(60+seen) || b.NSegs[i] < 2 || b.Len[i] != 100 {
					t.Fatalf("packet %d refused: %d octets of %d", seen, b.Len[i], b.PktLen[i])
				}
			case !bytes.Equal(b.Bytes(i), frame(seen, 60+seen)):
				t.Fatalf("packet %d: % x", seen, b.Bytes(i))
			case long != (b.Flags[i]&FlagSpilled != 0):
				t.Fatalf("packet %d: flags %x", seen, b.Flags[i])
			default:
				whole++
			}
			seen++
		}
		FreeBurst(b.Handles())
	}
	if seen != capturePackets {
		t.Fatalf("%d packets, want %d", seen, capturePackets)
	}
	return whole, refused
}

func TestSegmentedRefused(t *testing.T) {
	var b Burst
	if whole, refused := receiveChains(t, &b); whole != 41 || refused != capturePackets-41 {
		t.Errorf("%d whole, %d refused", whole, refused)
	}
}

func TestSegmentedSpilled(t *testing.T) {
	area, err := unix.MmapPtr(-1, 0, nil, 1<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.MunmapPtr(area, 1<<20)
	var b Burst
	t.Run("ample", func(t *testing.T) {
		b.SetSpill(uintptr(area), 1<<20)
		if whole, _ := receiveChains(t, &b); whole != capturePackets {
			t.Errorf("%d of %d whole", whole, capturePackets)
		}
	})
	t.Run("short", func(t *testing.T) {
		b.SetSpill(uintptr(area), 1000)
		whole, refused := receiveChains(t, &b)
		if whole <= 41 || refused == 0 || whole+refused != capturePackets {
			t.Errorf("%d whole, %d refused", whole, refused)
		}
	})
}
