package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/event"
	"golang.org/x/sys/unix"
)

// pulse is what watch knows of a heartbeat.
type pulse struct {
	count uint64
	at    time.Time
}

// watch looks after the engine until ctx ends.
func (s *Supervisor) watch(ctx context.Context) {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	interval := time.Duration(max(s.sec.Stats.Interval, 1)) * time.Second
	nextStats := time.Now().Add(interval)
	pulses := make([]pulse, s.region.Layout().Workers)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.goneChan():
			s.restart(ctx, "the engine ended")
			pulses = make([]pulse, len(pulses))
		case now := <-t.C:
			if i := s.stalled(pulses, now); i >= 0 {
				what := fmt.Sprintf("worker %d stalled", i)
				if i == len(pulses)-1 {
					what = "housekeeping stalled"
				}
				s.restart(ctx, what)
				pulses = make([]pulse, len(pulses))
			}
			if s.sec.Stats.Enabled && now.After(nextStats) {
				nextStats = now.Add(interval)
				s.writeStats(now)
			}
		}
	}
}

func (s *Supervisor) goneChan() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// stalled is the first worker whose heartbeat stood still for too long, or -1.
func (s *Supervisor) stalled(pulses []pulse, now time.Time) int {
	for i := range pulses {
		n, _ := s.region.Heartbeat(i).Last()
		p := &pulses[i]
		if n != p.count || p.at.IsZero() {
			p.count, p.at = n, now
			continue
		}
		limit := s.sec.Placement.Heartbeat
		if i == len(pulses)-1 {
			// Housekeeping waits for memory and drivers; the wire does not wait for
			// housekeeping.
			limit *= 5
		}
		if limit > 0 && now.Sub(p.at) > limit {
			return i
		}
	}
	return -1
}

// lastBeat is the newest heartbeat of any worker, µs.
func (s *Supervisor) lastBeat() int64 {
	var last int64
	for i := range s.region.Layout().Workers - 1 {
		if _, us := s.region.Heartbeat(i).Last(); us > last {
			last = us
		}
	}
	return last
}

// quietRestart: an engine that is lost again within this time died twice in a row.
const quietRestart = 10 * time.Second

// restart ends what is left of the engine, starts a new one, gives it the rules
// and blocks, and says how long the wire was away.
func (s *Supervisor) restart(ctx context.Context, cause string) {
	s.mu.Lock()
	pid := s.eng.PID
	s.eng.State, s.eng.Restarts, s.eng.OutageCause = "restarting", s.eng.Restarts+1, cause
	if s.client != nil {
		s.client.Close()
		s.client = nil
	}
	s.mu.Unlock()
	s.log.Error("engine is lost and will be started again", "cause", cause, "pid", pid)
	if err := s.kill(pid); err != nil {
		s.log.Error("engine", "error", err)
	}
	last := s.lastBeat()
	if time.Since(s.restarted) < quietRestart {
		wait(ctx, s.sec.Placement.RestartDelay)
	}
	s.restarted = time.Now()
	for ctx.Err() == nil {
		ready, err := s.launch()
		if err != nil {
			s.log.Error("engine does not start; trying again", "error", err)
			wait(ctx, max(s.sec.Placement.RestartDelay, time.Second))
			continue
		}
		outage := time.Duration(ready.FirstPollUS-last) * time.Microsecond
		if last == 0 || outage < 0 {
			outage = 0
		}
		s.mu.Lock()
		s.eng.Outage = outage
		s.outages += outage
		s.mu.Unlock()
		s.log.Warn("the wire is back", "away", outage.Round(time.Microsecond), "cause", cause)
		s.journal.say("restart", func(w *event.Writer) {
			w.StrConst("cause", cause)
			w.Uint("outage_us", uint64(outage.Microseconds()))
		})
		s.rearm()
		return
	}
}

// rearm gives an engine that was just started the rules in force and the blocks.
func (s *Supervisor) rearm() {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	s.rules.mu.RLock()
	memfd := s.rules.memfd
	s.rules.mu.RUnlock()
	if memfd != nil {
		gen, err := s.engineClient().Publish(memfd)
		if err != nil {
			s.log.Error("rules were not taken by the new engine", "error", err)
			s.rules.failed(err)
		} else {
			s.log.Info("rules are in force again", "generation", gen)
		}
	}
	s.sendBlocks(s.blocks.all())
}

