package engine

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// Threads of the engine are preferred, a worker's own thread is not, and what
// somebody else chose stays.
func TestPriorities(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("real-time priorities need root")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // the thread ends with the goroutine
		is := func(what string, policy, priority uint32) {
			t.Helper()
			if a, err := unix.SchedGetAttr(0, 0); err != nil || a.Policy != policy || a.Priority != priority {
				t.Errorf("%s: %+v, %v", what, a, err)
			}
		}
		try := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		try(setScheduler(unix.SCHED_NORMAL, 0))
		try(PreferHelpers())
		is("helper", unix.SCHED_RR, helperPriority)
		try(asWorker())
		is("worker", unix.SCHED_NORMAL, 0)
		try(setScheduler(unix.SCHED_FIFO, 7))
		try(PreferHelpers())
		try(asWorker())
		is("chosen by hand", unix.SCHED_FIFO, 7)
	}()
	<-done
}
