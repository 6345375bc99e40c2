package ssh

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is the flow's one transaction.
type Tx struct {
	s      *State
	id     uint64
	side   [2]side
	events uint8
	// live: made and not released. over: the parser gave up. logged: the event
	// was written.
	live, over, logged bool
	det                input.TxDetect
}

// side is what one side said.
type side struct {
	text                         []byte
	proto, software, list, hassh span
	done, eof                    bool
}

type span struct{ off, n int }

func (s *side) octets(p span) []byte { return s.text[p.off : p.off+p.n : p.off+p.n] }

// setBanner keeps the two parts of an identification string; false: no memory.
func (s *side) setBanner(keep *slab.Deferred, proto, software []byte) (ok bool) {
	if s.text, ok = keep.Append(s.text, proto); !ok {
		return false
	}
	if s.text, ok = keep.Append(s.text, software); !ok {
		return false
	}
	s.proto, s.software, s.done = span{0, len(proto)}, span{len(proto), len(software)}, true
	return true
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done reports whether direction d is complete. A side that was encrypted first
// waits for the other.
func (t *Tx) Done(d input.Dir) bool {
	return t.over || t.side[d-1].eof || t.s.bothEncrypted()
}

// Progress is 1 behind the identification string.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.Done(d) {
		return input.Complete
	}
	if t.side[d-1].done {
		return uint8(buf.StepSSHBanner)
	}
	return uint8(buf.Start)
}

// View is a side's string.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	s := &t.side[d-1]
	var p span
	known := s.done
	switch id {
	case buf.SSHProto:
		p = s.proto
	case buf.SSHSoftware:
		p = s.software
	case buf.SSHHassh, buf.SSHHasshString:
		s = &t.side[0]
	case buf.SSHHasshServer, buf.SSHHasshServerString:
		s = &t.side[1]
	default:
		return input.View{Avail: input.None}
	}
	switch id {
	case buf.SSHHassh, buf.SSHHasshServer:
		p, known = s.hassh, s.hassh.n > 0
	case buf.SSHHasshString, buf.SSHHasshServerString:
		p, known = s.list, s.hassh.n > 0
	}
	switch {
	case i > 0 || known && p.n == 0 || !t.live:
		return input.View{Avail: input.None}
	case known:
		return input.View{Data: s.octets(p), Avail: input.Done, First: true, Last: true}
	case t.Done(d):
		return input.View{Avail: input.None}
	}
	return input.View{Avail: input.Wait}
}

// Num: SSH has no numbers.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return [2]uint64{uint64(t.events)} }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is 0 but where the flow spoke another protocol before.
func (t *Tx) ID() uint64 { return t.id }

// LogReady is true once when both sides are known.
func (t *Tx) LogReady() bool {
	ready := !t.logged
	for i := range t.side {
		s := &t.side[i]
		ready = ready && s.done && (s.hassh.n > 0 || !t.s.opts.Hassh || t.s.side[i].phase == encrypted)
	}
	return ready
}

// Log writes the event; false when it was, or neither side said anything.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged || t.side[0].proto.n == 0 && t.side[1].proto.n == 0 {
		return false
	}
	t.logged = true
	w.EventType("ssh")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("ssh")
	for i, key := range [...]string{"client", "server"} {
		s := &t.side[i]
		if s.proto.n == 0 {
			continue
		}
		w.Obj(key)
		w.Str("proto_version", s.octets(s.proto))
		if s.software.n > 0 {
			w.Str("software_version", s.octets(s.software))
		}
		if s.hassh.n > 0 {
			w.Obj("hassh")
			w.Str("hash", s.octets(s.hassh))
			w.Str("string", s.octets(s.list))
			w.End()
		}
		w.End()
	}
	w.End()
}

// Release gives the memory back.
func (t *Tx) Release() {
	for i := range t.side {
		t.s.env.Keep.Later(t.side[i].text)
		t.side[i].text = nil
	}
	s, over, logged := t.s, t.over, t.logged
	*t = Tx{s: s, over: over, logged: logged}
}
