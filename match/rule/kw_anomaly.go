package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match/input"
)

// Anomaly asks whether a detector has a finding in force about one of the
// packet's addresses, with a score in a range.
type Anomaly struct {
	Detector int // index of input.DetectorNames
	Score    Range
}

var anomalyKeywords = []Keyword{
	{Name: "anomaly", Group: "state", Doc: "anomaly:DETECTOR[,OP SCORE]", NeedsValue: true, parse: parseAnomaly},
}

func parseAnomaly(p *parser, _, v string) error {
	name, score, ranged := strings.Cut(v, ",")
	name = strings.ToLower(strings.TrimSpace(name))
	i := slices.Index(input.DetectorNames[:], name)
	if i < 0 {
		return fmt.Errorf("there is no detector %q; the nearest is %q", name, nearest(name, input.DetectorNames[:]))
	}
	a := &Anomaly{Detector: i, Score: Range{Lo: 0, Hi: 255}}
	if ranged {
		r, err := parseRange(score, 8)
		if err != nil {
			return fmt.Errorf("score: %w", err)
		}
		a.Score = r
	}
	p.r.Packet = append(p.r.Packet, a)
	return nil
}
