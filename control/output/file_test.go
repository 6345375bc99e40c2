package output

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// disk is a target that takes only so many octets.
type disk struct {
	room int
	got  []byte
}

var errFull = errors.New("no space left on device")

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.got = append(d.got, b[:n]...)
	d.room -= n
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}
func (d *disk) Close() error { return nil }

// TestFileFull fills the disk in the middle of a line, and makes room again:
// lines stay whole, the state is told once each way, nothing is lost.
func TestFileFull(t *testing.T) {
	d := &disk{room: 15}
	var said []string
	clock := time.Unix(1000, 0)
	f := &File{health: newHealth("eve.json", func(_, m string) { said = append(said, m) }), out: d}
	f.open = func() (target, error) { return d, nil }
	f.now = func() time.Time { return clock }
	for range 3 {
		f.Write([]byte("123456789\n"))
	}
	f.Flush()
	f.Flush() // too early to try again
	if s := f.Status(); s.Degraded == "" || s.Lines != 1 || s.Pending != 15 || s.Lost != 0 {
		t.Fatalf("full: %+v", s)
	}
	d.room = 1 << 20
	f.Flush()
	if len(d.got) != 15 {
		t.Error("tried again at once")
	}
	clock = clock.Add(RetryAfter + 1)
	f.Flush()
	if s := f.Status(); s.Degraded != "" || s.Lines != 3 || s.Pending != 0 || s.Bytes != 30 {
		t.Fatalf("room again: %+v", s)
	}
	if string(d.got) != strings.Repeat("123456789\n", 3) {
		t.Errorf("%q", d.got)
	}
	if len(said) != 2 || !strings.Contains(said[0], "no space") {
		t.Errorf("%q", said)
	}
}

// TestFileLoss counts what MaxPending cannot hold, and what Close cannot write.
func TestFileLoss(t *testing.T) {
	f := &File{health: newHealth("eve.json", nil), out: &disk{}}
	line := []byte(strings.Repeat("x", 1<<20-1) + "\n")
	for range 6 {
		f.Write(line)
	}
	if s := f.Status(); s.Lost != 2 || s.Degraded == "" {
		t.Fatalf("%+v", s)
	}
	f.Close()
	if s := f.Status(); s.Lost != 6 {
		t.Errorf("after close: %+v", s)
	}
}

// TestFileRotate renames the file as logrotate does and reopens it.
func TestFileRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path, true, 0, Interval{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("before\n"))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	f.Reopen()
	f.Write([]byte("after\n"))
	f.Close()
	for name, want := range map[string]string{path + ".1": "old\nbefore\n", path: "after\n"} {
		if got, _ := os.ReadFile(name); string(got) != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if f, err = OpenFile(path, false, 0, Interval{}, nil); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if got, _ := os.ReadFile(path); len(got) != 0 {
		t.Errorf("not emptied: %q", got)
	}
	if _, err := OpenFile(filepath.Join(path, "x"), true, 0, Interval{}, nil); err == nil {
		t.Error("opened a file below a file")
	}
}

// TestFileReopenFails keeps lines while the directory is away.
func TestFileReopenFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "eve.json")
	f, err := OpenFile(path, true, 0, Interval{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(dir)
	f.Reopen()
	f.Write([]byte("kept\n"))
	f.Flush() // within RetryAfter: nothing is tried
	if s := f.Status(); s.Degraded == "" || s.Pending != 5 {
		t.Fatalf("%+v", s)
	}
	os.Mkdir(dir, 0o755)
	f.Close()
	if got, _ := os.ReadFile(path); string(got) != "kept\n" {
		t.Errorf("%q", got)
	}
}
