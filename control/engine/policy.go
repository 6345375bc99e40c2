package engine

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/match"
	"golang.org/x/sys/unix"
)

// takeTimeout is how long workers may need to take up a policy: they look between
// two bursts, but one that shares its core may be off it for seconds.
const takeTimeout = 20 * time.Second

// held is a bundle that workers run: its memfd, mapping and policies.
type held struct {
	fd         int
	mem        []byte
	bundle     *match.Bundle
	policies   []*worker.Policy
	generation uint32
	// meters of the bundle's rules, and the memfd that control may map.
	meters   *match.MeterPage
	meterFD  int
	meterMem []byte
}

// makeMeters lays out meters for a bundle's rules in memory that control can map.
func (h *held) makeMeters(workers int, every uint32) error {
	fd, err := unix.MemfdCreate("weir-meters", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return os.NewSyscallError("memfd_create", err)
	}
	h.meterFD = fd
	n := match.MeterSize(workers, len(h.bundle.Rules))
	if err := unix.Ftruncate(fd, int64(n)); err != nil {
		return os.NewSyscallError("ftruncate", err)
	}
	if h.meterMem, err = unix.Mmap(fd, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	h.meters, err = match.NewMeterPage(h.meterMem, workers, len(h.bundle.Rules), every)
	return err
}

// open maps a bundle and makes it ready: databases, expressions, a scratch for
// each worker. The workers are not touched.
func openBundle(fd, workers int, every uint32) (_ *held, err error) {
	// Not the result: a return of nil would take it from the deferred close.
	h := &held{fd: -1, meterFD: -1}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	if h.mem, err = mapSealed(h.fd); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	if h.bundle, err = match.Open(h.mem, fingerprint()); err != nil {
		return nil, err
	}
	h.generation = h.bundle.Generation
	if err = h.makeMeters(workers, every); err != nil {
		return nil, fmt.Errorf("meters of rules: %w", err)
	}
	for range workers {
		s, err := h.bundle.NewScratch()
		if err != nil {
			return nil, fmt.Errorf("bundle: %w", err)
		}
		p := &worker.Policy{Bundle: h.bundle, Scratch: s, Meters: h.meters}
		h.policies = append(h.policies, p)
		if p.Magic, err = wiring.RuleMagic(h.bundle.NeedsMagic); err != nil {
			return nil, err
		}
		if p.Scripts, err = h.bundle.NewScripts(); err != nil {
			return nil, fmt.Errorf("bundle: %w", err)
		}
	}
	return h, nil
}

// close gives everything back; no worker runs the bundle.
func (h *held) close() {
	for _, p := range h.policies {
		if p.Scratch != nil {
			p.Scratch.Close()
		}
		if p.Magic != nil {
			p.Magic.Close()
		}
		if p.Scripts != nil {
			p.Scripts.Close()
		}
	}
	if h.bundle != nil {
		h.bundle.Close()
	}
	if h.mem != nil {
		unix.Munmap(h.mem)
	}
	if h.meterMem != nil {
		unix.Munmap(h.meterMem)
	}
	for _, fd := range []int{h.fd, h.meterFD} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	h.policies, h.bundle, h.mem, h.fd = nil, nil, nil, -1
	h.meters, h.meterMem, h.meterFD = nil, nil, -1
}

// taken waits until every worker runs the policies.
func (h *held) taken(within time.Duration) error {
	deadline := time.Now().Add(within)
	for i, p := range h.policies {
		for !p.Taken.Load() {
			if time.Now().After(deadline) {
				return fmt.Errorf("worker %d did not take up the bundle within %v", i, within)
			}
			time.Sleep(200 * time.Microsecond)
		}
	}
	return nil
}

var errDraining = errors.New("the engine is stopping")

// publish makes the bundle behind fd the one that all workers run.
func (e *engine) publish(fd int) (uint32, error) {
	if e.stopping.Load() {
		return 0, errDraining
	}
	h, err := openBundle(fd, len(e.lanes), e.sampleEvery)
	if err != nil {
		return 0, err
	}
	for i, l := range e.lanes {
		l.insp.Publish(h.policies[i])
	}
	if err := h.taken(takeTimeout); err != nil {
		// A stalled worker may still take it, so neither can be freed; control
		// restarts an engine whose worker stalls.
		e.abandoned = append(e.abandoned, h)
		return 0, err
	}
	if e.current != nil {
		e.current.close()
		match.Trim()
	}
	e.current = h
	return h.generation, nil
}

// profile hands out the memory of the meters of the bundle that workers run.
func (e *engine) profile() (generation uint32, hz uint64, fd int, err error) {
	if e.current == nil {
		return 0, 0, -1, errors.New("no rules are in force yet")
	}
	return e.current.generation, e.hz, e.current.meterFD, nil
}

// rest takes a rule of the bundle in force out, or back in.
func (e *engine) restRule(generation, rule uint32, on bool) error {
	switch {
	case e.current == nil || e.current.generation != generation:
		return fmt.Errorf("generation %d is not in force", generation)
	case !e.current.meters.Rest(rule, on):
		return fmt.Errorf("generation %d has no rule %d", generation, rule)
	}
	return nil
}
