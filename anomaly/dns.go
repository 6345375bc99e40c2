package anomaly

import (
	"math/bits"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// domainTrack follows what one client asks below one domain.
type domainTrack struct {
	start  int64
	octets uint64 // of the part below the domain, summed over queries
	rare   uint64 // queries whose part below looks like encoded data
	asked  uint32
	names  sketch.Linear
}

// dgaTrack follows the answers to one client: how many distinct domains do not
// exist, and which share of answers that is.
type dgaTrack struct {
	start    int64
	answers  uint32
	missing  uint32
	nxdomain sketch.Linear
}

const (
	maxDNSName = 255 // RFC 1035 §2.3.4
	// tunnelOctets: mean length below the domain. Tools fill the label, people
	// and content networks stay short.
	tunnelOctets = 24
	// tunnelRareShare of the queries must look like encoded data.
	tunnelRareShare = 0.5
	// dgaShare of the answers are NXDOMAIN.
	dgaShare     = 0.5
	rcodeMissing = 3
)

// DNS counts one query or answer.
func (s *Scorer) DNS(d *DNS) {
	s.advance(d.TimeUS)
	if !s.policy.enabled || d.IPVersion != 4 && d.IPVersion != 6 || len(d.Name) == 0 || len(d.Name) > maxDNSName {
		return
	}
	name := d.Name
	if name[len(name)-1] == '.' {
		name = name[:len(name)-1]
	}
	cut := domainCut(name)
	domain := name[cut:]
	client := s.seed.SumAddr(&d.Client, uint64(d.IPVersion))
	domainHash := s.nameHash(domain)
	if d.Response {
		s.dgaAnswer(d, client, domainHash)
		return
	}
	if below := name[:max(cut-1, 0)]; len(below) > 0 {
		s.tunnelQuery(d, client, domainHash, domain, below)
	}
}

// domainCut is where the registered domain begins: the last two labels, or
// three where a country's second level is a short one (co.uk, com.br, ac.jp).
func domainCut(name []byte) int {
	dots := [3]int{-1, -1, -1} // positions of the last three dots, last first
	n := 0
	for i := len(name) - 1; i >= 0 && n < 3; i-- {
		if name[i] == '.' {
			dots[n] = i
			n++
		}
	}
	if n < 2 {
		return 0
	}
	if len(name)-1-dots[0] == 2 && dots[0]-dots[1]-1 <= 3 {
		if n < 3 {
			return 0
		}
		return dots[2] + 1
	}
	return dots[1] + 1
}

// nameHash hashes a name regardless of case: resolvers mix it (DNS 0x20).
func (s *Scorer) nameHash(name []byte) sketch.Hash {
	h := sketch.Hash{Lo: uint64(len(name)), Hi: 3}
	for len(name) > 0 {
		var w uint64
		n := min(8, len(name))
		for _, c := range name[:n] {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			w = w<<8 | uint64(c)
		}
		h = s.seed.Mix(h, w)
		name = name[n:]
	}
	return h
}

// looksEncoded: base32, base64, hex and raw octets use many distinct characters
// or digits among the letters; words and counters do not.
func looksEncoded(b []byte) bool {
	var set [4]uint64
	digits := 0
	for _, c := range b {
		set[c/64] |= 1 << (c % 64)
		if c >= '0' && c <= '9' {
			digits++
		}
		if c >= 0x80 {
			return true // raw octets, as iodine uses where resolvers let them pass
		}
	}
	distinct := 0
	for _, w := range set {
		distinct += bits.OnesCount64(w)
	}
	return len(b) >= 16 && (distinct >= 14 || distinct >= 10 && digits*4 >= len(b))
}

func (s *Scorer) tunnelQuery(d *DNS, client, domainHash sketch.Hash, domain, below []byte) {
	set := &s.policy.det[DNSTunnel]
	if !set.enabled {
		return
	}
	key := sketch.Hash{Lo: client.Lo ^ domainHash.Hi, Hi: client.Hi ^ domainHash.Lo}
	t, fresh := s.domains.claim(key, s.now)
	if fresh || s.now-t.start > set.windowUS {
		*t = domainTrack{start: s.now}
	}
	t.asked++
	t.octets += uint64(len(below))
	if looksEncoded(below) {
		t.rare++
	}
	if !t.names.Add(s.nameHash(below).Lo) && t.asked%16 != 0 {
		return
	}
	names := t.names.Estimate()
	if float64(names) < s.policy.least[DNSTunnel] {
		return
	}
	mean := float64(t.octets) / float64(t.asked)
	if mean < tunnelOctets || float64(t.rare) < tunnelRareShare*float64(t.asked) {
		return
	}
	threshold, action := s.policy.lookup(DNSTunnel, &d.Client, d.IPVersion, d.Pair)
	if float64(names) < threshold {
		return
	}
	s.raise(&crossing{
		det: DNSTunnel, role: RoleSource, version: d.IPVersion, pair: d.Pair, port: 53, addr: &d.Client, hash: client, action: action,
		counted: float64(names), expected: threshold, bound: sketch.LinearError(names), second: mean, domain: domain,
	})
}

func (s *Scorer) dgaAnswer(d *DNS, client, domainHash sketch.Hash) {
	set := &s.policy.det[DGA]
	if !set.enabled {
		return
	}
	t, fresh := s.dga.claim(client, s.now)
	if fresh || s.now-t.start > set.windowUS {
		*t = dgaTrack{start: s.now}
	}
	t.answers++
	if d.RCode != rcodeMissing {
		return
	}
	t.missing++
	if !t.nxdomain.Add(domainHash.Lo) {
		return
	}
	names := t.nxdomain.Estimate()
	if float64(names) < s.policy.least[DGA] || float64(t.missing) < dgaShare*float64(t.answers) {
		return
	}
	threshold, action := s.policy.lookup(DGA, &d.Client, d.IPVersion, d.Pair)
	if float64(names) < threshold {
		return
	}
	s.raise(&crossing{
		det: DGA, role: RoleSource, version: d.IPVersion, pair: d.Pair, port: 53, addr: &d.Client, hash: client, action: action,
		counted: float64(names), expected: threshold, bound: sketch.LinearError(names), second: 100 * float64(t.missing) / float64(t.answers),
	})
}
