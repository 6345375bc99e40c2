package output

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

// TestSockets sends a line before anyone listens (lost and counted), and one
// after.
func TestSockets(t *testing.T) {
	for _, kind := range []string{"unix_stream", "unix_dgram"} {
		path := filepath.Join(t.TempDir(), "s")
		m, err := OpenSocket(kind, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		m.Write([]byte("lost\n"))
		if s := m.Status(); s.Lost != 1 || s.Degraded == "" {
			t.Errorf("%s: %+v", kind, s)
		}
		got := make(chan string, 1)
		want := "line"
		if kind == "unix_stream" {
			want = "line\n"
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				b := make([]byte, 99)
				n, _ := c.Read(b)
				got <- string(b[:n])
			}()
		} else {
			c, err := net.ListenPacket("unixgram", path)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			go func() {
				b := make([]byte, 99)
				n, _, _ := c.ReadFrom(b)
				got <- string(b[:n])
			}()
		}
		m.Write([]byte("lost too\n")) // too early to try again
		m.Reopen()
		m.Write([]byte("line\n"))
		select {
		case g := <-got:
			if g != want {
				t.Errorf("%s: %q", kind, g)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s: nothing came", kind)
		}
		if s := m.Status(); s.Lost != 2 || s.Lines != 1 || s.Degraded != "" {
			t.Errorf("%s: %+v", kind, s)
		}
		m.Close()
	}
}

// TestSlowReader never blocks for long when the other side does not read.
func TestSlowReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	m, _ := OpenSocket("unix_stream", path, nil)
	line := make([]byte, 1<<16)
	for range 100 {
		m.Write(line)
	}
	if s := m.Status(); s.Lost == 0 || s.Lost+s.Lines != 100 {
		t.Errorf("%+v", s)
	}
	m.Close()
}

// TestSyslogNames refuses what syslog does not know.
func TestSyslogNames(t *testing.T) {
	if _, err := OpenSyslog("", "local9", "", nil); err == nil {
		t.Error("facility local9")
	}
	if _, err := OpenSyslog("", "", "Loud", nil); err == nil {
		t.Error("level Loud")
	}
	for _, level := range []string{"info", "Info", "NOTICE", "debug"} {
		if _, err := OpenSyslog("", "LOCAL5", level, nil); err != nil {
			t.Error(err)
		}
	}
	if _, err := OpenSyslog("", "", "", nil); err != nil {
		t.Error(err)
	}
	if _, err := OpenSocket("tcp", "x", nil); err == nil {
		t.Error("socket type tcp")
	}
}
