package endtoend

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// writeRules replaces the rule file.
func (l *lab) writeRules(text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, "test.rules"), []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

// rotate does what logrotate does: the file gets another name, HUP makes a new
// one.
func (l *lab) rotate() {
	l.t.Helper()
	eve := filepath.Join(l.dir, "log", "eve.json")
	if err := os.Rename(eve, eve+".1"); err != nil {
		l.t.Fatal(err)
	}
	l.control.Process.Signal(syscall.SIGHUP)
	l.until("a new eve.json after HUP", 10*time.Second, func() error {
		_, err := os.Stat(eve)
		return err
	})
	l.get("http://"+server4+"/attack-drop", 1)
	l.until("an alert in the new eve.json", 10*time.Second, func() error {
		if len(l.alerts("alert", 1)) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
}
