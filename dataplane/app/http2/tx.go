package http2

import (
	"github.com/weir-ips/weir/dataplane/app/dns"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Steps of a direction's progress.
const (
	stepHeaders = uint8(buf.StepHTTPHeaders)
	stepBody    = uint8(buf.StepHTTPBody)
	stepClosed  = stepBody + 1 // the direction's last frame came
)

// How much is remembered of the frames of one direction of a stream.
const (
	maxFiles    = 3 // two bodies, and the file that a part completes
	maxTypes    = 48
	maxWindows  = 32
	maxSettings = 16
	maxFew      = 4
)

// setting is one of a SETTINGS frame (RFC 9113 section 6.5.1).
type setting struct {
	id    uint16
	value uint32
}

// message is one direction of a stream.
type message struct {
	progress uint8
	ended    bool   // its last headers or data came
	block    []byte // headers, see headers
	derived  [numDerived][]byte
	have     [numDerived]bool
	body     body
	dns      []byte // octets of a body that is a message of DNS
	isDNS    bool

	types    [maxTypes]uint8
	windows  [maxWindows]uint32
	settings [maxSettings]setting
	errors   [maxFew]uint32
	weights  [maxFew]uint8
	ntypes, nwindows, nsettings,
	nerrors, nweights, nframes int
}

// Tx is a stream: a request and its response.
type Tx struct {
	st     *State
	sh     *Shared
	id     uint64
	stream uint32
	det    input.TxDetect
	events uint32

	req, resp message
	files     []*file.File
	few       [maxFiles]*file.File
	// reset: one side gave the stream up. What is under way still comes.
	reset bool
	doh   [2]*dns.Tx // messages of DNS that it carries, by direction
}

// Lone is a frame that concerns the connection, not a stream: a transaction of
// one message.
type Lone struct {
	Tx
	dir input.Dir
}

// Only is app.OneSided's.
func (l *Lone) Only() input.Dir { return l.dir }

// Done is always true.
func (l *Lone) Done(input.Dir) bool { return true }

// Progress is always complete.
func (l *Lone) Progress(input.Dir) uint8 { return input.Complete }

// Release is app.Tx's.
func (l *Lone) Release() {
	if l.st == nil {
		return
	}
	sh := l.sh
	*l = Lone{}
	sh.lone.Put(l)
}

func (t *Tx) raise(ev uint16) {
	t.events |= 1 << ev
	t.touch()
}

// touch notes that there is something new for the rules.
func (t *Tx) touch() { t.det.Quiet = [2]bool{} }

// Touching is app.Touching's.
func (t *Tx) Touching() {}

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return [2]uint64{uint64(t.events)} }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Progress is input.Tx's.
func (t *Tx) Progress(d input.Dir) uint8 { return t.side(d).progress }

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.side(d).progress == input.Complete }

// Files is app.FileTx's.
func (t *Tx) Files() []*file.File { return t.files }

func (t *Tx) side(d input.Dir) *message {
	if d == input.ToClient {
		return &t.resp
	}
	return &t.req
}

// Release is app.Tx's.
func (t *Tx) Release() {
	if t.st == nil {
		return
	}
	sh := t.sh
	t.st.forget(t)
	for i, f := range t.files {
		sh.env.Files.Put(f)
		t.files[i] = nil
	}
	for _, m := range [...]*message{&t.req, &t.resp} {
		m.body.release(sh)
		sh.env.Keep.Later(m.block)
		sh.env.Mem.Put(m.dns)
		for _, b := range m.derived {
			sh.env.Keep.Later(b)
		}
	}
	for _, x := range t.doh {
		if x != nil {
			x.Release()
		}
	}
	files := t.files[:0]
	*t = Tx{files: files}
	sh.txs.Put(t)
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	m := t.side(d)
	switch id {
	case buf.FieldDNSOpcode, buf.FieldDNSRcode, buf.FieldDNSRRType:
		if x := t.doh[side(d)]; x != nil {
			return x.Num(id, d, i)
		}
		return 0, m.later()
	case buf.FieldFileSize:
		f := file.Find(t.files, d, i)
		if f != nil {
			return f.FileSize()
		}
		return 0, m.later()
	case buf.FieldURILen:
		if uri, ok := t.req.find(":path"); ok && i == 0 {
			return uint64(len(uri)), input.Done
		}
		return 0, t.req.later()
	case buf.FieldHTTP2FrameType:
		if i < m.ntypes {
			return uint64(m.types[i]), input.Done
		}
	case buf.FieldHTTP2Window:
		if i < m.nwindows {
			return uint64(m.windows[i]), input.Done
		}
	case buf.FieldHTTP2ErrorCode:
		if i < m.nerrors {
			return uint64(m.errors[i]), input.Done
		}
	case buf.FieldHTTP2Priority:
		if i < m.nweights {
			return uint64(m.weights[i]), input.Done
		}
	case buf.FieldHTTP2Settings:
		if i < m.nsettings {
			s := &m.settings[i]
			return uint64(s.id)<<32 | uint64(s.value), input.Done
		}
	case buf.FieldHTTP2SizeUpdate:
		for h := (headers{m.block}); ; {
			_, v, update, ok := h.next()
			if !ok {
				break
			}
			if update {
				if i == 0 {
					return uint64(v[0])<<24 | uint64(v[1])<<16 | uint64(v[2])<<8 | uint64(v[3]), input.Done
				}
				i--
			}
		}
	default:
		return 0, input.None
	}
	if t.stream == 0 || m.progress == input.Complete {
		return 0, input.None
	}
	return 0, input.Wait
}

// later says whether something of a direction may still come.
func (m *message) later() input.Avail {
	if m.ended {
		return input.None
	}
	return input.Wait
}

// note remembers a frame.
func (t *Tx) note(m *message, typ uint8) {
	t.touch()
	if m.nframes++; m.nframes > t.sh.opt.Frames {
		t.raise(evTooManyFrames)
	}
	if m.ntypes < maxTypes {
		m.types[m.ntypes] = typ
		m.ntypes++
	}
}
