package port

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// maxCaplen is the longest packet of a capture, as libpcap has it
// (MAXIMUM_SNAPLEN): beyond it the file is broken.
const maxCaplen = 262144

// record is one packet of a capture.
type record struct {
	data            []byte
	caplen, wirelen uint32
	micros          int64
}

// recordReader walks the records of a pcap or pcapng file in memory. It checks
// every length against the file, and stops at the first that is wrong with
// the reason in broken.
type recordReader struct {
	buf    []byte
	off    int
	order  binary.ByteOrder
	broken error

	format   string // "pcap" or "pcapng"
	nano     bool
	linkType uint32
	snaplen  uint32

	recHead int       // pcap: octets of a record's header
	ifaces  []ngIface // pcapng: interfaces of this section
	typed   bool      // pcapng: linkType is known
}

// ErrNotCapture is a file that is neither pcap nor pcapng.
var ErrNotCapture = errors.New("not a pcap or pcapng capture")

func newRecordReader(buf []byte) (*recordReader, error) {
	r := &recordReader{buf: buf}
	if len(buf) < 4 {
		return nil, fmt.Errorf("%w: %d octets", ErrNotCapture, len(buf))
	}
	switch le := binary.LittleEndian.Uint32(buf); le {
	case 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34:
		r.order = binary.LittleEndian
	case 0xd4c3b2a1, 0x4d3cb2a1, 0x34cdb2a1:
		r.order = binary.BigEndian
	case ngSection:
		r.format = "pcapng"
		if !r.section(0) {
			return nil, fmt.Errorf("%w: %w", ErrNotCapture, r.broken)
		}
		return r, nil
	default:
		return nil, fmt.Errorf("%w: %s", ErrNotCapture, looksLike(buf))
	}
	r.format = "pcap"
	if len(buf) < 24 {
		return nil, fmt.Errorf("%w: the file header is cut off at %d of 24 octets", ErrNotCapture, len(buf))
	}
	magic := r.order.Uint32(buf)
	r.nano = magic == 0xa1b23c4d
	r.recHead = 16
	if magic == 0xa1b2cd34 {
		r.recHead = 24 // Kuznetzov's: interface, protocol and packet type follow
	}
	if major := r.order.Uint16(buf[4:]); major != 2 {
		return nil, fmt.Errorf("%w: pcap version %d.%d, known is 2.4", ErrNotCapture, major, r.order.Uint16(buf[6:]))
	}
	r.snaplen = r.order.Uint32(buf[16:])
	r.linkType = r.order.Uint32(buf[20:]) & 0x03ffffff // above: FCS length
	r.off = 24
	return r, nil
}

func looksLike(buf []byte) string {
	switch {
	case buf[0] == 0x1f && buf[1] == 0x8b:
		return "it is compressed with gzip, decompress it first"
	case binary.LittleEndian.Uint32(buf) == 0xfd2fb528:
		return "it is compressed with zstd, decompress it first"
	case string(buf[:4]) == "snoo":
		return "it is a snoop capture, convert it with editcap -F pcap"
	}
	return fmt.Sprintf("it starts with % x", buf[:4])
}

// next reads the next record. False: the file is over, or broken says why not.
func (r *recordReader) next(rec *record) bool {
	if r.broken != nil || r.off == len(r.buf) {
		return false
	}
	if r.format == "pcapng" {
		return r.nextNG(rec)
	}
	left := len(r.buf) - r.off
	if left < r.recHead {
		return r.stop("the file ends within a record's header: %d of %d octets", left, r.recHead)
	}
	h := r.buf[r.off:]
	sec, frac := r.order.Uint32(h), r.order.Uint32(h[4:])
	caplen, wirelen := r.order.Uint32(h[8:]), r.order.Uint32(h[12:])
	if caplen > maxCaplen {
		return r.stop("a record claims %d octets, %d are possible", caplen, maxCaplen)
	}
	if left-r.recHead < int(caplen) {
		return r.stop("the file ends within a record: %d of %d octets", left-r.recHead, caplen)
	}
	if r.nano {
		frac /= 1000
	}
	rec.micros = int64(sec)*1_000_000 + int64(frac)
	r.fill(rec, h[r.recHead:], caplen, wirelen)
	r.off += r.recHead + int(caplen)
	return true
}

// fill sets the record's octets; like libpcap, it cuts what exceeds the
// file's own snapshot length.
func (r *recordReader) fill(rec *record, data []byte, caplen, wirelen uint32) {
	if r.snaplen > 0 && r.snaplen <= maxCaplen && r.format == "pcap" {
		caplen = min(caplen, r.snaplen)
	}
	rec.data, rec.caplen, rec.wirelen = data[:caplen:caplen], caplen, max(wirelen, caplen)
}

func (r *recordReader) stop(format string, a ...any) bool {
	r.broken = fmt.Errorf("at offset %d: "+format, append([]any{r.off}, a...)...)
	return false
}

// toMicros converts a pcapng time stamp; resol is if_tsresol.
func toMicros(v uint64, resol uint8, offset int64) int64 {
	var us uint64
	switch n := int(resol & 0x7f); {
	case resol&0x80 != 0: // 2^-n s
		hi, lo := bits.Mul64(v, 1_000_000)
		switch {
		case n >= 128:
		case n >= 64:
			us = hi >> (n - 64)
		case n == 0:
			us = lo
		default:
			us = hi<<(64-n) | lo>>n
		}
	case n <= 6:
		us = v * pow10(6-n)
	case n <= 25:
		us = v / pow10(n-6)
	}
	return int64(us) + offset*1_000_000
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
