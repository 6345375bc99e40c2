package dnp3

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Application headers (IEEE 1815 section 4.2.2).
const (
	appFirst       = 0x80
	appFinal       = 0x40
	appConfirm     = 0x20
	appUnsolicited = 0x10
	appSeq         = 0x0f

	requestHead  = 2 // control, function
	responseHead = 4 // and internal indications

	fnConfirm             = 0
	fnUnsolicitedResponse = 130
)

// Tx is an application fragment.
type Tx struct {
	link link
	// data is the fragment as far as it came, its header included.
	data []byte
	// objects are group and variation of its objects.
	objects []byte
	sh      *shared
	id      uint64
	dir     input.Dir
	done    bool
	// whole: all of it came, with a header; read: all objects were understood.
	whole, read bool
	events      uint16
	det         input.TxDetect
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// finish reads a fragment that is whole.
func (t *Tx) finish() {
	t.done = true
	if len(t.data) < t.head() {
		t.raise(evLenTooSmall)
		return
	}
	t.whole = true
	w := walk{fn: t.function(), b: t.data[t.head():], opt: &t.sh.opt}
	for w.next() {
		out, ok := t.sh.env.Mem.Append(t.objects, []byte{w.o.group, w.o.variation})
		if !ok {
			return
		}
		t.objects = out
		for w.point() {
		}
	}
	t.events |= w.events
	t.read = w.events == 0
}

// head is the length of the application header.
func (t *Tx) head() int {
	if t.dir == input.ToClient {
		return responseHead
	}
	return requestHead
}

// function, indications and the rest of the header are for fragments that are
// whole.
func (t *Tx) function() uint8 { return t.data[1] }

// indications are the internal indications, the first octet in front.
func (t *Tx) indications() uint16 { return binary.BigEndian.Uint16(t.data[2:]) }

func (t *Tx) unsolicited() bool { return t.function() == fnUnsolicitedResponse }

// Only is app.OneSided's.
func (t *Tx) Only() input.Dir { return t.dir }

// ClientFirst is app.ClientFirst's.
func (t *Tx) ClientFirst() bool { return true }

// Done is app.Tx's.
func (t *Tx) Done(input.Dir) bool { return t.done }

// Progress is input.Tx's.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.done || d != t.dir {
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
	sh.env.Keep.Later(t.data)
	sh.env.Mem.Put(t.objects)
	*t = Tx{}
	sh.txs.Put(t)
}

// avail says whether what is read of a whole fragment is there.
func (t *Tx) avail(d input.Dir) input.Avail {
	switch {
	case d != t.dir || t.done && !t.whole:
		return input.None
	case !t.done:
		return input.Wait
	}
	return input.Done
}

// View is the fragment, without what link and transport put in between.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if id != buf.DNP3Data || i > 0 {
		return input.View{Avail: input.None}
	}
	if a := t.avail(d); a != input.Done {
		return input.View{Avail: a}
	}
	return input.View{Data: t.data, Avail: input.Done, First: true, Last: true}
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	a := t.avail(d)
	if a != input.Done {
		return 0, a
	}
	if id == buf.FieldDNP3Object && i >= 0 && i < len(t.objects)/2 {
		return uint64(binary.BigEndian.Uint16(t.objects[2*i:])), input.Done
	}
	switch {
	case i > 0:
	case id == buf.FieldDNP3Func:
		return uint64(t.function()), input.Done
	case id == buf.FieldDNP3Ind && t.dir == input.ToClient:
		return uint64(t.indications()), input.Done
	}
	return 0, input.None
}
