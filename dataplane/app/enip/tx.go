package enip

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// message is one side of a transaction.
type message struct {
	head
	there bool
	// invalid: what stands behind the header was not understood.
	invalid bool
	// cip is where the first message of CIP stands in data, facts what it says; 0:
	// there is none. first is that of the first item's data.
	cip, cipLen     int
	first, firstLen int
	firstType       uint16
	// numbered: the second item is a message of a connection, with number seq.
	numbered bool
	seq      uint16
	data     []byte
	facts    []byte
	reader   reader
}

// read reads a message that is whole; its facts are in shared memory until keep.
func (m *message) read(sh *shared, b []byte) {
	m.head = readHead(b)
	m.there = true
	if m.command == cmdRegisterSession {
		m.invalid = m.size < 4
	}
	at, ok := m.itemsAt()
	if !ok {
		return
	}
	w := itemsOf(b, at)
	for i := 0; w.next(); i++ {
		data := w.start + itemHead
		if i == 0 {
			m.first, m.firstLen, m.firstType = data, len(w.data), w.typ
		}
		msg, off, seq, is, ok := w.cip()
		if is && ok && m.cip == 0 {
			m.cip, m.cipLen = data+off, len(msg)
			m.facts, ok = collect(sh.room[:0], msg)
		} else if is && ok {
			_, ok = readService(msg, false)
		}
		switch w.typ {
		case itemIdentity:
			_, ok = readIdentity(w.data)
		case itemServices:
			_, ok = readServices(w.data)
		}
		if !ok {
			m.invalid = true
			break
		}
		if i == 1 && w.typ == itemConnectedData {
			m.numbered, m.seq = true, seq
		}
	}
	if m.invalid = m.invalid || w.bad; m.invalid || !m.carriesCIP() {
		m.cip, m.facts, m.numbered = 0, nil, false
	}
	if m.invalid {
		m.firstLen, m.firstType = 0, 0
	}
}

// keep copies what is kept of a message; false: no memory.
func (m *message) keep(sh *shared, b []byte) bool {
	data, ok := sh.env.Keep.Append(nil, b)
	if !ok {
		return false
	}
	facts := m.facts
	if m.facts = nil; len(facts) > 0 {
		if m.facts, ok = sh.env.Mem.Append(nil, facts); !ok {
			sh.env.Mem.Put(data)
			return false
		}
	}
	m.data = data
	return true
}

// answeredBy reports whether r is the answer to a request.
func (m *message) answeredBy(r *message) bool {
	switch {
	case m.command != r.command:
		return false
	case m.session != r.session && m.command != cmdRegisterSession: // it is the answer that names the session
		return false
	case m.carriesCIP() && !m.invalid != (r.carriesCIP() && !r.invalid):
		return false
	case m.numbered && r.numbered:
		return m.seq == r.seq
	}
	return true
}

// identity is a device's own account of itself.
func (m *message) identity() (identity, bool) {
	if m.command != cmdListIdentity || m.firstType != itemIdentity {
		return identity{}, false
	}
	return readIdentity(m.data[m.first : m.first+m.firstLen])
}

func (m *message) services() (services, bool) {
	if m.command != cmdListServices || m.firstType != itemServices {
		return services{}, false
	}
	return readServices(m.data[m.first : m.first+m.firstLen])
}

// registration is what a session is opened with.
func (m *message) registration() (version, options uint16, ok bool) {
	if m.command != cmdRegisterSession || m.invalid || len(m.data) < headLen+4 {
		return 0, 0, false
	}
	return binary.LittleEndian.Uint16(m.data[headLen:]), binary.LittleEndian.Uint16(m.data[headLen+2:]), true
}

// Tx is a request and its answer, or one of the two.
type Tx struct {
	sh   *shared
	id   uint64
	side [2]message
	// done: nothing will be added.
	done   bool
	events uint8
	det    input.TxDetect
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.done || t.side[d-1].there }

// Progress is input.Tx's.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.Done(d) {
		return input.Complete
	}
	return 0
}

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Release is app.Tx's.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	for i := range t.side {
		sh.env.Keep.Later(t.side[i].data)
		sh.env.Mem.Put(t.side[i].facts)
	}
	*t = Tx{}
	sh.txs.Put(t)
}

// View is input.Tx's.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if d != input.ToClient || i > 0 {
		return input.View{Avail: input.None}
	}
	m := &t.side[1]
	if !m.there {
		return input.Whole(nil, false, t.done)
	}
	switch id {
	case buf.ENIPProductName:
		v, ok := m.identity()
		return input.Whole(v.name, ok, true)
	case buf.ENIPServiceName:
		v, ok := m.services()
		return input.Whole(v.name, ok, true)
	}
	return input.View{Avail: input.None}
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	m := &t.side[d-1]
	if !m.there {
		if t.done {
			return 0, input.None
		}
		return 0, input.Wait
	}
	if v, ok := m.number(id, i); ok {
		return v, input.Done
	}
	return 0, input.None
}

// number is instance i of a field.
func (m *message) number(id buf.FieldID, i int) (uint64, bool) {
	switch id {
	case buf.FieldENIPCIPPart:
		if at := i * factLen; i >= 0 && at < len(m.facts) {
			return binary.LittleEndian.Uint64(m.facts[at:]), true
		}
		return 0, false
	case buf.FieldENIPCIPClass:
		return m.reader.fact(m.facts, buf.CIPClass, i)
	case buf.FieldENIPCIPInstance:
		return m.reader.fact(m.facts, buf.CIPInstance, i)
	case buf.FieldENIPCIPAttribute:
		return m.reader.fact(m.facts, buf.CIPAttribute, i)
	case buf.FieldENIPCIPStatus:
		return m.reader.fact(m.facts, buf.CIPStatus, i)
	case buf.FieldENIPCIPExtendedStatus:
		return m.reader.fact(m.facts, buf.CIPExtended, i)
	}
	if i > 0 {
		return 0, false
	}
	switch id {
	case buf.FieldENIPCommand:
		return uint64(m.command), true
	case buf.FieldENIPStatus:
		return uint64(m.status), true
	case buf.FieldENIPProtocolVersion:
		return m.version()
	case buf.FieldENIPCapabilities:
		s, ok := m.services()
		return uint64(s.capabilities), ok
	}
	d, ok := m.identity()
	if !ok {
		return 0, false
	}
	switch id {
	case buf.FieldENIPVendorID:
		return uint64(d.vendor), true
	case buf.FieldENIPDeviceType:
		return uint64(d.device), true
	case buf.FieldENIPProductCode:
		return uint64(d.product), true
	case buf.FieldENIPRevision:
		return uint64(d.major)<<8 | uint64(d.minor), true
	case buf.FieldENIPIdentityStatus:
		return uint64(d.status), true
	case buf.FieldENIPSerial:
		return uint64(d.serial), true
	case buf.FieldENIPState:
		return uint64(d.state), true
	}
	return 0, false
}

// version is that of the protocol, in the messages that name it.
func (m *message) version() (uint64, bool) {
	if v, _, ok := m.registration(); ok {
		return uint64(v), true
	}
	if d, ok := m.identity(); ok {
		return uint64(d.version), true
	}
	s, ok := m.services()
	return uint64(s.version), ok
}
