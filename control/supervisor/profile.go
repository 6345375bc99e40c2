package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match"
	"golang.org/x/sys/unix"
)

// meters are the meters of the rules in force, mapped.
type meters struct {
	page       *match.MeterPage
	generation uint32
	hz         uint64
	mem        []byte
}

func (m *meters) close() { unix.Munmap(m.mem) }

// openMeters asks the engine for its meters.
func (s *Supervisor) openMeters() (*meters, error) {
	gen, hz, f, err := s.engineClient().Profile()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := &meters{generation: gen, hz: hz}
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	const most = 1 << 32
	if st.Size() < 1 || st.Size() > most || hz == 0 {
		return nil, match.ErrMeters
	}
	if m.mem, err = unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED); err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	if m.page, err = match.OpenMeterPage(m.mem); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

// Profile is what the rules in force cost so far, the dearest first.
func (s *Supervisor) Profile(top int) (api.Profile, error) {
	m, err := s.openMeters()
	if err != nil {
		return api.Profile{}, fmt.Errorf("profile: %w", err)
	}
	defer m.close()
	s.rules.mu.RLock()
	names, since := s.rules.names[m.generation], s.rules.since
	s.rules.mu.RUnlock()
	if names == nil {
		return api.Profile{}, errors.New("profile: the rules in force have no names yet")
	}
	p := wiring.Costs(m.page, names.At, m.hz, time.Since(since), top)
	p.Generation = m.generation
	for i := range p.Rules {
		r := &p.Rules[i]
		if until, ok := s.budget.until(ruleKey{r.GID, r.SID}); ok {
			r.RestsUntil = &until
		}
	}
	return p, nil
}

// ruleKey names a rule across generations.
type ruleKey struct{ gid, sid uint32 }

const (
	// budgetEvery is how often costs are held against the budget.
	budgetEvery = 5 * time.Second
	// minSamples are the least samples of a rule in that time that say something
	// about its cost.
	minSamples = 8
)

// watchBudget reports rules that take more of the workers' time than
// policy.profile.budget, and lets them rest where policy.profile.suspend says so.
func (s *Supervisor) watchBudget(ctx context.Context) {
	var last []match.Meter
	var gen uint32
	seen := time.Now()
	for ctx.Err() == nil {
		wait(ctx, budgetEvery)
		s.wake(time.Now())
		s.rules.mu.RLock()
		plan := s.rules.plan
		s.rules.mu.RUnlock()
		if plan.Budget == 0 || ctx.Err() != nil {
			last = nil
			continue
		}
		m, err := s.openMeters()
		if err != nil {
			continue
		}
		now := time.Now()
		if m.generation != gen || len(last) != m.page.Rules() {
			last, gen = make([]match.Meter, m.page.Rules()), m.generation
			s.restAgain(m.generation)
			for i := range last {
				last[i] = m.page.Sum(i)
			}
			m.close()
			seen = now
			continue
		}
		whole := now.Sub(seen).Seconds() * float64(m.hz) * float64(m.page.Workers())
		for i := range last {
			x := m.page.Sum(i)
			samples, cycles := x.Checks-last[i].Checks, x.Cycles-last[i].Cycles
			last[i] = x
			if share := 100 * float64(cycles) * float64(m.page.Every()) / whole; samples >= minSamples && share > plan.Budget {
				s.overBudget(m.generation, uint32(i), share, plan.Budget, plan.Suspend)
			}
		}
		seen = now
		m.close()
	}
}

// overBudget reports a rule, and lets it rest.
func (s *Supervisor) overBudget(gen, index uint32, share, budget float64, suspend time.Duration) {
	r := s.rules.Rule(gen, index)
	if r == nil {
		return
	}
	until := time.Time{}
	if suspend > 0 && s.budget.room() {
		if err := s.engineClient().Rest(gen, index, true); err != nil {
			s.log.Error("a rule over its budget does not rest", "sid", r.SID, "error", err)
		} else {
			until = time.Now().Add(suspend)
			s.budget.rest(ruleKey{r.GID, r.SID}, until)
		}
	}
	s.log.Warn("a rule takes more than its budget", "gid", r.GID, "sid", r.SID, "percent", fmt.Sprintf("%.1f", share), "budget", budget, "rests_until", until)
	s.journal.say("rule_budget", func(w *event.Writer) {
		w.Uint("gid", uint64(r.GID))
		w.Uint("signature_id", uint64(r.SID))
		w.StrConst("signature", r.Msg)
		w.StrConst("percent", fmt.Sprintf("%.1f", share))
		w.StrConst("budget", fmt.Sprintf("%.1f", budget))
		w.Bool("suspended", !until.IsZero())
		if !until.IsZero() {
			w.Time("until", until.UnixMicro())
		}
	})
}

// wake takes rules back in whose time is over.
func (s *Supervisor) wake(now time.Time) {
	for _, k := range s.budget.over(now) {
		s.rules.mu.RLock()
		gen, names := s.rules.generation, s.rules.names[s.rules.generation]
		s.rules.mu.RUnlock()
		if i, ok := indexOf(names, k); ok {
			if err := s.engineClient().Rest(gen, i, false); err != nil {
				s.log.Error("a rule is not taken back in", "sid", k.sid, "error", err)
				s.budget.rest(k, now)
				continue
			}
		}
		s.log.Info("a rule is judged again", "gid", k.gid, "sid", k.sid)
		s.journal.say("rule_resumed", func(w *event.Writer) {
			w.Uint("gid", uint64(k.gid))
			w.Uint("signature_id", uint64(k.sid))
		})
	}
}

// restAgain lets the rules that rest do so in a new generation.
func (s *Supervisor) restAgain(gen uint32) {
	s.rules.mu.RLock()
	names := s.rules.names[gen]
	s.rules.mu.RUnlock()
	for _, k := range s.budget.all() {
		if i, ok := indexOf(names, k); ok {
			if err := s.engineClient().Rest(gen, i, true); err != nil {
				s.log.Error("a rule over its budget does not rest", "sid", k.sid, "error", err)
			}
		}
	}
}

func indexOf(names RuleNames, k ruleKey) (uint32, bool) {
	if names == nil {
		return 0, false
	}
	for i := range uint32(names.Len()) {
		if r := names.At(i); r.GID == k.gid && r.SID == k.sid {
			return i, true
		}
	}
	return 0, false
}
