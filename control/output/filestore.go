package output

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
)

// FileStoreOptions say where transferred files are kept.
type FileStoreOptions struct {
	// Dir holds a folder for each first octet of the SHA-256, and tmp.
	Dir string
	// WriteInfo writes the fileinfo event of each occurrence beside the file.
	WriteInfo bool
	// MaxOpen is the most files held open at a time; 0: a default.
	MaxOpen int
	Encode  eve.Options
}

const (
	defaultOpen = 256
	// maxTransfers bounds the files under way, against an engine that invents them.
	maxTransfers = 1 << 16
	// maxStored is the largest offset that is believed.
	maxStored = 1 << 40
)

// FileStore keeps files by their SHA-256, each once (file-store version 2). It
// is shown all records and takes what belongs to files.
//
// Octets go to tmp/ as they come, since rules may decide at the end of a file;
// then it gets its name, or goes.
type FileStore struct {
	opt    FileStoreOptions
	enc    *eve.Encoder
	health health
	files  map[transferKey]*transfer
	open   int
	tick   uint64
	// last is the file that was kept last: its fileinfo event follows at once.
	last struct {
		worker uint16
		id     uint64
		sum    string
	}
}

type transferKey struct {
	worker uint16
	id     uint64
}

// transfer is a file under way.
type transfer struct {
	f      *os.File // nil: closed for want of descriptors, or none yet
	path   string
	failed bool
	used   uint64
}

// NewFileStore makes the folders.
func NewFileStore(o FileStoreOptions, names eve.Names, report Report) (*FileStore, error) {
	if o.MaxOpen <= 0 {
		o.MaxOpen = defaultOpen
	}
	s := &FileStore{opt: o, enc: eve.NewEncoder(names, o.Encode, eve.NewStamp(nil)), files: map[transferKey]*transfer{}}
	s.health = newHealth("file-store "+o.Dir, report)
	if err := os.MkdirAll(s.tmp(), 0o755); err != nil {
		return nil, fmt.Errorf("file-store: %w", err)
	}
	// What an earlier run left unfinished will never be finished.
	old, _ := filepath.Glob(filepath.Join(s.tmp(), "*.part"))
	for _, p := range old {
		os.Remove(p)
	}
	return s, nil
}

func (s *FileStore) tmp() string { return filepath.Join(s.opt.Dir, "tmp") }

// Status is a copy of the present state; Lines are the files kept.
func (s *FileStore) Status() SinkStatus { return s.health.Status() }

// Observe takes a record.
func (s *FileStore) Observe(rec *event.Record) {
	switch rec.Head.Kind {
	case event.KindFileData:
		if d, ok := event.ReadFileData(rec); ok {
			s.take(rec.Head.Worker, &d)
		}
	case event.KindFileInfo:
		if s.opt.WriteInfo && s.last.sum != "" && rec.Head.Worker == s.last.worker {
			s.writeInfo(rec)
		}
	}
}

func (s *FileStore) take(worker uint16, d *event.FileData) {
	key := transferKey{worker, d.ID}
	t := s.files[key]
	if d.End {
		if t == nil {
			return
		}
		delete(s.files, key)
		s.finish(worker, t, d)
		return
	}
	if t == nil {
		if len(s.files) == maxTransfers {
			s.health.add(0, 0, 1, 0)
			return
		}
		t = &transfer{path: filepath.Join(s.tmp(), fmt.Sprintf("%d.%d.part", worker, d.ID))}
		s.files[key] = t
	}
	if t.failed {
		return
	}
	if err := s.write(t, d); err != nil {
		t.failed = true
		s.health.fail(err)
		return
	}
	s.health.fine()
}

// write puts octets where they belong in the file.
func (s *FileStore) write(t *transfer, d *event.FileData) error {
	if d.At > maxStored {
		return fmt.Errorf("a file's offset %d is larger than %d", d.At, uint64(maxStored))
	}
	s.tick++
	t.used = s.tick
	if t.f == nil {
		if s.open >= s.opt.MaxOpen {
			s.closeOldest()
		}
		f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE, 0o640)
		if err != nil {
			return err
		}
		t.f = f
		s.open++
	}
	_, err := t.f.WriteAt(d.Data, int64(d.At))
	return err
}

func (s *FileStore) closeOldest() {
	var oldest *transfer
	for _, t := range s.files {
		if t.f != nil && (oldest == nil || t.used < oldest.used) {
			oldest = t
		}
	}
	if oldest != nil {
		s.closeFile(oldest)
	}
}

func (s *FileStore) closeFile(t *transfer) {
	if t.f != nil {
		if err := t.f.Close(); err != nil && !t.failed {
			t.failed = true
			s.health.fail(err)
		}
		t.f = nil
		s.open--
	}
}

// finish gives the file its name, or removes it.
func (s *FileStore) finish(worker uint16, t *transfer, d *event.FileData) {
	s.closeFile(t)
	if !d.Keep || t.failed {
		os.Remove(t.path)
		if d.Keep {
			s.health.add(0, 0, 1, 0)
		}
		return
	}
	sum := hex.EncodeToString(d.SHA256)
	if err := s.settle(t, sum); err != nil {
		os.Remove(t.path)
		s.health.add(0, 0, 1, 0)
		s.health.fail(err)
		return
	}
	s.health.add(1, 0, 0, 0)
	s.last.worker, s.last.id, s.last.sum = worker, d.FileID, sum
}

func (s *FileStore) path(sum string) string { return filepath.Join(s.opt.Dir, sum[:2], sum) }

// settle names a file by its digest; of two alike, the first stays and gets the
// new time.
func (s *FileStore) settle(t *transfer, sum string) error {
	path := s.path(sum)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		now := time.Now()
		os.Remove(t.path)
		return os.Chtimes(path, now, now)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(t.path, path)
}

// writeInfo writes the event that tells of the file just kept.
func (s *FileStore) writeInfo(rec *event.Record) {
	line, ok := s.enc.Append(nil, rec)
	if !ok || !bytes.Contains(line, []byte(`"file_id":`+strconv.FormatUint(s.last.id, 10)+",")) {
		return
	}
	path := fmt.Sprintf("%s.%d.%d.json", s.path(s.last.sum), rec.Head.TimeUS/1_000_000, s.last.id)
	s.last.sum = ""
	if err := os.WriteFile(path, append(line, '\n'), 0o640); err != nil {
		s.health.fail(err)
	}
}

// Close discards what is unfinished.
func (s *FileStore) Close() {
	for key, t := range s.files {
		s.closeFile(t)
		os.Remove(t.path)
		delete(s.files, key)
	}
}
