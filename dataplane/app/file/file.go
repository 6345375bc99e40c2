package file

import (
	"github.com/weir-ips/weir/match/input"
)

// State of a file, as EVE names it.
type State uint8

// States. Closed: seen to its end. Truncated: the rest will not be looked at.
const (
	Opened State = iota
	Closed
	Truncated
	Error
)

// String is EVE's word.
func (s State) String() string {
	switch s {
	case Closed:
		return "CLOSED"
	case Truncated:
		return "TRUNCATED"
	case Error:
		return "ERROR"
	}
	return "UNKNOWN"
}

// File is one file of a transaction. Files are pooled.
type File struct {
	Dir   input.Dir
	State State
	// Gaps: octets are missing.
	Gaps bool
	// Logged is the worker's: a fileinfo record was written.
	Logged bool
	// Store: the file is to be kept. Stored: all that was seen of it was handed
	// over, under StoreID.
	Store, Stored bool
	StoreID       uint64
	// sids are the rules that want it kept, the first few.
	sids  [maxSIDs]uint32
	nsids int
	// ID counts the files of a flow.
	ID uint64
	// Size counts octets, those not kept included.
	Size uint64
	// RangeStart and RangeEnd are set when the file is part of a larger one
	// (HTTP Content-Range); RangeEnd is 0 otherwise.
	RangeStart, RangeEnd uint64

	pool *Pool
	name []byte
	// data is the file's window, or one that it shares with the body that it is.
	data *Window
	own  Window
	dig  *digests
	// sending: octets go to the store, as transfer.
	sending  bool
	transfer uint64
	// head are the first octets, magic what they are.
	head, magic []byte
	named       bool
}

// Name is the file's name in worker memory.
func (f *File) Name() []byte { return f.name }

// Append adds octets. A shared window is not filled here. It returns false, and
// the file's state becomes Error, when memory is used up.
func (f *File) Append(data []byte) bool {
	if f.State != Opened {
		return true
	}
	f.begin(data)
	if f.sending {
		f.sending = f.pool.store.Octets(f.transfer, f.Size, data)
	}
	f.Size += uint64(len(data))
	if f.dig != nil {
		f.dig.write(data)
	}
	if f.data == &f.own && !f.own.Append(f.pool.mem, data, f.pool.opt.Keep) {
		f.Close(Error)
		return false
	}
	return true
}

// Gap notes n missing octets. Digests of such a file would say nothing.
func (f *File) Gap(n uint64) {
	if f.State != Opened {
		return
	}
	f.Gaps = true
	f.Size += n
	if f.data == &f.own {
		f.own.Gap(f.pool.mem, n)
	}
}

// Close ends the file; only the first call counts. A file with missing octets is
// Truncated, whatever its end.
func (f *File) Close(s State) {
	if f.State != Opened {
		return
	}
	if s == Closed && f.Gaps {
		s = Truncated
	}
	f.State = s
	if f.data == &f.own {
		f.own.Close()
	}
	if f.dig != nil && s != Error {
		f.dig.finish(s == Closed)
	}
}

// Begin says that what is there was offered to detection.
func (f *File) Begin() {
	if f.data == &f.own {
		f.own.Begin()
	}
}

// View is the file's data for rules.
func (f *File) View() input.View { return f.data.View() }

// NameView is the file's name for rules.
func (f *File) NameView() input.View {
	if len(f.name) == 0 {
		return input.View{Avail: input.None}
	}
	return input.View{Data: f.name, Avail: input.Done, First: true, Last: true}
}

// Sums are the digests; nil while the file is open or when none were computed.
// Of a truncated file there is SHA-256 only, of the octets that were there.
func (f *File) Sums() *Sums {
	if f.dig == nil || f.State != Closed && f.State != Truncated {
		return nil
	}
	return &f.dig.sums
}

// maxSIDs bounds the rules that a file's record names.
const maxSIDs = 8

// KeepFor has the file stored for a rule.
func (f *File) KeepFor(sid uint32) {
	f.Store = true
	for _, s := range f.sids[:f.nsids] {
		if s == sid {
			return
		}
	}
	if f.nsids < maxSIDs {
		f.sids[f.nsids] = sid
		f.nsids++
	}
}

// Stores reports whether the file is to be kept and its octets go to the store.
func (f *File) Stores() bool { return f.Store && f.sending }

// Transfer is the number under which octets went to the store; ok is false when
// none did, or some were lost.
func (f *File) Transfer() (id uint64, ok bool) { return f.transfer, f.sending }
