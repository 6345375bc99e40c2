package file

import (
	"github.com/weir-ips/weir/event"
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
	// Store: a rule wants the file kept. Stored: all of it was handed over, under
	// StoreID.
	Store, Stored bool
	StoreID       uint32
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
	sent uint64
}

// Name is the file's name in worker memory.
func (f *File) Name() []byte { return f.name }

// Append adds octets. A shared window is not filled here. It returns false, and
// the file's state becomes Error, when memory is used up.
func (f *File) Append(data []byte) bool {
	if f.State != Opened {
		return true
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

// Unsent are octets that were not handed to the store yet, and their offset.
func (f *File) Unsent() (data []byte, at uint64) {
	at = max(f.sent, f.data.start)
	if at >= f.data.End() {
		return nil, at
	}
	return f.data.buf[at-f.data.start:], at
}

// Sent notes that the store has everything up to an offset.
func (f *File) Sent(upto uint64) { f.sent = upto }

// Log writes the fileinfo object.
func (f *File) Log(w *event.Writer, txID uint64) {
	w.Obj("fileinfo")
	w.Str("filename", f.name)
	w.Bool("gaps", f.Gaps)
	w.StrConst("state", f.State.String())
	if s := f.Sums(); s != nil {
		if s.HasMD5 {
			w.Hex("md5", s.MD5[:])
		}
		if s.HasSHA1 {
			w.Hex("sha1", s.SHA1[:])
		}
		if s.HasSHA256 {
			w.Hex("sha256", s.SHA256[:])
		}
	}
	w.Bool("stored", f.Stored)
	if f.Stored {
		w.Uint("file_id", uint64(f.StoreID))
	} else if f.Store {
		w.Bool("storing", true)
	}
	w.Uint("size", f.Size)
	if f.RangeEnd > 0 {
		w.Uint("start", f.RangeStart)
		w.Uint("end", f.RangeEnd)
	}
	w.Uint("tx_id", txID)
	w.End()
}
