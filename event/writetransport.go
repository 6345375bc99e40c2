package event

import "encoding/binary"

// igmpVersion is the version that a message belongs to (RFC 9776 §7.1): queries of
// all three have one type and differ in length and response time.
func igmpVersion(b []byte) uint64 {
	switch b[0] {
	case 0x11:
		switch {
		case len(b) >= 12:
			return 3
		case b[1] == 0:
			return 1
		}
		return 2
	case 0x12:
		return 1
	case 0x16, 0x17:
		return 2
	case 0x22:
		return 3
	}
	return 0
}

// WriteIGMP writes an igmp object, or rgmp for the routers' group 224.0.0.25
// (RFC 3488); b is the message, dst the packet's destination.
func WriteIGMP(w *Writer, b []byte, dst *[16]byte) {
	if len(b) < 8 {
		return
	}
	if b[0] >= 0xFC && [4]byte(dst[:4]) == [4]byte{224, 0, 0, 25} {
		w.Obj("rgmp")
		w.Uint("type", uint64(b[0]))
		w.End()
		return
	}
	w.Obj("igmp")
	if v := igmpVersion(b); v != 0 {
		w.Uint("version", v)
	}
	w.Uint("type", uint64(b[0]))
	w.End()
}

// sctpChunks are the names of chunk types (RFC 9260 §3.2).
var sctpChunks = [...]string{"data", "init", "init_ack", "sack", "heartbeat", "hb_ack", "abort", "shutdown", "shutdown_ack", "error",
	"cookie_echo", "cookie_ack", "ecne", "cwr", "shutdown_complete"}

// maxSCTPChunks bounds the chunks that an event names.
const maxSCTPChunks = 32

// WriteSCTP writes an sctp object; b is the packet from the common header on, n the
// number of its chunks as the decoder counted them.
func WriteSCTP(w *Writer, b []byte, n int) {
	if len(b) < 12 {
		return
	}
	w.Obj("sctp")
	w.Uint("vtag", uint64(binary.BigEndian.Uint32(b[4:])))
	w.Uint("chunk_cnt", uint64(n))
	var has [256 / 64]uint64
	w.Arr("chunk_types")
	for at, i := 12, 0; i < n && at+4 <= len(b); i++ {
		t := b[at]
		has[t>>6] |= 1 << (t & 63)
		if i < maxSCTPChunks {
			switch {
			case int(t) < len(sctpChunks):
				w.StrConst("", sctpChunks[t])
			case t == 192:
				w.StrConst("", "forward_tsn")
			default:
				w.Uint("", uint64(t))
			}
		}
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		if size < 4 {
			break
		}
		at += (size + 3) &^ 3
	}
	w.End()
	for _, x := range [...]struct {
		key string
		t   uint8
	}{{"has_init", 1}, {"has_init_ack", 2}, {"has_data", 0}, {"has_abort", 6}} {
		w.Bool(x.key, has[x.t>>6]&(1<<(x.t&63)) != 0)
	}
	w.End()
}
