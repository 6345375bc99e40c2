package match

import "github.com/weir-ips/weir/match/input"

// Inline, every segment is judged with up to a chunk of the stream around it, so
// the same octets come several times. A pattern set need not look at them again
// as long as it found nothing there: whoever keeps the stream also keeps what was
// looked at (input.StreamScan), and only what is new is scanned, with as much
// before it as the longest pattern reaches.

// streamKey is what a clean stretch was scanned with; never 0.
func (e *Engine) streamKey(g *Group) uint64 {
	return 1<<63 | uint64(e.b.Generation&0xffffff)<<38 | uint64(g.StreamDB&0x7ffff)<<19 | uint64(g.AnyStreamDB&0x7ffff)
}

// scanStream adds the scans of a stream's octets that memo does not make
// unnecessary, and says what is known once they have found nothing.
func (e *Engine) scanStream(item int, g *Group, data []byte, start uint64, memo input.StreamScan) input.StreamScan {
	end := start + uint64(len(data))
	now := input.StreamScan{Key: e.streamKey(g), From: start, To: end}
	skip := 0
	if memo.Key == now.Key && memo.From <= start && start <= memo.To {
		now.From, now.To = memo.From, max(end, memo.To)
		if memo.To >= end {
			return now
		}
		reach := max(e.longest(g.StreamDB), e.longest(g.AnyStreamDB), 1) - 1
		skip = max(int(memo.To-start)-reach, 0)
	}
	e.scanBoth(item, g.StreamDB, g.AnyStreamDB, data[skip:], start+uint64(skip))
	return now
}

// longest is the length of a set's longest pattern.
func (e *Engine) longest(db uint32) int {
	if db == 0 {
		return 0
	}
	return int(e.b.DBs[db-1].Longest)
}

// streamScan is what is known of the item's stream after its hits were taken.
// Where there was one, or a scan may have missed one, nothing before its end is
// clean: the set tells of a pattern's first place alone.
func (e *Engine) streamScan(it *item) input.StreamScan {
	s := it.scan
	if it.streams.N != 1 || s.Key == 0 {
		return input.StreamScan{}
	}
	if e.streamHit || e.scanDoubt {
		s.From = s.To
	}
	return s
}
