package engine

import "golang.org/x/sys/unix"

// Go takes a goroutine that runs for 10 ms off its thread. A worker's thread is
// its own, so it sleeps until another thread of the runtime hands the goroutine
// back: up to 100 times a second the wire waits for that thread to get a CPU,
// however busy control keeps its CPUs. The threads that help workers so come before
// ordinary ones; they have next to nothing else to do.

// helperPriority is the lowest real-time one.
const helperPriority = 1

// PreferHelpers gives the calling thread that priority, unless somebody chose one
// for it; an engine started from it inherits it for all its threads. It needs
// CAP_SYS_NICE.
func PreferHelpers() error {
	a, err := unix.SchedGetAttr(0, 0)
	if err != nil || a.Policy != unix.SCHED_NORMAL {
		return err
	}
	return setScheduler(unix.SCHED_RR, helperPriority)
}

// asWorker takes it from a worker's thread again: one that polls without end must
// not keep others from its CPU where it has none to itself.
func asWorker() error {
	a, err := unix.SchedGetAttr(0, 0)
	if err != nil || a.Policy != unix.SCHED_RR || a.Priority != helperPriority {
		return err
	}
	return setScheduler(unix.SCHED_NORMAL, 0)
}

// setScheduler changes the calling thread.
func setScheduler(policy, priority uint32) error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0)
}
