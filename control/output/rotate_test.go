package output

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestIntervals(t *testing.T) {
	now := time.Date(2026, 2, 28, 23, 59, 30, 5, time.UTC)
	for text, want := range map[string]string{"": "0001-01-01T00:00:00Z", "minute": "2026-03-01T00:00:00Z", "hour": "2026-03-01T00:00:00Z", "day": "2026-03-01T00:00:00Z",
		"30s": "2026-03-01T00:00:00Z", "90": "2026-03-01T00:01:00Z", "2m": "2026-03-01T00:01:30Z", "3h": "2026-03-01T02:59:30Z", "1d": "2026-03-01T23:59:30Z", "2w": "2026-03-14T23:59:30Z"} {
		i, err := ParseInterval(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := i.After(now).Truncate(time.Second).Format(time.RFC3339); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"0", "x", "-1s", "s", "1y", "week"} {
		if _, err := ParseInterval(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestRotate: a file with the time in its name is begun anew when it is time, and no
// line is lost or cut.
func TestRotate(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFile(filepath.Join(dir, "e-%Y-%s%%.json"), true, 0, Interval{Every: time.Hour}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("one\n"))
	f.Write([]byte("two\n"))
	time.Sleep(1100 * time.Millisecond) // another name
	f.next = time.Now()
	f.Write([]byte("three\n"))
	if until := time.Until(f.next); until < 59*time.Minute {
		t.Errorf("the next one is due in %v", until)
	}
	f.Write([]byte("four\n"))
	f.Close()
	names, _ := filepath.Glob(filepath.Join(dir, "e-"+time.Now().Format("2006")+"-*%.json"))
	if len(names) != 2 {
		t.Fatalf("files %v", names)
	}
	for i, want := range []string{"one\ntwo\n", "three\nfour\n"} {
		if b, _ := os.ReadFile(names[i]); string(b) != want {
			t.Errorf("%s holds %q", names[i], b)
		}
	}
}

func TestTimeName(t *testing.T) {
	at := time.Date(2026, 3, 9, 7, 5, 2, 0, time.UTC)
	for name, want := range map[string]string{"eve.json": "eve.json", "%Y-%m-%d_%H:%M:%S": "2026-03-09_07:05:02", "%j%%%q%": "068%%q%", "%s": "1773039902"} {
		if got := timeName(name, at); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
