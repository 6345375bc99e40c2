package output

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
)

// storeRig is a file store behind a ring.
type storeRig struct {
	t    *testing.T
	ring *event.Ring
	rd   *event.Reader
	s    *FileStore
	dir  string
}

func newStoreRig(t *testing.T, o FileStoreOptions) *storeRig {
	t.Helper()
	mem := make([]byte, event.RingSpace(event.MinRing))
	if err := event.FormatRing(mem, event.MinRing); err != nil {
		t.Fatal(err)
	}
	r := &storeRig{t: t, dir: filepath.Join(t.TempDir(), "store")}
	var err error
	if r.ring, err = event.NewRing(mem); err != nil {
		t.Fatal(err)
	}
	if r.rd, err = event.NewReader(mem); err != nil {
		t.Fatal(err)
	}
	o.Dir, o.Encode = r.dir, eve.DefaultOptions()
	if r.s, err = NewFileStore(o, names{}, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// send writes one record and shows it to the store.
func (r *storeRig) send(k event.Kind, write func(*event.Writer)) {
	w := r.ring.Begin(k)
	w.Head().TimeUS = 1_700_000_000_000_000
	write(w)
	r.ring.Commit()
	var rec event.Record
	if !r.rd.Next(&rec) {
		r.t.Fatal("no record")
	}
	r.s.Observe(&rec)
	r.rd.Release()
}

func (r *storeRig) piece(id, at uint64, data string) {
	r.send(event.KindFileData, func(w *event.Writer) { event.WriteFileData(w, id, at, []byte(data)) })
}

// end keeps the file under its digest, or discards it.
func (r *storeRig) end(id uint64, whole string, fileID uint64) {
	var sum []byte
	if fileID != 0 {
		s := sha256.Sum256([]byte(whole))
		sum = s[:]
	}
	r.send(event.KindFileData, func(w *event.Writer) { event.WriteFileEnd(w, id, sum, fileID) })
}

func (r *storeRig) path(whole string) string {
	s := sha256.Sum256([]byte(whole))
	name := hex.EncodeToString(s[:])
	return filepath.Join(r.dir, name[:2], name)
}

// left are the files in tmp.
func (r *storeRig) left() int {
	e, _ := os.ReadDir(filepath.Join(r.dir, "tmp"))
	return len(e)
}

func TestFileStore(t *testing.T) {
	r := newStoreRig(t, FileStoreOptions{WriteInfo: true})
	// Two files at once, their pieces mixed.
	r.piece(1, 0, "hello ")
	r.piece(2, 0, "unwanted")
	r.piece(1, 6, "world")
	r.end(2, "", 0)
	r.end(1, "hello world", 7)
	if b, err := os.ReadFile(r.path("hello world")); string(b) != "hello world" {
		t.Errorf("kept %q, %v", b, err)
	}
	r.send(event.KindFileInfo, func(w *event.Writer) {
		w.Obj("fileinfo")
		w.Uint("file_id", 7)
		w.Uint("size", 11)
		w.End()
	})
	b, _ := os.ReadFile(r.path("hello world") + ".1700000000.7.json")
	if !strings.Contains(string(b), `"file_id":7`) {
		t.Errorf("its record is %q", b)
	}
	// The same file again is kept once.
	r.piece(3, 0, "hello world")
	r.end(3, "hello world", 8)
	if e, _ := os.ReadDir(filepath.Dir(r.path("hello world"))); len(e) != 2 {
		t.Errorf("%d files beside it, want it and its record", len(e))
	}
	if n := r.left(); n != 0 {
		t.Errorf("%d files left in tmp", n)
	}
	if st := r.s.Status(); st.Lines != 2 || st.Lost != 0 {
		t.Errorf("%d kept, %d lost", st.Lines, st.Lost)
	}
}

// TestFileStoreDescriptors: more files at once than may be open are all kept.
func TestFileStoreDescriptors(t *testing.T) {
	r := newStoreRig(t, FileStoreOptions{MaxOpen: 2})
	text := func(i uint64) string { return strings.Repeat(string(rune('a'+i)), 9) }
	for at := uint64(0); at < 9; at += 3 {
		for i := uint64(0); i < 6; i++ {
			r.piece(i, at, text(i)[at:at+3])
		}
	}
	for i := uint64(0); i < 6; i++ {
		r.end(i, text(i), i+1)
		if b, _ := os.ReadFile(r.path(text(i))); string(b) != text(i) {
			t.Errorf("file %d is %q", i, b)
		}
	}
}

// TestFileStoreHostile: what a broken engine says does no harm.
func TestFileStoreHostile(t *testing.T) {
	r := newStoreRig(t, FileStoreOptions{})
	r.end(5, "never begun", 1)
	r.piece(6, 1<<60, "far away")
	r.end(6, "far away", 2)
	r.send(event.KindFileData, func(w *event.Writer) {
		w.Uint("id", 9)
		w.Bool("keep", true)
		w.Hex("sha256", []byte("../../etc"))
	})
	r.piece(7, 0, "unfinished")
	r.s.Close()
	if n := r.left(); n != 0 {
		t.Errorf("%d files left", n)
	}
	if e, _ := os.ReadDir(r.dir); len(e) != 1 {
		t.Errorf("%d entries beside tmp", len(e)-1)
	}
}

// TestFileStoreNoDisk: where nothing can be written, the store is degraded and
// goes on.
func TestFileStoreNoDisk(t *testing.T) {
	r := newStoreRig(t, FileStoreOptions{})
	os.RemoveAll(r.dir)
	os.WriteFile(r.dir, nil, 0o600)
	r.piece(1, 0, "x")
	r.end(1, "x", 1)
	if st := r.s.Status(); st.Degraded == "" || st.Lost != 1 {
		t.Errorf("%+v", st)
	}
}

func FuzzReadFileData(f *testing.F) {
	f.Add([]byte{byte(event.TypeUint), 2, 'i', 'd', 1, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		rec := event.Record{Body: body}
		if d, ok := event.ReadFileData(&rec); ok && d.Keep && len(d.SHA256) != 32 {
			t.Fatal("a digest that names no file")
		}
	})
}
