package supervisor

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/event"
)

// tell passes a part through a ring, as a worker does.
func tell(t *testing.T, l *learned, worker uint16, part uint64, last bool, data []byte) {
	t.Helper()
	mem := make([]byte, event.RingSpace(event.MinRing))
	if err := event.FormatRing(mem, event.MinRing); err != nil {
		t.Fatal(err)
	}
	ring, err := event.NewRing(mem)
	if err != nil {
		t.Fatal(err)
	}
	rd, err := event.NewReader(mem)
	if err != nil {
		t.Fatal(err)
	}
	w := ring.Begin(event.KindState)
	w.Head().Worker = worker
	w.Uint("part", part)
	w.Bool("last", last)
	w.Str("data", data)
	ring.Commit()
	var rec event.Record
	if !rd.Next(&rec) {
		t.Fatal("no record")
	}
	if err := l.take(&rec); err != nil {
		t.Fatal(err)
	}
}

// A record of the state file: how long was learned.
func learnedRecord(n byte) []byte { return append([]byte{1, 8, 0}, n, 0, 0, 0, 0, 0, 0, 0) }

func TestLearnedStateBecomesAFile(t *testing.T) {
	l := &learned{file: filepath.Join(t.TempDir(), "a", "anomaly.state")}
	tell(t, l, 0, 0, false, learnedRecord(1))
	if _, err := os.Stat(l.file); err == nil {
		t.Error("a file before the last part")
	}
	tell(t, l, 0, 1, true, nil)
	tell(t, l, 1, 0, true, learnedRecord(2))
	b, err := os.ReadFile(l.file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := anomaly.ReadState(b); err != nil {
		t.Error(err)
	}
	for _, r := range [][]byte{learnedRecord(1), learnedRecord(2)} {
		if !bytes.Contains(b, r) {
			t.Errorf("the file lacks %x", r)
		}
	}
	if s, _ := os.Stat(l.file); s.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", s.Mode())
	}
}

// A part that was lost leaves the state before in place.
func TestLearnedStateWithALostPart(t *testing.T) {
	l := &learned{file: filepath.Join(t.TempDir(), "anomaly.state")}
	tell(t, l, 0, 0, true, learnedRecord(1))
	before, _ := os.ReadFile(l.file)
	tell(t, l, 0, 0, false, learnedRecord(9))
	tell(t, l, 0, 2, true, learnedRecord(9))
	if after, _ := os.ReadFile(l.file); !bytes.Equal(before, after) {
		t.Error("a state with a hole was written")
	}
	tell(t, l, 0, 0, true, learnedRecord(7))
	if after, _ := os.ReadFile(l.file); !bytes.Contains(after, learnedRecord(7)) {
		t.Error("the next whole state was not written")
	}
}
