package supervisor

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLookSeesChanges(t *testing.T) {
	f := filepath.Join(t.TempDir(), "my.rules")
	write := func(text string) {
		if err := os.WriteFile(f, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	last := look([]string{f}).stamp
	for _, step := range []struct {
		name   string
		do     func()
		change bool
	}{
		{"nothing", func() {}, false},
		{"made", func() { write("a") }, true},
		{"nothing again", func() {}, false},
		{"longer", func() { write("ab") }, true},
		{"touched", func() { os.Chtimes(f, time.Time{}, time.Unix(1, 0)) }, true},
		{"replaced by one that looks the same", func() {
			os.WriteFile(f+".new", []byte("xy"), 0o644)
			os.Chtimes(f+".new", time.Time{}, time.Unix(1, 0))
			os.Rename(f+".new", f)
		}, true},
		{"removed", func() { os.Remove(f) }, true},
	} {
		step.do()
		now := look([]string{f})
		if (now.stamp != last) != step.change {
			t.Errorf("%s: %q after %q", step.name, now.stamp, last)
		}
		last = now.stamp
	}
	write("12345")
	if in := look([]string{f, f}); in.octets != 10 {
		t.Errorf("%d octets", in.octets)
	}
}

func TestForecast(t *testing.T) {
	// What was measured with Emerging Threats: 165 MB and a bundle of 33 MB.
	f := forecast(13<<20, 0, 1<<30)
	if f.Control < 165<<20 || f.Control > 300<<20 || f.Engine < 66<<20 || f.Engine > 150<<20 {
		t.Errorf("%+v", f)
	}
	if err := fits(f); err != nil {
		t.Error(err)
	}
	f.Available = 100 << 20
	if fits(f) == nil {
		t.Error("fits into less than it takes")
	}
	f.Available = 0
	if err := fits(f); err != nil {
		t.Error("refused though nobody knows what there is:", err)
	}
	if n := available(); n == 0 {
		t.Error("this machine has no memory")
	}
}
