package compile

import (
	"fmt"
	"slices"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

var (
	limitTypes = map[string]uint8{"limit": match.ThLimit, "threshold": match.ThThreshold, "both": match.ThBoth,
		"backoff": match.ThBackoff, "detection_filter": match.ThDetection, "rate_filter": match.ThRate, "suppress": match.ThSuppress}
	limitTracks = map[string]uint8{"by_src": match.TrackSrc, "by_dst": match.TrackDst, "by_both": match.TrackBoth,
		"by_rule": match.TrackRule, "by_flow": match.TrackFlow, "by_either": match.TrackEither}
	limitUnique = map[string]uint8{"src_port": match.UniqueSrcPort, "dst_port": match.UniqueDstPort}
	limitAction = map[string]match.Action{"alert": match.ActAlert, "drop": match.ActDrop, "pass": match.ActPass, "reject": match.ActReject}
)

// ownLimit is the threshold or detection_filter that a rule names itself.
func ownLimit(r *rule.Rule) *match.ThresholdRec {
	t := r.Threshold
	if t == nil {
		t = r.Filter
	}
	if t == nil {
		return nil
	}
	return &match.ThresholdRec{Type: limitTypes[t.Type], Track: limitTracks[t.Track], Unique: limitUnique[t.Unique],
		Count: t.Count, Seconds: t.Seconds, Multiplier: t.Multiplier}
}

// limit applies the lines of threshold.config. A threshold for one rule
// replaces the rule's own; a rate_filter for it counts what that lets through. A
// line for many rules gives way to both. Lines for rules that are not loaded are named in the warnings.
func (c *compiler) limit(lines []rule.Limit) {
	for i := range lines {
		l := &lines[i]
		hits := 0
		for _, x := range c.rules {
			if l.SID != 0 && l.SID != x.src.SID || l.GID != 0 && l.GID != x.src.GID {
				continue
			}
			hits++
			c.limitRule(l, x)
		}
		if hits == 0 {
			c.warn = append(c.warn, fmt.Sprintf("%s: %s for gen_id %d, sig_id %d: no such rule is loaded", l.Pos, l.Type, l.GID, l.SID))
		}
	}
}

func (c *compiler) limitRule(l *rule.Limit, x *compiled) {
	rec := match.ThresholdRec{Type: limitTypes[l.Type], Track: limitTracks[l.Track], Count: l.Count, Seconds: l.Seconds,
		Timeout: l.Timeout, NewAction: uint8(limitAction[l.NewAction])}
	switch {
	case l.Type == "suppress" && l.Track == "":
		x.rec.Flags |= match.RNoAlert
	case l.Type == "suppress":
		rec.Set = c.addrs(&l.IPs)
		x.suppress = append(x.suppress, rec)
	case l.Type == "rate_filter" && (l.SID != 0 || x.limit == nil && len(x.rates) == 0):
		if i := slices.IndexFunc(x.rates, func(r match.ThresholdRec) bool { return r.Track == rec.Track }); i >= 0 {
			c.warn = append(c.warn, fmt.Sprintf("%s: replaces another rate_filter with track %s of gid %d, sid %d", l.Pos, l.Track, x.src.GID, x.src.SID))
			x.rates[i] = rec
			break
		}
		x.rates = append(x.rates, rec)
	case l.SID != 0 || x.limit == nil && len(x.rates) == 0:
		x.limit = &rec
	default:
		c.warn = append(c.warn, fmt.Sprintf("%s: %s has no effect on gid %d, sid %d: the rule has a limit of its own", l.Pos, l.Type, x.src.GID, x.src.SID))
	}
}

// thresholds stores a rule's chain and returns its 1-based head.
func (c *compiler) thresholds(x *compiled) uint32 {
	chain := x.suppress
	if x.limit != nil {
		chain = append(chain[:len(chain):len(chain)], *x.limit)
	}
	chain = append(chain[:len(chain):len(chain)], x.rates...)
	next := uint32(0)
	for i := len(chain) - 1; i >= 0; i-- {
		rec := chain[i]
		rec.Next = next
		c.t.thresholds = append(c.t.thresholds, rec)
		next = uint32(len(c.t.thresholds))
	}
	return next
}
