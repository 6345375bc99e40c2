package state

import (
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// tables makes tables in memory of its own.
func tables(t testing.TB, c Config) *Tables {
	t.Helper()
	// One octet more than needed would hide a table that lies outside.
	mem := aligned(c.Size())
	s, err := New(c, mem, [2]uint64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// aligned is zeroed memory on a 64-octet boundary.
func aligned(n int) []byte {
	words := make([]bucket, n/bucketSize+2)
	mem := bytesOf(words)
	return mem[:n]
}

func small() Config { return Config{Thresholds: 64, Bits: 64, Tags: 64, PortSets: 4} }

// packet is from a host to a host at a second; port is the source port.
func packet(src, dst byte, at float64, ports ...uint16) *input.Packet {
	p := &input.Packet{IPVersion: 4, Proto: 6, TimeUS: int64(at*second) + 1_000*second}
	p.Src[0], p.Dst[0] = src, dst
	if len(ports) > 0 {
		p.SrcPort = ports[0]
	}
	if len(ports) > 1 {
		p.DstPort = ports[1]
	}
	return p
}

var someRule = &match.RuleRec{SID: 7, GID: 1, Rev: 1}

// outcomes of a rule that matches on packets in order: e emit, q quiet, b below,
// n new action.
func outcomes(t *Tables, rec *match.ThresholdRec, packets ...*input.Packet) string {
	var out []byte
	for _, p := range packets {
		out = append(out, "eqbn"[t.Threshold(rec, someRule, p)])
	}
	return string(out)
}
