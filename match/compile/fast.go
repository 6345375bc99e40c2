package compile

import (
	"fmt"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// fastPattern is the content that makes a rule a candidate.
type fastPattern struct {
	list *list
	pat  pattern
	// ct is the content it is part of.
	ct *rule.Content
}

// pickFast chooses a rule's fast pattern: the one that the rule names, else the
// strongest. A negated content, or one behind a list that may be absent, cannot
// be it. nil: the rule has none.
func (c *compiler) pickFast(x *compiled) *fastPattern {
	var best *fastPattern
	bestScore := 0
	for i := range x.lists {
		l := &x.lists[i]
		info := buf.Get(l.src.Buffer)
		if !info.MPM() || l.src.Buffer == buf.None || info.Packet() || orElse(l.src) {
			continue
		}
		for _, cond := range l.src.Conds {
			if s, ok := cond.(*rule.Simple); ok && s.Name == "base64_data" {
				break // what follows looks at decoded octets
			}
			ct, ok := cond.(*rule.Content)
			if !ok || ct.Negated {
				continue
			}
			if !ct.Fast && best != nil && x.src.Transactional && l.src.Dir != best.list.src.Dir {
				// The request's side comes first, unless the rule says otherwise.
				if l.src.Dir == uint8(input.ToClient) {
					continue
				}
				bestScore = 0
			}
			if s := score(ct, info); ct.Fast || best == nil || s > bestScore {
				best, bestScore = &fastPattern{list: l, pat: patternOf(ct, len(l.src.Transforms) == 0), ct: ct}, s
				if ct.Fast {
					return best
				}
			}
		}
	}
	return best
}

func orElse(l *rule.List) bool {
	for _, c := range l.Conds {
		if a, ok := c.(*rule.Absent); ok && a.OrElse {
			return true
		}
	}
	return false
}

func patternOf(ct *rule.Content, fixed bool) pattern {
	b := ct.Pattern
	p := pattern{nocase: ct.NoCase}
	// A depth as long as the pattern leaves one place.
	if fixed && !ct.Relative() && ct.Depth.Set && !ct.Depth.IsVar && !ct.Offset.IsVar && ct.Depth.N == int64(len(b)) {
		p.anchored, p.at = true, uint32(max(ct.Offset.N, 0))+uint32(ct.FastOff)
	}
	if ct.FastLen > 0 {
		b = b[ct.FastOff : ct.FastOff+ct.FastLen]
	}
	if ct.NoCase {
		b = lowerASCII(b)
	}
	p.octets = string(b)
	return p
}

// score ranks a content as a fast pattern: the rarer its octets are in traffic
// the better, in a buffer that is small and that few packets have better still.
func score(ct *rule.Content, info *buf.Info) int {
	s := 0
	seen := [256]bool{}
	for i, c := range ct.Pattern {
		if i == 24 {
			break
		}
		w := rarity(c)
		if seen[c] {
			w = (w + 1) / 2
		}
		seen[c] = true
		s += w
	}
	if ct.NoCase {
		s -= s / 8
	}
	switch {
	case info.Window():
	case len(info.Protos) > 0:
		s += s / 4
	}
	return s
}

// rarity weighs an octet by how seldom it stands in traffic of text protocols
// and in padding.
func rarity(c byte) int {
	switch {
	case c == 0 || c == ' ' || c == 0xFF:
		return 2
	case c == 'e' || c == 't' || c == 'a' || c == 'o' || c == 'i' || c == 'n' || c == '\r' || c == '\n' || c == '0' || c == '1' || c == '/' || c == '.':
		return 5
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		return 7
	case c >= 'A' && c <= 'Z':
		return 8
	case c < 0x20 || c >= 0x7F:
		return 10
	}
	return 9
}

// fastSet adds a rule's fast pattern to a set.
func fastSet(s *patternSet, f *fastPattern, id uint32) { s.add(f.pat, id) }

// usesStream and usesPacket say in which scans of a payload list's patterns the
// rule stands.
func (f *fastPattern) usesStream() bool { return f.list.stream }

func (f *fastPattern) usesPacket() bool { return f.list.packet }

// isPayload reports whether the fast pattern lies in the payload.
func (f *fastPattern) isPayload() bool { return f.list.src.Buffer == buf.Payload }

// String shows the fast pattern and its buffer; empty for none.
func (f *fastPattern) String() string {
	if f == nil {
		return ""
	}
	s := fmt.Sprintf("%q in %s", f.pat.octets, f.list.src.Buffer)
	if f.pat.nocase {
		s += ", either case"
	}
	return s
}
