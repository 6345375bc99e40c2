package endtoend

import (
	"bytes"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// ping starts a flood of n echo requests, one each 5 ms, and returns a function
// that waits for its end and gives how many were answered.
func (l *lab) ping(n string) func() string {
	l.t.Helper()
	c := in(l.client, "ping", "-q", "-i", "0.005", "-c", n, "-W", "2", server4)
	var out bytes.Buffer
	c.Stdout = &out
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	return func() string {
		c.Wait()
		m := regexp.MustCompile(`(\d+) received`).FindSubmatch(out.Bytes())
		if m == nil {
			return out.String()
		}
		return string(m[1])
	}
}

// Control dies: the wire stays, attacks are still cut, the successor adopts the
// engine, no packet is lost and counters go on.
func TestControlDies(t *testing.T) {
	l := newLab(t, rules)
	l.serve()
	l.waitLog("rules are in force", 1, 10*time.Second)
	before := l.mustStatus()
	answered := l.ping("800")
	time.Sleep(300 * time.Millisecond)
	l.control.Process.Kill()
	l.control.Wait()
	if _, err := l.get("http://"+server4+"/attack-reject", 2); exitCode(err) != curlReset {
		t.Errorf("without control an attack is not rejected: curl exit code %d", exitCode(err))
	}
	if _, err := l.get("http://"+server4+"/", 2); err != nil {
		t.Errorf("without control a page does not come: %v", err)
	}
	l.start()
	l.waitLog("adopted the engine that runs", 1, 20*time.Second)
	if _, err := l.get("http://"+server4+"/attack-drop", 1); exitCode(err) != curlTimeout {
		t.Errorf("after adoption an attack is not dropped: curl exit code %d", exitCode(err))
	}
	if got := answered(); got != "800" {
		t.Errorf("%s of 800 echo requests were answered while control died and came back", got)
	}
	after := l.mustStatus()
	if after.Engine.PID != before.Engine.PID || !after.Engine.Adopted || after.PID == before.PID {
		t.Errorf("control %d and engine %d became %d and %d (adopted %v)", before.PID, before.Engine.PID, after.PID, after.Engine.PID, after.Engine.Adopted)
	}
	if after.Received < before.Received+1600 {
		t.Errorf("the counter of received packets went from %d to %d", before.Received, after.Received)
	}
	l.until("the alert from between the two controls is in eve.json", 10*time.Second, func() error {
		if len(l.alerts("alert", 3)) == 0 {
			return exec.ErrNotFound
		}
		return nil
	})
	l.accountBalances()
}

// The engine dies: control starts another one and says how long the wire was
// away; rules are in force again.
func TestEngineDies(t *testing.T) {
	l := newLab(t, rules)
	l.serve()
	l.waitLog("rules are in force", 1, 10*time.Second)
	engine := l.mustStatus().Engine.PID
	died := time.Now()
	if err := syscall.Kill(engine, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	line := l.waitLog("the wire is back", 1, 30*time.Second)
	t.Logf("after %v: %s", time.Since(died).Round(time.Millisecond), line)
	// net_tap makes new interfaces, which stand where the old ones began.
	l.waitLog("rules are in force again", 1, 10*time.Second)
	l.place()
	l.until("a page comes again", 20*time.Second, func() error {
		_, err := l.get("http://"+server4+"/", 1)
		return err
	})
	if _, err := l.get("http://"+server4+"/attack-reject", 2); exitCode(err) != curlReset {
		t.Errorf("after the restart an attack is not rejected: curl exit code %d", exitCode(err))
	}
	if s := l.mustStatus(); s.Engine.Restarts != 1 || s.Engine.PID == engine {
		t.Errorf("%d restarts, engine %d after %d", s.Engine.Restarts, s.Engine.PID, engine)
	}
}

// A worker stalls: its heartbeat stops, control says which one and starts the
// engine again.
func TestEngineStalls(t *testing.T) {
	l := newLab(t, rules, "--set", "engine.heartbeat-timeout=1s")
	engine := l.mustStatus().Engine.PID
	if err := syscall.Kill(engine, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(engine, syscall.SIGKILL)
	l.waitLog("stalled", 1, 20*time.Second)
	t.Log(l.waitLog("the wire is back", 1, 30*time.Second))
}

// Signals: USR2 takes new rules beside the traffic, a bad file leaves the old
// ones in force; HUP opens the output anew; TERM ends both processes clean.
func TestSignals(t *testing.T) {
	l := newLab(t, rules)
	l.serve()
	l.waitLog("rules are in force", 1, 10*time.Second)
	engine := l.mustStatus().Engine.PID
	answered := l.ping("400")
	l.writeRules(rules + `drop http any any -> any any (http.uri; content:"index"; sid:5;)` + "\n")
	l.control.Process.Signal(syscall.SIGUSR2)
	l.until("generation 2", 10*time.Second, func() error {
		if l.mustStatus().Rules.Generation < 2 {
			return exec.ErrNotFound
		}
		return nil
	})
	if _, err := l.get("http://"+server4+"/index.html", 1); exitCode(err) != curlTimeout {
		t.Errorf("the new rule does not drop: curl exit code %d", exitCode(err))
	}
	l.writeRules("this is no rule\n")
	l.control.Process.Signal(syscall.SIGUSR2)
	l.waitLog("rules were not reloaded", 1, 10*time.Second)
	if _, err := l.get("http://"+server4+"/attack-reject", 2); exitCode(err) != curlReset {
		t.Errorf("after a bad reload the old rules do not hold: curl exit code %d", exitCode(err))
	}
	if got := answered(); got != "400" {
		t.Errorf("%s of 400 echo requests were answered during reloads", got)
	}
	l.rotate()
	l.control.Process.Signal(syscall.SIGTERM)
	if err := l.control.Wait(); err != nil {
		t.Errorf("TERM: %v", err)
	}
	if syscall.Kill(engine, 0) == nil {
		t.Error("TERM leaves the engine running")
	}
	l.control = nil
}
