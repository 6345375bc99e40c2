package port

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// CaptureInfo is what a capture holds, read before it is replayed: net_pcap
// does not say that a capture ended, and delivers any link type as if it were
// Ethernet.
type CaptureInfo struct {
	Path       string
	Format     string // "pcap" or "pcapng"
	LinkType   uint32 // LINKTYPE_* of pcap-linktype(7), 1 is Ethernet
	Snaplen    uint32
	Nanosecond bool
	Packets    uint64
	Octets     uint64
	MaxCaplen  uint32
	// First and Last are the smallest and the largest arrival time, µs.
	First, Last int64
	// Broken says where and why reading stopped before the end of the file,
	// nil if it did not. The packets before are replayed.
	Broken error
}

// CaptureFile is an open capture: its octets mapped, its contents counted.
// Replay it through net_pcap (Vdev, then NewCapture) or NewMapped.
type CaptureFile struct {
	Info CaptureInfo
	file *os.File
	data []byte
}

// OpenCapture opens, maps and counts a pcap or pcapng file of either byte
// order. A file that is broken further on is opened, with Info.Broken set; one
// that is missing, no regular file, or no capture is an error that says so.
// The file must not be cut while it is open.
func OpenCapture(path string) (*CaptureFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	c := &CaptureFile{file: f}
	if err := c.scan(path); err != nil {
		return nil, errors.Join(fmt.Errorf("capture %s: %w", path, err), c.Close())
	}
	return c, nil
}

func (c *CaptureFile) scan(path string) error {
	st, err := c.file.Stat()
	switch {
	case err != nil:
		return err
	case st.IsDir():
		return errors.New("it is a directory")
	case !st.Mode().IsRegular():
		return errors.New("not a regular file: write it to one first")
	case st.Size() == 0:
		return fmt.Errorf("%w: the file is empty", ErrNotCapture)
	}
	if c.data, err = mapFile(c.file, int(st.Size())); err != nil {
		return fmt.Errorf("map: %w", err)
	}
	r, err := newRecordReader(c.data)
	if err != nil {
		return err
	}
	i := &c.Info
	i.Path, i.Format = path, r.format
	var rec record
	for r.next(&rec) {
		i.Packets++
		i.Octets += uint64(rec.caplen)
		i.MaxCaplen = max(i.MaxCaplen, rec.caplen)
		if i.Packets == 1 {
			i.First, i.Last = rec.micros, rec.micros
		}
		i.First, i.Last = min(i.First, rec.micros), max(i.Last, rec.micros)
	}
	i.LinkType, i.Snaplen, i.Nanosecond, i.Broken = r.linkType, r.snaplen, r.nano, r.broken
	return nil
}

// Vdev is the EAL's device argument that opens this file under the given port
// name (net_pcap0). It names the open file, so that a path with commas works
// and nobody can change it in between; the CaptureFile stays open as long as
// the port.
func (c *CaptureFile) Vdev(name string) string {
	path := c.Info.Path
	if strings.ContainsAny(path, ",[]=\"' ") || !strings.HasPrefix(path, "/") {
		path = fmt.Sprintf("/proc/self/fd/%d", c.file.Fd())
	}
	return name + ",rx_pcap=" + path
}

// DataRoom is the segment length at which every packet of the capture lies in
// one segment, up to what DPDK can have.
func (c *CaptureFile) DataRoom() int {
	room := max(int(c.Info.MaxCaplen), minDataRoom)
	return min((room+63)&^63, dpdk.MaxDataRoom)
}

// Close unmaps and closes the file. Its sources are done with before.
func (c *CaptureFile) Close() error {
	err := unmap(c.data)
	c.data = nil
	return errors.Join(err, c.file.Close())
}

// Frames are the capture's packets and their times, µs: views of the mapping,
// valid until Close.
func (c *CaptureFile) Frames() (frames [][]byte, times []int64, err error) {
	r, err := newRecordReader(c.data)
	if err != nil {
		return nil, nil, err
	}
	var rec record
	for r.next(&rec) {
		frames = append(frames, rec.data)
		times = append(times, rec.micros)
	}
	return frames, times, nil
}
