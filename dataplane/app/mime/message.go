package mime

import (
	"crypto/md5"
	"hash"

	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/slab"
)

// span is a run of a message's text.
type span struct{ off, n uint32 }

// Field is a header field.
type field struct{ name, value span }

// part says what the lines at hand are.
type part uint8

const (
	header   part = iota // fields, up to an empty line
	body                 // of a leaf: decoded, perhaps a file
	preamble             // between the parts of a multipart body
)

// encoding of a body.
type encoding uint8

const (
	plain encoding = iota
	base64
	quoted
)

// Message is a mail message as it comes in. Messages are pooled.
type Message struct {
	pool *Pool
	// text holds the message's own fields, the names of its attachments, its URLs
	// and the delimiters of its parts; ptext the fields of the part at hand.
	text, ptext []byte
	fields      []field
	pfields     []field
	few         [48]field
	pfew        [16]field
	attachments []span
	urls        []span
	fewFiles    [2]span
	fewURLs     [8]span
	levels      [maxLevels]span // delimiters, outermost first, "--" included
	depth       int
	embedded    int // messages within messages

	// hold is the line at hand, when it did not come in one piece.
	hold []byte
	// mid: the line at hand is longer than maxHold and streamed; cr: its last
	// octet was a CR that may belong to its end.
	mid, cr bool
	lineLen int

	at       part
	main     bool // the message's own header is complete
	open     bool // a folded line may continue the last field
	started  bool // the body began
	done     bool
	enc      encoding
	b64      base64State
	qp       quotedState
	pending  [2]byte // line end that may belong to a delimiter
	npending int
	isText   bool
	file     *file.File
	urlLine  []byte

	anomalies Anomaly
	sum       hash.Hash
	digest    [md5.Size]byte
	digits    [2 * md5.Size]byte

	md5hex span

	// files is the transaction's list, to which attachments are added; next names
	// the next file of the flow.
	files *[]*file.File
	next  *uint64
	// Older is for whoever holds several messages.
	Older *Message
}

// Pool holds the messages of one worker.
type Pool struct {
	opt      Options
	keep     *slab.Deferred
	files    *file.Pool
	messages slab.List[Message]
	// wide and spans lend room to lists that outgrow a message's own.
	wide    slab.Wide[field]
	spans   slab.Wide[span]
	sums    []hash.Hash // of messages to come
	schemes [][]byte    // lower case, with "://"
	out     []byte      // what is decoded of a run
	// Refused counts messages for which there was no place, Cut what was left out
	// of those that had one.
	Refused, Cut uint64
}

// NewPool makes a pool whose messages live in keep.
func NewPool(opt Options, keep *slab.Deferred, files *file.Pool) *Pool {
	p := &Pool{opt: opt, keep: keep, files: files, wide: slab.Wide[field]{Max: maxFields}, spans: slab.Wide[span]{Max: max(maxURLs, maxFiles)},
		messages: slab.List[Message]{Max: opt.Messages}, out: make([]byte, 0, outSize)}
	for _, s := range opt.Schemes {
		b := []byte(s + "://")
		lower(b)
		p.schemes = append(p.schemes, b)
	}
	return p
}

// Reserve makes room for all messages that there may be at a time.
func (p *Pool) Reserve() {
	p.messages.Reserve(p.opt.Messages)
	for range p.opt.Messages {
		if p.opt.BodyMD5 {
			p.sums = append(p.sums, md5.New())
		}
	}
}

// fresh gives a new message room of its own for the usual header.
func fresh(m *Message) {
	m.fields, m.pfields = m.few[:0], m.pfew[:0]
	m.attachments, m.urls = m.fewFiles[:0], m.fewURLs[:0]
}

// Get starts a message; nil when there is no place. Its attachments are added to
// files, which the caller logs and gives back; next counts the files of the flow.
func (p *Pool) Get(files *[]*file.File, next *uint64) *Message {
	m := p.messages.Take(fresh)
	if m == nil {
		p.Refused++
		return nil
	}
	if m.pool = p; m.sum == nil && p.opt.BodyMD5 {
		if n := len(p.sums); n > 0 {
			m.sum, p.sums = p.sums[n-1], p.sums[:n-1]
		} else {
			m.sum = md5.New()
		}
	}
	m.files, m.next = files, next
	return m
}

// Put takes a message back.
func (p *Pool) Put(m *Message) {
	if m == nil {
		return
	}
	for _, b := range [...][]byte{m.text, m.ptext, m.hold, m.urlLine} {
		p.keep.Later(b)
	}
	if m.sum != nil {
		m.sum.Reset()
	}
	*m = Message{pool: p, sum: m.sum, fields: p.wide.Back(m.fields, m.few[:]), pfields: p.wide.Back(m.pfields, m.pfew[:]),
		attachments: p.spans.Back(m.attachments, m.fewFiles[:]), urls: p.spans.Back(m.urls, m.fewURLs[:])}
	p.messages.Put(m)
}

func (m *Message) octets(s span) []byte { return m.text[s.off : s.off+s.n : s.off+s.n] }

func (m *Message) raise(a Anomaly) { m.anomalies |= a }

// Anomalies are those found so far.
func (m *Message) Anomalies() Anomaly { return m.anomalies }

// HeaderDone reports whether the message's own header is complete.
func (m *Message) HeaderDone() bool { return m.main }

// Done reports whether End was called.
func (m *Message) Done() bool { return m.done }

// Field is the value of the i-th field of a name, which is in lower case; false
// when there are not so many.
func (m *Message) Field(name string, i int) ([]byte, bool) {
	for k := range m.fields {
		f := &m.fields[k]
		if !is(m.octets(f.name), name) {
			continue
		}
		if i == 0 {
			return m.octets(f.value), true
		}
		i--
	}
	return nil, false
}

// Attachment is the name of the i-th attachment, nil past the last one.
func (m *Message) Attachment(i int) []byte { return m.nth(m.attachments, i) }

// URL is the i-th URL, in the order in which they were found.
func (m *Message) URL(i int) []byte { return m.nth(m.urls, i) }

// URLs is their number.
func (m *Message) URLs() int { return len(m.urls) }

// Attachments is their number.
func (m *Message) Attachments() int { return len(m.attachments) }

func (m *Message) nth(s []span, i int) []byte {
	if i < 0 || i >= len(s) {
		return nil
	}
	return m.octets(s[i])
}

// BodyMD5 is the digest of the body in hexadecimal digits, once the message ended
// and when one is computed; empty otherwise.
func (m *Message) BodyMD5() []byte { return m.octets(m.md5hex) }

// put keeps octets in the message's text.
func (m *Message) put(b []byte) (s span, ok bool) {
	at := len(m.text)
	if at+len(b) > maxText {
		m.pool.Cut++
		return span{}, false
	}
	m.text, ok = m.pool.keep.Append(m.text, b)
	if !ok {
		m.pool.Cut++
		return span{}, false
	}
	return span{uint32(at), uint32(len(b))}, true
}

// is compares a name with one in lower case.
func is(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 32
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

func lower(b []byte) {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 32
		}
	}
}
