package port

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/weir-ips/weir/cgo/dpdk"
)

var captureStart = time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.UTC)

// frame i of a test capture: its length tells its number.
func frame(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 60+i%500) }

func captureInfo(i int) gopacket.CaptureInfo {
	n := len(frame(i))
	return gopacket.CaptureInfo{Timestamp: captureStart.Add(time.Duration(i) * 1001 * time.Microsecond), CaptureLength: n, Length: n + 7}
}

// formats write a capture of n packets.
var formats = map[string]func(b *bytes.Buffer, n int) error{
	"pcap":            func(b *bytes.Buffer, n int) error { return writePcap(pcapgo.NewWriter(b), n) },
	"pcap nanosecond": func(b *bytes.Buffer, n int) error { return writePcap(pcapgo.NewWriterNanos(b), n) },
	"pcap big-endian": func(b *bytes.Buffer, n int) error {
		if err := writePcap(pcapgo.NewWriter(b), n); err != nil {
			return err
		}
		swapPcap(b.Bytes())
		return nil
	},
	"pcapng": func(b *bytes.Buffer, n int) error {
		w, err := pcapgo.NewNgWriter(b, layers.LinkTypeEthernet)
		if err != nil {
			return err
		}
		for i := range n {
			if err := w.WritePacket(captureInfo(i), frame(i)); err != nil {
				return err
			}
		}
		return w.Flush()
	},
	"pcapng big-endian": func(b *bytes.Buffer, n int) error {
		be := binary.BigEndian
		block := func(kind uint32, body []byte) {
			body = append(body, make([]byte, -len(body)&3)...)
			b.Write(be.AppendUint32(be.AppendUint32(nil, kind), uint32(len(body)+12)))
			b.Write(be.AppendUint32(body, uint32(len(body)+12)))
		}
		block(ngSection, append(be.AppendUint32(nil, ngOrderMagic), 0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255))
		block(ngInterface, []byte{0, 1, 0, 0, 0, 4, 0, 0, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0}) // ns
		for i := range n {
			ci := captureInfo(i)
			ts := uint64(ci.Timestamp.UnixNano())
			h := be.AppendUint32(be.AppendUint32(be.AppendUint32(nil, 0), uint32(ts>>32)), uint32(ts))
			h = be.AppendUint32(be.AppendUint32(h, uint32(ci.CaptureLength)), uint32(ci.Length))
			block(ngEnhanced, append(h, frame(i)...))
		}
		return nil
	},
}

func writePcap(w *pcapgo.Writer, n int) error {
	if err := w.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
		return err
	}
	for i := range n {
		if err := w.WritePacket(captureInfo(i), frame(i)); err != nil {
			return err
		}
	}
	return nil
}

// swapPcap turns a little-endian pcap into a big-endian one.
func swapPcap(b []byte) {
	le, be := binary.LittleEndian, binary.BigEndian
	swap := func(f []byte) { be.PutUint32(f, le.Uint32(f)) }
	swap(b)
	b[4], b[5], b[6], b[7] = b[5], b[4], b[7], b[6]
	for o := 8; o < 24; o += 4 {
		swap(b[o:])
	}
	for o := 24; o < len(b); {
		n := int(le.Uint32(b[o+8:]))
		for k := 0; k < 16; k += 4 {
			swap(b[o+k:])
		}
		o += 16 + n
	}
}

