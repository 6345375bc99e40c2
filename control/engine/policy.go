package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/match"
	"golang.org/x/sys/unix"
)

// takeTimeout is how long workers may need to take up a policy; they look
// between two bursts.
const takeTimeout = 5 * time.Second

// held is a bundle that workers run: its memfd, mapping and policies.
type held struct {
	fd         int
	mem        []byte
	bundle     *match.Bundle
	policies   []*worker.Policy
	generation uint32
}

// open maps a bundle and makes it ready: databases, expressions, a scratch for
// each worker. The workers are not touched.
func openBundle(fd, workers int) (h *held, err error) {
	h = &held{fd: -1}
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
	for range workers {
		s, err := h.bundle.NewScratch()
		if err != nil {
			return nil, fmt.Errorf("bundle: %w", err)
		}
		p := &worker.Policy{Bundle: h.bundle, Scratch: s}
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
	if h.fd >= 0 {
		unix.Close(h.fd)
	}
	h.policies, h.bundle, h.mem, h.fd = nil, nil, nil, -1
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
	h, err := openBundle(fd, len(e.lanes))
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
	}
	e.current = h
	return h.generation, nil
}
