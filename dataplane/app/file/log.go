package file

import "github.com/weir-ips/weir/event"

// Log writes the fileinfo object.
func (f *File) Log(w *event.Writer, txID uint64) {
	w.Obj("fileinfo")
	f.write(w, txID)
	w.End()
}

// LogAll writes the files of an alert's transaction, those of them that were not
// logged yet, as EVE's array.
func LogAll(w *event.Writer, files []*File, txID uint64, wanted func(*File) bool) {
	open := false
	for _, f := range files {
		if f.Logged || !wanted(f) {
			continue
		}
		if !open {
			w.Arr("files")
			open = true
		}
		w.Obj("")
		f.write(w, txID)
		w.End()
	}
	if open {
		w.End()
	}
}

func (f *File) write(w *event.Writer, txID uint64) {
	w.Str("filename", f.name)
	if f.nsids > 0 {
		w.Arr("sid")
		for _, s := range f.sids[:f.nsids] {
			w.Uint("", uint64(s))
		}
		w.End()
	}
	if len(f.head) > 0 && f.pool.opt.Magic {
		w.Magic("magic", f.head)
	}
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
		w.Uint("file_id", f.StoreID)
	} else if f.Store {
		w.Bool("storing", true)
	}
	w.Uint("size", f.Size)
	if f.RangeEnd > 0 {
		w.Uint("start", f.RangeStart)
		w.Uint("end", f.RangeEnd)
	}
	w.Uint("tx_id", txID)
}
