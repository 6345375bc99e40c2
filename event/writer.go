package event

import (
	"encoding/binary"
	"math"
)

// Writer fills one record in ring memory. A body is a tree of members; the root
// is an object that needs no Obj and no End, and in arrays the key is "".
//
// What does not fit MaxRecord is cut: the member that crosses the limit is
// shortened when it is a string and left out otherwise, everything after it is
// swallowed, and Head.Flags gets Truncated. Open containers can always close,
// so a cut body is still well-formed.
//
// Ownership: the memory is the ring's; a Writer is valid from Begin to Commit or
// Abort. Concurrency: the ring's writing thread only. No method allocates.
type Writer struct {
	head *Head
	buf  []byte // body area
	n    int
	// depth counts open containers; each has one octet of buf reserved for its
	// End. skip counts containers opened after the cut.
	depth, skip int
	full        bool
}

// Head is the record's head, zero but for Kind; the caller fills it.
func (w *Writer) Head() *Head { return w.head }

// Full reports whether the body was cut, so that a caller can spare the work.
func (w *Writer) Full() bool { return w.full }

// reset starts an empty body.
func (w *Writer) reset(h *Head, buf []byte) {
	*w = Writer{head: h, buf: buf}
}

// member reserves a member's octets and writes type and key; nil when it does
// not fit.
func (w *Writer) member(t Type, key string, size int) []byte { return member(w, t, key, size) }

func member[K string | []byte](w *Writer, t Type, key K, size int) []byte {
	if w.full {
		return nil
	}
	k := min(len(key), maxKey)
	end := w.n + 2 + k + size
	if end+w.depth > len(w.buf) {
		w.full = true
		return nil
	}
	b := w.buf[w.n:end]
	b[0] = byte(t)
	b[1] = byte(k)
	copy(b[2:2+k], key)
	w.n = end
	return b[2+k:]
}

// maxKey is the longest key, in octets.
const maxKey = 255

// open begins a container.
func (w *Writer) open(t Type, key string) {
	if w.full || w.depth == MaxDepth {
		w.full = true
		w.skip++
		return
	}
	// One octet more is asked for than used: it is the reserve for End.
	if w.member(t, key, 1) == nil {
		w.skip++
		return
	}
	w.n--
	w.depth++
}

// Obj opens an object; End closes it.
func (w *Writer) Obj(key string) { w.open(TypeObj, key) }

// Arr opens an array; End closes it.
func (w *Writer) Arr(key string) { w.open(TypeArr, key) }

// End closes the innermost object or array; one too many does nothing.
func (w *Writer) End() {
	if w.skip > 0 {
		w.skip--
		return
	}
	if w.depth == 0 {
		return
	}
	w.buf[w.n] = byte(TypeEnd)
	w.n++
	w.depth--
}

// bytes writes a member of variable length, shortened to what fits. Inlined, it
// would make the compiler believe that callers' values on the stack escape.
//
//go:noinline
func (w *Writer) bytes(t Type, key string, v []byte) { parts(w, t, key, nil, v) }

// parts is bytes for a value that lies in two places.
func parts[K string | []byte](w *Writer, t Type, key K, first, v []byte) {
	if w.full {
		return
	}
	room := max(len(w.buf)-w.depth-w.n-6-min(len(key), maxKey), 0)
	cut := len(first)+len(v) > room
	if cut {
		first = first[:min(len(first), room)]
		v = v[:min(len(v), room-len(first))]
	}
	n := len(first) + len(v)
	if b := member(w, t, key, 4+n); b != nil {
		binary.LittleEndian.PutUint32(b, uint32(n))
		copy(b[4+copy(b[4:], first):], v)
	}
	w.full = w.full || cut
}

// Str writes wire octets that JSON shall show as text; control escapes them.
func (w *Writer) Str(key string, v []byte) { w.bytes(TypeStr, key, v) }

// ShortLen is the most octets of Short.
const ShortLen = 48

// Short is Str for a text of n octets that the caller made on its stack, where it can
// stay.
func (w *Writer) Short(key string, v *[ShortLen]byte, n int) {
	n = min(max(n, 0), ShortLen)
	if b := w.member(TypeStr, key, 4+n); b != nil {
		binary.LittleEndian.PutUint32(b, uint32(n))
		copy(b[4:], v[:n])
	}
}

