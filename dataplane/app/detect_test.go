package app

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// TestPatternTable: a pattern that the index leaves out cannot fit, nor could it
// with more octets.
func TestPatternTable(t *testing.T) {
	var dt detector
	dt.init([]*Protocol{{ID: input.AppHTTP1, TCP: true, Patterns: []Pattern{
		{Octets: "GET "}, {Octets: "PUT ", NoCase: true}, {Octets: "\xffSMB", Offset: 4}, {Octets: "HTTP/1.", Depth: 16},
		{Octets: "+OK", NoCase: true, Depth: 3}, {Octets: "G"}, {Octets: "EHLO", Dir: input.ToServer},
	}}}, Config{DetectDepth: 64})
	for d, table := range dt.pats[0] {
		if want := 7 - d; len(table.rows) != want {
			t.Fatalf("direction %d has %d patterns, want %d", d, len(table.rows), want)
		}
		rnd := rand.New(rand.NewSource(1))
		fits := 0
		for range 20000 {
			data := make([]byte, 1+rnd.Intn(20))
			rnd.Read(data)
			if rnd.Intn(2) == 0 {
				row := &table.rows[rnd.Intn(len(table.rows))]
				copy(data[min(row.pat.Offset, len(data)):], row.pat.Octets)
				if row.pat.NoCase && rnd.Intn(2) == 0 {
					data[0] ^= 0x20
				}
			}
			some := table.of(data)
			if !slices.IsSorted(some) {
				t.Fatalf("the order of patterns is lost: %v", some)
			}
			for i := range table.rows {
				v := table.rows[i].look(data)
				if v == Yes {
					fits++
				}
				if v != No && !slices.Contains(some, uint16(i)) {
					t.Fatalf("%q: pattern %q says %d and is left out", data, table.rows[i].pat.Octets, v)
				}
			}
		}
		if fits < 1000 {
			t.Errorf("only %d patterns fitted", fits)
		}
	}
}
