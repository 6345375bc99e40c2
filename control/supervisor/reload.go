package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match"
)

// firstRules compiles and publishes at the start; the wire is up meanwhile, and
// what passes is the pairs' startup policy. An adopted engine goes on with the
// rules that it has until then.
func (s *Supervisor) firstRules(ctx context.Context) {
	if _, err := s.Reload(ctx); err != nil && ctx.Err() == nil {
		s.log.Error("rules were not loaded", "error", err)
	}
}

// Reload reads the configuration again, compiles its rules beside the packets'
// way and returns when every worker runs them. With an error, the old rules run
// on.
func (s *Supervisor) Reload(ctx context.Context) (api.Reloaded, error) {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	begun := time.Now()
	out, err := s.reload(ctx)
	// What compiling took goes back now: control has time, and its memory is to be
	// at its level before the next load.
	debug.FreeOSMemory()
	match.Trim()
	out.Took = time.Since(begun)
	if err != nil {
		s.rules.failed(err)
		s.journal.say("reload", func(w *event.Writer) {
			w.Bool("ok", false)
			w.StrConst("error", err.Error())
		})
		return out, err
	}
	s.log.Info("rules are in force", "cached", out.FromCache, "generation", out.Generation, "loaded", out.Loaded, "refused", out.Refused, "took", out.Took.Round(time.Millisecond))
	s.journal.say("reload", func(w *event.Writer) {
		w.Bool("ok", true)
		w.Uint("generation", uint64(out.Generation))
		w.Uint("loaded", uint64(out.Loaded))
		w.Uint("refused", uint64(out.Refused))
	})
	return out, nil
}

// maxNamed is how many refused rules are named in the log; a reply has all.
const maxNamed = 40

// nameRefused logs what was left out, unless the last load left out the very same.
func (s *Supervisor) nameRefused(messages []string) {
	if slices.Equal(messages, s.refused) {
		return
	}
	s.refused = slices.Clone(messages)
	for i, m := range messages {
		if i == maxNamed {
			s.log.Warn("rules", "refused_too", len(messages)-i, "named_by", "weir rules check, weir reload")
			return
		}
		s.log.Warn("rule", "refused", m)
	}
}

func (s *Supervisor) reload(ctx context.Context) (out api.Reloaded, err error) {
	if s.o.Compile == nil {
		return out, errors.New("this build has no rule compiler")
	}
	cfg, sec, err := s.o.Load()
	if err != nil {
		return out, err
	}
	in := inputs{}
	if s.o.Inputs != nil {
		in = look(s.o.Inputs(cfg, sec))
	}
	bundle := s.rules.tried(in, sec.Policy)
	out.Forecast = forecast(in.octets, bundle, available())
	s.log.Info("loading rules", "octets", in.octets, "control_peak_mib", out.Forecast.Control>>20, "engine_peak_mib", out.Forecast.Engine>>20, "available_mib", out.Forecast.Available>>20)
	if err := fits(out.Forecast); err != nil && bundle != 0 {
		return out, err
	}
	gen := s.rules.next()
	p, err := s.o.Compile(ctx, cfg, sec, gen)
	if p != nil {
		out.Loaded, out.Refused, out.Messages = p.Loaded, p.Refused, p.Messages
		out.FromCache = p.FromCache
		s.nameRefused(p.Messages)
	}
	if err != nil {
		return out, err
	}
	if err := ctx.Err(); err != nil {
		return out, err
	}
	memfd, err := engine.NewSealed("weir-bundle", p.Octets)
	if err != nil {
		return out, err
	}
	// Events of the new generation may come before Publish returns.
	s.rules.name(gen, p.Rules)
	got, err := s.engineClient().Publish(memfd)
	if err == nil && got != gen {
		err = fmt.Errorf("the engine runs generation %d, %d was published", got, gen)
	}
	if err != nil {
		memfd.Close()
		return out, err
	}
	s.rules.inForce(gen, memfd, p.Loaded, p.Refused, p.Skipped)
	out.Generation = gen
	return out, nil
}

// Reopen opens output files again, after a rotation.
func (s *Supervisor) Reopen() {
	s.mu.Lock()
	pump := s.pump
	s.mu.Unlock()
	if pump != nil {
		pump.Reopen()
		s.log.Info("output files were opened again")
	}
}

// Blocks lists the prefixes that are blocked by hand.
func (s *Supervisor) Blocks() []api.Block { return s.blocks.all() }

// AddBlock drops a prefix's packets until the block expires.
func (s *Supervisor) AddBlock(b api.Block) error {
	if !b.Prefix.IsValid() {
		return errors.New("block: no prefix: write 192.0.2.7/32 or 2001:db8::/48")
	}
	b.Prefix = b.Prefix.Masked()
	ttl := time.Until(b.Expires)
	if ttl <= 0 {
		return fmt.Errorf("block: %s has expired already: give it a time to come", b.Prefix)
	}
	if most := time.Duration(anomaly.MaxBlockUS) * time.Microsecond; ttl > most {
		return fmt.Errorf("block: %v is longer than the longest block (%v): everything expires", ttl.Round(time.Second), most)
	}
	if err := s.blocks.put(b); err != nil {
		return err
	}
	if err := s.engineClient().Block(command(anomaly.BlockAdd, b.Prefix, ttl)); err != nil && !errors.Is(err, errAbsent) {
		return err
	}
	s.journal.say("block", func(w *event.Writer) {
		w.StrConst("prefix", b.Prefix.String())
		w.StrConst("reason", b.Reason)
		w.Time("expires", b.Expires.UnixMicro())
	})
	return nil
}

// RemoveBlock takes a block back.
func (s *Supervisor) RemoveBlock(p netip.Prefix) error {
	p = p.Masked()
	found, err := s.blocks.take(p)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("block: %s is not in the list", p)
	}
	if err := s.engineClient().Block(command(anomaly.BlockRemove, p, 0)); err != nil && !errors.Is(err, errAbsent) {
		return err
	}
	s.journal.say("unblock", func(w *event.Writer) { w.StrConst("prefix", p.String()) })
	return nil
}