func writeFile(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in,1.pcap") // net_pcap ends a path at the comma
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func openCapture(t testing.TB, data []byte) *CaptureFile {
	t.Helper()
	f, err := OpenCapture(writeFile(t, data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

var vdevs int

// sources are the two ways to replay a file.
func sources(t *testing.T, f *CaptureFile, pool *dpdk.Pool) map[string]Source {
	t.Helper()
	m, err := NewMapped(f, pool, 3)
	if err != nil {
		t.Fatal(err)
	}
	vdevs++
	name := fmt.Sprintf("net_pcap%d", vdevs)
	if err := dpdk.ProbeDevice(f.Vdev(name)); err != nil {
		t.Fatal(err)
	}
	c, err := NewCapture(f, name, pool)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return map[string]Source{"Mapped": m, "Capture": c}
}

// play receives everything, hands each packet to see, and frees it.
func play(s Source, see func(k int, b *dpdk.Burst, i int)) int {
	var b dpdk.Burst
	k := 0
	for !s.Done() {
		n := s.RxBurst(&b)
		for i := range n {
			see(k, &b, i)
			k++
		}
		dpdk.FreeBurst(b.Handles())
	}
	return k
}

func TestReplayFormats(t *testing.T) {
	for name, write := range formats {
		for _, packets := range []int{0, 1, 64, 300} {
			var buf bytes.Buffer
			if err := write(&buf, packets); err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprintf("%s/%d", name, packets), func(t *testing.T) {
				f := openCapture(t, buf.Bytes())
				i := f.Info
				if i.Packets != uint64(packets) || i.Broken != nil || packets > 0 && i.LinkType != 1 || i.Format != name[:len(i.Format)] {
					t.Fatalf("%+v", i)
				}
				if packets == 300 && (i.MaxCaplen != 359 || i.First != captureStart.UnixMicro() || i.Last != captureInfo(299).Timestamp.UnixMicro()) {
					t.Errorf("%+v", i)
				}
				if packets == 0 && i.Format == "pcapng" {
					return // libpcap wants an interface, and pcapgo writes it with the first packet or not at all
				}
				for kind, s := range sources(t, f, newPool(t, 511, f.DataRoom())) {
					got := play(s, func(k int, b *dpdk.Burst, i int) {
						if !bytes.Equal(b.Bytes(i), frame(k)) || b.Flags[i]&dpdk.FlagTimestamp == 0 {
							t.Fatalf("%s: packet %d: % x", kind, k, b.Bytes(i))
						}
						if want := captureInfo(k).Timestamp.UnixMicro(); b.Timestamp[i] != want {
							t.Fatalf("%s: packet %d at %d, want %d", kind, k, b.Timestamp[i], want)
						}
						if kind == "Mapped" && (b.WireLen[i] != b.Len[i]+7 || b.Port[i] != 3) {
							t.Fatalf("wire length %d of %d, port %d", b.WireLen[i], b.Len[i], b.Port[i])
						}
					})
					if got != packets {
						t.Errorf("%s: %d packets of %d", kind, got, packets)
					}
				}
			})
		}
	}
}

// TestReplayBroken cuts a capture at every octet of its last records: the
// packets before the cut come, and the cut is told.
func TestReplayBroken(t *testing.T) {
	for name, write := range formats {
		var whole, less bytes.Buffer
		if write(&whole, 4) != nil || write(&less, 3) != nil {
			t.Fatal("write")
		}
		for cut := less.Len() + 1; cut < whole.Len(); cut++ {
			f := openCapture(t, whole.Bytes()[:cut])
			if f.Info.Packets != 3 || f.Info.Broken == nil || !strings.Contains(f.Info.Broken.Error(), "offset") {
				t.Fatalf("%s cut at %d: %+v", name, cut, f.Info)
			}
			if cut%20 != 0 {
				continue
			}
			for kind, s := range sources(t, f, newPool(t, 127, f.DataRoom())) {
				if got := play(s, func(int, *dpdk.Burst, int) {}); got != 3 {
					t.Fatalf("%s %s cut at %d: %d packets", name, kind, cut, got)
				}
			}
		}
	}
}

func TestOpenCaptureErrors(t *testing.T) {
	dir := t.TempDir()
	for _, row := range []struct{ path, want string }{
		{filepath.Join(dir, "none"), "no such file"},
		{dir, "directory"},
		{"/dev/null", "regular"},
		{writeFile(t, nil), "empty"},
		{writeFile(t, []byte{1, 2}), "2 octets"},
		{writeFile(t, []byte("hello, world")), "not a pcap"},
		{writeFile(t, []byte{0x1f, 0x8b, 8, 0, 0}), "gzip"},
		{writeFile(t, []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0}), "6 of 24"},
	} {
		_, err := OpenCapture(row.path)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), row.path) {
			t.Errorf("%s: %v, want %q", row.path, err, row.want)
		}
	}
	if _, err := OpenCapture(writeFile(t, []byte("hello"))); !errors.Is(err, ErrNotCapture) {
		t.Errorf("%v is not ErrNotCapture", err)
	}
}