// StrKey is Str under a key that came from the wire, too.
func (w *Writer) StrKey(key, v []byte) { parts(w, TypeStr, key, nil, v) }

// Text writes what is UTF-8 by its protocol: octets that are not become U+FFFD, where
// Str shows them as \xNN.
func (w *Writer) Text(key string, v []byte) { w.bytes(TypeText, key, v) }

// Printable writes wire octets whose unprintable ones control shows as '.'.
func (w *Writer) Printable(key string, v []byte) { w.bytes(TypePrintable, key, v) }

// Base64 writes octets that control shows in base64.
func (w *Writer) Base64(key string, v []byte) { w.bytes(TypeBase64, key, v) }

// Base64Parts is Base64 of first and v together.
func (w *Writer) Base64Parts(key string, first, v []byte) { parts(w, TypeBase64, key, first, v) }

// Hex writes octets that control shows as lower-case hexadecimal digits.
func (w *Writer) Hex(key string, v []byte) { w.bytes(TypeHex, key, v) }

// Magic writes a file's first octets, of which control shows what they are.
func (w *Writer) Magic(key string, v []byte) { w.bytes(TypeMagic, key, v) }

// JSON writes a JSON value that stands in the event as it is; control checks it.
func (w *Writer) JSON(key string, v []byte) { w.bytes(TypeJSON, key, v) }

// HexColon is Hex with colons between octets, as fingerprints are shown.
func (w *Writer) HexColon(key string, v []byte) { w.bytes(TypeHexColon, key, v) }

// StrConst writes a string of the program's own.
func (w *Writer) StrConst(key, v string) {
	if w.full {
		return
	}
	b := w.member(TypeStr, key, 4+len(v))
	if b == nil {
		return
	}
	binary.LittleEndian.PutUint32(b, uint32(len(v)))
	copy(b[4:], v)
}

// num writes an eight-octet member.
func (w *Writer) num(t Type, key string, v uint64) {
	if b := w.member(t, key, 8); b != nil {
		binary.LittleEndian.PutUint64(b, v)
	}
}

// Uint writes an unsigned number.
func (w *Writer) Uint(key string, v uint64) { w.num(TypeUint, key, v) }

// Int writes a signed number.
func (w *Writer) Int(key string, v int64) { w.num(TypeInt, key, uint64(v)) }

// Float writes a number; what JSON cannot say (NaN, infinities) becomes null.
func (w *Writer) Float(key string, v float64) { w.num(TypeFloat, key, math.Float64bits(v)) }

// Time writes a point in time, microseconds since the Unix epoch, shown as
// EVE's timestamp is.
func (w *Writer) Time(key string, us int64) { w.num(TypeTime, key, uint64(us)) }

// Bool writes true or false.
func (w *Writer) Bool(key string, v bool) {
	t := TypeFalse
	if v {
		t = TypeTrue
	}
	w.member(t, key, 0)
}

// Null writes null.
func (w *Writer) Null(key string) { w.member(TypeNull, key, 0) }

// IP writes an address; version is 4 or 6, an IPv4 address stands in the first
// four octets. Other versions write nothing.
func (w *Writer) IP(key string, a *[16]byte, version uint8) {
	switch version {
	case 4:
		if b := w.member(TypeIP4, key, 4); b != nil {
			copy(b, a[:4])
		}
	case 6:
		if b := w.member(TypeIP6, key, 16); b != nil {
			copy(b, a[:])
		}
	}
}

// MAC writes a link-layer address, shown as xx:xx:xx:xx:xx:xx.
func (w *Writer) MAC(key string, a *[6]byte) {
	if b := w.member(TypeMAC, key, 6); b != nil {
		copy(b, a[:])
	}
}

// EventType names the event_type of a record, for kinds that have none of their
// own (Tx). It must be the first member written.
func (w *Writer) EventType(name string) { w.StrConst(EventTypeKey, name) }

// EventTypeKey is the key of the member that EventType writes; encoders take it
// out of the body.
const EventTypeKey = "event_type"

// finish closes what is open and returns the body's length.
func (w *Writer) finish() int {
	w.skip = 0
	for w.depth > 0 {
		w.End()
	}
	if w.full {
		w.head.Flags |= Truncated
	}
	return w.n
}
