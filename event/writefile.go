package event

// FileData is a piece of a file that is to be stored, or its end.
type FileData struct {
	// ID is the transfer: it counts the files of a worker.
	ID uint64
	// At is where Data stands in the file.
	At   uint64
	Data []byte
	// End: nothing follows. Keep says whether the file is to be kept, under its
	// SHA-256 and file id; else what came is discarded.
	End, Keep bool
	SHA256    []byte
	FileID    uint64
}

// WriteFileData writes a piece of a file.
func WriteFileData(w *Writer, id, at uint64, data []byte) {
	w.Uint("id", id)
	w.Uint("at", at)
	w.Str("data", data)
}

// WriteFileEnd writes what becomes of a file; sum is its SHA-256, nil when it is
// to be discarded.
func WriteFileEnd(w *Writer, id uint64, sum []byte, fileID uint64) {
	w.Uint("id", id)
	w.Bool("keep", sum != nil)
	if sum != nil {
		w.Hex("sha256", sum)
		w.Uint("file_id", fileID)
	}
}

// ReadFileData reads what the two wrote; false when the record is malformed.
func ReadFileData(rec *Record) (f FileData, ok bool) {
	c := NewCursor(rec.Body)
	var m Member
	data := false
	for c.Next(&m) {
		switch string(m.Key) {
		case "id":
			f.ID, ok = m.Num, true
		case "at":
			f.At = m.Num
		case "data":
			f.Data, data = m.Bytes, true
		case "keep":
			f.End, f.Keep = true, m.Type == TypeTrue
		case "sha256":
			f.SHA256 = m.Bytes
		case "file_id":
			f.FileID = m.Num
		}
	}
	if c.Broken() || f.End == data || f.Keep && len(f.SHA256) != 32 {
		ok = false
	}
	return f, ok
}
