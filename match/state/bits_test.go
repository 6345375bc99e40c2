package state

import (
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

func bit(track uint8, cmd int32, id, expire uint64) *match.Op {
	return &match.Op{Code: match.OpXbits, A: cmd, B: int32(track), X: id, Y: expire}
}

func TestBits(t *testing.T) {
	for _, row := range []struct {
		name     string
		track    uint8
		set, ask *input.Packet
		want     bool
	}{
		{"host, same source", match.TrackSrc, packet(1, 2, 0), packet(1, 3, 1), true},
		{"host, another source", match.TrackSrc, packet(1, 2, 0), packet(2, 1, 1), false},
		{"host by destination", match.TrackDst, packet(1, 2, 0), packet(3, 2, 1), true},
		{"pair, other direction", match.TrackBoth, packet(1, 2, 0), packet(2, 1, 1), true},
		{"pair, another", match.TrackBoth, packet(1, 2, 0), packet(1, 3, 1), false},
		{"before it expires", match.TrackSrc, packet(1, 2, 0), packet(1, 2, 10), true},
		{"after it expired", match.TrackSrc, packet(1, 2, 0), packet(1, 2, 10.1), false},
		{"transaction", match.TrackTx, withFlow([]*input.Packet{packet(1, 2, 0)}, 4)[0], withFlow([]*input.Packet{packet(1, 2, 1)}, 4)[0], true},
		{"transaction of another flow", match.TrackTx, withFlow([]*input.Packet{packet(1, 2, 0)}, 4)[0], withFlow([]*input.Packet{packet(1, 2, 1)}, 5)[0], false},
		{"transaction without a flow", match.TrackTx, packet(1, 2, 0), packet(1, 2, 1), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := tables(t, small())
			s.SetBits(bit(row.track, match.BitSet, 3, 10), row.set, 1)
			if got := s.Bits(bit(row.track, match.BitIsSet, 3, 0), row.ask, 1); got != row.want {
				t.Errorf("isset %v", got)
			}
			if got := s.Bits(bit(row.track, match.BitIsNotSet, 3, 0), row.ask, 1); got == row.want {
				t.Errorf("isnotset %v", got)
			}
			if s.Bits(bit(row.track, match.BitIsSet, 4, 0), row.ask, 1) {
				t.Error("another bit is set")
			}
			if row.track == match.TrackTx && s.Bits(bit(row.track, match.BitIsSet, 3, 0), row.ask, 2) {
				t.Error("the bit of another transaction")
			}
		})
	}
}

func TestBitCommands(t *testing.T) {
	s := tables(t, small())
	p := packet(1, 2, 0)
	isSet := func() bool { return s.Bits(bit(match.TrackSrc, match.BitIsSet, 1, 0), p, 0) }
	for i, step := range []struct {
		cmd  int32
		want bool
	}{{match.BitUnset, false}, {match.BitSet, true}, {match.BitSet, true}, {match.BitToggle, false}, {match.BitToggle, true}, {match.BitUnset, false}} {
		s.SetBits(bit(match.TrackSrc, step.cmd, 1, 60), p, 0)
		if isSet() != step.want {
			t.Errorf("step %d: %v", i, !step.want)
		}
	}
	// Set again, a bit keeps the time at which it expires.
	s.SetBits(bit(match.TrackSrc, match.BitSet, 1, 10), p, 0)
	s.SetBits(bit(match.TrackSrc, match.BitSet, 1, 10), packet(1, 2, 5), 0)
	if s.Bits(bit(match.TrackSrc, match.BitIsSet, 1, 0), packet(1, 2, 12), 0) {
		t.Error("the second set prolonged it")
	}
	// Without an expiry it stays.
	s.SetBits(bit(match.TrackSrc, match.BitSet, 2, 0), p, 0)
	if !s.Bits(bit(match.TrackSrc, match.BitIsSet, 2, 0), packet(1, 2, 1e9), 0) {
		t.Error("a bit without expiry is gone")
	}
}

func TestTags(t *testing.T) {
	type want = string // for each packet behind the one that set the tag: l logged, - not
	flow := func(n int, from float64) []*input.Packet { return withFlow(series(n, from), 8) }
	for _, row := range []struct {
		name    string
		op      match.Op
		packets []*input.Packet
		want    want
	}{
		{"packets", match.Op{A: match.TagSession, C: match.TagPackets, X: 3}, flow(5, 0), "ll---"},
		{"octets", match.Op{A: match.TagSession, C: match.TagBytes, X: 350}, flow(5, 0), "ll---"},
		{"seconds", match.Op{A: match.TagSession, C: match.TagSeconds, X: 2}, append(flow(2, 0), flow(2, 3)...), "ll--"},
		{"another flow", match.Op{A: match.TagSession, C: match.TagPackets, X: 9}, withFlow(series(2, 0), 9), "--"},
		{"host by source", match.Op{A: match.TagHost, B: int32(match.TrackSrc), C: match.TagPackets, X: 9}, []*input.Packet{packet(1, 9, 0), packet(9, 1, 0), packet(2, 9, 0)}, "ll-"},
		{"host by destination", match.Op{A: match.TagHost, B: int32(match.TrackDst), C: match.TagPackets, X: 9}, []*input.Packet{packet(2, 9, 0), packet(1, 9, 0)}, "l-"},
		{"idle for too long", match.Op{A: match.TagSession, C: match.TagPackets, X: 100}, append(flow(1, 0), flow(1, 700)...), "ll"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := tables(t, small())
			first := withFlow([]*input.Packet{packet(1, 2, 0)}, 8)[0]
			row.op.Code = match.OpTag
			s.SetTag(&row.op, someRule, first)
			if s.Tagged(first, 100) {
				t.Error("the packet that set the tag is logged twice")
			}
			got := ""
			for _, p := range row.packets {
				if s.Tagged(p, 100) {
					got += "l"
				} else {
					got += "-"
				}
			}
			if got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

// When the last tag is gone, packets cost nothing again.
func TestTagsEnd(t *testing.T) {
	s := tables(t, small())
	op := match.Op{Code: match.OpTag, A: match.TagSession, C: match.TagPackets, X: 1}
	ps := withFlow(series(5, 0), 8)
	s.SetTag(&op, someRule, ps[0])
	if s.h.liveTags.Load() != 1 {
		t.Fatal("no tag")
	}
	for _, p := range ps {
		s.Tagged(p, 100)
	}
	if n := s.h.liveTags.Load(); n != 0 {
		t.Errorf("%d tags are left", n)
	}
}