// TestReplayJumbo replays packets longer than a segment can be, and longer
// than net_pcap can receive.
func TestReplayJumbo(t *testing.T) {
	jumbo := func(sizes ...int) *CaptureFile {
		var buf bytes.Buffer
		w := pcapgo.NewWriter(&buf)
		if err := w.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
			t.Fatal(err)
		}
		for i, n := range sizes {
			ci := gopacket.CaptureInfo{Timestamp: captureStart, CaptureLength: n, Length: n}
			if err := w.WritePacket(ci, bytes.Repeat([]byte{byte(i)}, n)); err != nil {
				t.Fatal(err)
			}
		}
		return openCapture(t, buf.Bytes())
	}
	check := func(kind string, s Source, sizes []int) {
		got := play(s, func(k int, b *dpdk.Burst, i int) {
			d := b.Bytes(i)
			if len(d) != sizes[k] || d[0] != byte(k) || d[len(d)-1] != byte(k) || b.Flags[i]&dpdk.FlagRefused != 0 {
				t.Errorf("%s: packet %d: %d octets of %d", kind, k, len(d), sizes[k])
			}
			if spilled := b.Flags[i]&dpdk.FlagSpilled != 0; spilled != (sizes[k] > dpdk.MaxDataRoom) {
				t.Errorf("%s: packet %d of %d: spilled %v", kind, k, sizes[k], spilled)
			}
		})
		if got != len(sizes) {
			t.Errorf("%s: %d packets of %d", kind, got, len(sizes))
		}
	}
	sizes := []int{60, 9000, 65407, 65408, 65535, 60}
	f := jumbo(sizes...)
	for kind, s := range sources(t, f, newPool(t, 127, f.DataRoom())) {
		check(kind, s, sizes)
	}
	sizes = []int{60, 65536, 65549, 262144, 60}
	f = jumbo(sizes...)
	pool := newPool(t, 127, f.DataRoom())
	if _, err := NewCapture(f, "net_pcap_none", pool); !errors.Is(err, ErrNeedsMapped) {
		t.Errorf("net_pcap: %v", err)
	}
	m, err := NewMapped(f, pool, 0)
	if err != nil {
		t.Fatal(err)
	}
	check("Mapped", m, sizes)
}

// TestReplayEmptyPool holds every mbuf: Mapped waits, Capture counts.
func TestReplayEmptyPool(t *testing.T) {
	var buf bytes.Buffer
	if err := formats["pcap"](&buf, 100); err != nil {
		t.Fatal(err)
	}
	f := openCapture(t, buf.Bytes())
	pool := newPool(t, 95, f.DataRoom())
	all := make([]dpdk.Mbuf, 95)
	addr := make([]uintptr, 95)
	srcs := sources(t, f, pool)
	if pool.AllocBurst(all, addr) != 95 {
		t.Fatal("alloc")
	}
	var b dpdk.Burst
	for kind, s := range srcs {
		if n := s.RxBurst(&b); n != 0 || s.Done() {
			t.Errorf("%s: %d packets, done %v", kind, n, s.Done())
		}
	}
	dpdk.FreeBurst(all)
	if got := play(srcs["Mapped"], func(k int, b *dpdk.Burst, i int) {
		if !bytes.Equal(b.Bytes(i), frame(k)) {
			t.Fatalf("packet %d after the wait: % x", k, b.Bytes(i))
		}
	}); got != 100 || srcs["Mapped"].(*Mapped).Starved == 0 {
		t.Errorf("Mapped: %d packets", got)
	}
	got := play(srcs["Capture"], func(int, *dpdk.Burst, int) {})
	if lost := srcs["Capture"].(*Capture).Lost; got != 99 || lost != 1 {
		t.Errorf("Capture: %d packets, %d lost", got, lost)
	}
}
