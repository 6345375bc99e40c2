package rfb

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// version is `RFB xxx.yyy`, kept as digits.
type version struct {
	major, minor [3]byte
	known        bool
}

func (v *version) read(b []byte) bool {
	if string(b[:4]) != "RFB " || b[7] != '.' || b[11] != '\n' {
		return false
	}
	for _, i := range [...]int{4, 5, 6, 8, 9, 10} {
		if b[i] < '0' || b[i] > '9' {
			return false
		}
	}
	copy(v.major[:], b[4:7])
	copy(v.minor[:], b[8:11])
	v.known = true
	return true
}

// number is major and minor as one: 3008.
func (v *version) number() int {
	n := 0
	for _, d := range [...]byte{v.major[0], v.major[1], v.major[2], v.minor[0], v.minor[1], v.minor[2]} {
		n = 10*n + int(d-'0')
	}
	return n
}

// Tx is the flow's handshake.
type Tx struct {
	s              *State
	id             uint64
	det            input.TxDetect
	server, client version
	secType        uint32
	challenge      [challengeLen]byte
	response       [challengeLen]byte
	result         uint32
	reason, name   []byte
	width, height  uint16
	format         [16]byte

	hasType, hasChallenge, hasResponse bool
	hasResult, hasShared, shared       bool
	hasScreen                          bool
	live, done, logged                 bool
	events                             uint8
}

// screen reads the server's initialisation (RFC 6143 section 7.3.2).
func (t *Tx) screen(b []byte) {
	t.width, t.height = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	copy(t.format[:], b[4:20])
	t.hasScreen = true
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done reports whether the handshake is over.
func (t *Tx) Done(input.Dir) bool { return t.done }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 {
	if t.done {
		return input.Complete
	}
	return uint8(buf.Start)
}

// View is the screen's name.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	switch {
	case id != buf.RFBName || d != input.ToClient || i > 0:
		return input.View{Avail: input.None}
	case len(t.name) > 0:
		return input.View{Data: t.name, Avail: input.Done, First: true, Last: true}
	case t.done:
		return input.View{Avail: input.None}
	}
	return input.View{Avail: input.Wait}
}

// Num is the security type or result.
func (t *Tx) Num(id buf.FieldID, _ input.Dir, i int) (uint64, input.Avail) {
	v, has := uint32(0), false
	switch id {
	case buf.FieldRFBSecType:
		v, has = t.secType, t.hasType
	case buf.FieldRFBSecResult:
		// What is none of the three is one: unknown.
		v, has = min(t.result, 3), t.hasResult
	default:
		return 0, input.None
	}
	switch {
	case has && i == 0:
		return uint64(v), input.Done
	case has || t.done:
		return 0, input.None
	}
	return 0, input.Wait
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is 0 but where the flow spoke another protocol before.
func (t *Tx) ID() uint64 { return t.id }

// LogReady is true once, when the handshake is over.
func (t *Tx) LogReady() bool { return t.done && !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("rfb")
	t.Meta(w)
	return true
}

var resultNames = [...]string{"OK", "FAIL", "TOOMANY", "UNKNOWN"}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("rfb")
	for _, v := range [...]struct {
		key string
		v   *version
	}{{"server_protocol_version", &t.server}, {"client_protocol_version", &t.client}} {
		if v.v.known {
			w.Obj(v.key)
			w.Str("major", v.v.major[:])
			w.Str("minor", v.v.minor[:])
			w.End()
		}
	}
	w.Obj("authentication")
	if t.hasType {
		w.Uint("security_type", uint64(t.secType))
	}
	if t.hasChallenge || t.hasResponse {
		w.Obj("vnc")
		w.Hex("challenge", t.challenge[:])
		if t.hasResponse {
			w.Hex("response", t.response[:])
		}
		w.End()
	}
	if t.hasResult {
		w.StrConst("security_result", resultNames[min(t.result, 3)])
	}
	w.End()
	if len(t.reason) > 0 {
		w.Str("server_security_failure_reason", t.reason)
	}
	if t.hasShared {
		w.Bool("screen_shared", t.shared)
	}
	if t.hasScreen {
		w.Obj("framebuffer")
		w.Uint("width", uint64(t.width))
		w.Uint("height", uint64(t.height))
		w.Str("name", t.name)
		w.Obj("pixel_format")
		f := &t.format
		w.Uint("bits_per_pixel", uint64(f[0]))
		w.Uint("depth", uint64(f[1]))
		w.Bool("big_endian", f[2] != 0)
		w.Bool("true_color", f[3] != 0)
		w.Uint("red_max", uint64(binary.BigEndian.Uint16(f[4:])))
		w.Uint("green_max", uint64(binary.BigEndian.Uint16(f[6:])))
		w.Uint("blue_max", uint64(binary.BigEndian.Uint16(f[8:])))
		w.Uint("red_shift", uint64(f[10]))
		w.Uint("green_shift", uint64(f[11]))
		w.Uint("blue_shift", uint64(f[12]))
		w.End()
		w.End()
	}
	w.End()
}

// Release gives the memory back.
func (t *Tx) Release() {
	t.s.env.Keep.Later(t.name)
	t.s.env.Keep.Later(t.reason)
	*t = Tx{s: t.s, done: true, logged: true}
}

// PacketWay is app.PacketWay's: a message that was acknowledged before it was read
// is told of the acknowledgement's way.
func (t *Tx) PacketWay() {}