func (s *Supervisor) sendBlocks(list []api.Block) {
	for _, b := range list {
		if err := s.engineClient().Block(command(anomaly.BlockAdd, b.Prefix, time.Until(b.Expires))); err != nil {
			s.log.Error("block", "prefix", b.Prefix, "error", err)
		}
	}
}

// engineClient is the connection, or one on which every call fails.
func (s *Supervisor) engineClient() caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return absent{}
	}
	return s.client
}

type caller interface {
	Publish(*os.File) (uint32, error)
	Block(anomaly.Command) error
	Profile() (generation uint32, hz uint64, meters *os.File, err error)
	Rest(generation, rule uint32, on bool) error
	Sets(api.SetCommand) (api.SetAnswer, error)
	Memory() ([]api.MemoryPart, error)
	Stop() error
}

// absent stands for an engine that is not there.
type absent struct{}

var errAbsent = errors.New("the engine is being started again")

func (absent) Publish(*os.File) (uint32, error)           { return 0, errAbsent }
func (absent) Block(anomaly.Command) error                { return errAbsent }
func (absent) Profile() (uint32, uint64, *os.File, error) { return 0, 0, nil, errAbsent }
func (absent) Rest(uint32, uint32, bool) error            { return errAbsent }
func (absent) Stop() error                                { return errAbsent }
func (absent) Memory() ([]api.MemoryPart, error)          { return nil, errAbsent }
func (absent) Sets(api.SetCommand) (api.SetAnswer, error) {
	return api.SetAnswer{}, errAbsent
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// kill ends a process that is an engine of this run directory and waits for its
// end, so that its ports are free.
func (s *Supervisor) kill(pid int) error {
	if pid <= 1 {
		return nil
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer unix.Close(fd)
		// The number may be another process's by now: only the holder of the lock
		// is the engine.
		if engine.LockedBy(engine.LockPath(s.plan.RunDir)) == pid {
			unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
		}
	}
	s.reap(pid)
	if !waitExit(pid, exitWait) {
		return fmt.Errorf("process %d does not end: it hangs in the kernel; see its ports' drivers", pid)
	}
	return nil
}

// reap waits for an engine that is our child.
func (s *Supervisor) reap(pid int) {
	s.mu.Lock()
	proc := s.proc
	s.proc = nil
	s.mu.Unlock()
	if proc != nil && proc.Pid == pid {
		done := make(chan struct{})
		go func() { proc.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(exitWait):
		}
	}
}

// waitExit waits for the end of any process.
func waitExit(pid int, within time.Duration) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for deadline := time.Now().Add(within); ; {
		left := time.Until(deadline)
		if left <= 0 {
			return false
		}
		n, err := unix.Poll(fds, int(left.Milliseconds())+1)
		if n > 0 {
			return true
		}
		if err != nil && err != unix.EINTR {
			return false
		}
	}
}

// endEngine stops the engine for good.
func (s *Supervisor) endEngine() error {
	s.mu.Lock()
	pid := s.eng.PID
	s.eng.State = "stopping"
	s.mu.Unlock()
	err := s.engineClient().Stop()
	if errors.Is(err, errAbsent) {
		return nil
	}
	if err == nil {
		s.reap(pid)
		if waitExit(pid, exitWait) {
			return nil
		}
		err = fmt.Errorf("engine %d did not end by itself", pid)
	}
	return errors.Join(err, s.kill(pid))
}

// different says how a running engine's spec differs from the one that is
// wanted, in what cannot change under way.
func different(have, want *engine.Spec) string {
	switch {
	case !reflect.DeepEqual(have.Ports, want.Ports) || !reflect.DeepEqual(have.Modes, want.Modes):
		return "its ports, pairs or workers are others"
	case !reflect.DeepEqual(have.EAL.Vdevs, want.EAL.Vdevs) || !reflect.DeepEqual(have.EAL.Allow, want.EAL.Allow):
		return "its devices are others"
	}
	return ""
}
