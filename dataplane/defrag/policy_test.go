package defrag

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"
)

// novak are the fragments of the model of Paxson and Shankar that Novak used, in
// order of arrival: first block, blocks.
var novak = [][2]int{{0, 3}, {4, 2}, {6, 3}, {1, 4}, {6, 3}, {9, 3}}

// TestPoliciesOfHosts compares the model with what the systems were seen to make
// of it (Novak 2005, §3).
func TestPoliciesOfHosts(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		want   string
	}{
		{BSD, "111442333666"},
		{BSDRight, "144422555666"},
		{Linux, "111442555666"},
		{First, "111422333666"},
		{Last, "144442555666"},
		{Windows, "111422333666"},
		{Solaris, "111422333666"},
	} {
		for _, version := range []int{4, 6} {
			t.Run(fmt.Sprintf("%v/%d", c.policy, version), func(t *testing.T) {
				b := newBench(t, smallConfig(c.policy))
				var r *Result
				overlaps := 0
				for i, f := range novak {
					data := bytes.Repeat([]byte{byte('1' + i)}, f[1]*8)
					r = b.push(frag{f[0] * 8, data, i < len(novak)-1}.wire(version, 7))
					if r.Events.Has(eventsOf[version/6].overlap) {
						overlaps++
					}
				}
				if r.State != Complete || !r.Overlap || !r.Conflict || overlaps != 2 || len(r.Handles) != 6 {
					t.Fatalf("%+v, %d overlap events", r, overlaps)
				}
				var got []byte
				for i, v := range payloadOf(r.Datagram) {
					if i%8 == 0 {
						got = append(got, v)
					}
				}
				if string(got) != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				b.empty()
			})
		}
	}
}

// TestWindowsAndSolaris shows where they are not `first`: a later fragment that
// covers an earlier one.
func TestWindowsAndSolaris(t *testing.T) {
	old := frag{8, bytes.Repeat([]byte{'1'}, 8), true}
	for _, c := range []struct {
		policy Policy
		fresh  frag
		want   byte
	}{
		{Windows, frag{0, bytes.Repeat([]byte{'2'}, 24), true}, '2'},
		{Windows, frag{0, bytes.Repeat([]byte{'2'}, 16), true}, '1'},
		{Solaris, frag{0, bytes.Repeat([]byte{'2'}, 24), true}, '2'},
		{Solaris, frag{0, bytes.Repeat([]byte{'2'}, 16), true}, '2'},
		{First, frag{0, bytes.Repeat([]byte{'2'}, 24), true}, '1'},
	} {
		b := newBench(t, smallConfig(c.policy))
		b.push(old.wire(4, 1))
		b.push(c.fresh.wire(4, 1))
		r := b.push(frag{16, bytes.Repeat([]byte{'3'}, 16), false}.wire(4, 1))
		if r.State != Complete || payloadOf(r.Datagram)[8] != c.want {
			t.Errorf("%v, %d octets over one: %v", c.policy, len(c.fresh.data), r.State)
		}
	}
}

// TestRandomOverlaps compares with an oracle that goes octet by octet.
func TestRandomOverlaps(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	var benches [numPolicies]*bench
	for p := range numPolicies {
		benches[p] = newBench(t, smallConfig(p))
	}
	for round := range 2000 {
		policy, version := Policy(rnd.Intn(int(numPolicies))), 4+2*rnd.Intn(2)
		total := 9 + rnd.Intn(200)
		b := benches[policy]
		b.empty()
		var frags []frag
		for range 2 + rnd.Intn(8) {
			from := rnd.Intn(total) &^ 7
			to := min(total, from+8*(1+rnd.Intn(6)))
			if from == 0 && to == total {
				continue // no fragment
			}
			data := make([]byte, to-from)
			rnd.Read(data)
			frags = append(frags, frag{from, data, to < total})
		}
		owner := make([]*frag, total)
		var r *Result
		for i := range frags {
			f := &frags[i]
			want := oracle(policy, owner, f, total)
			r = b.push(f.wire(version, uint32(round)))
			whole := want != nil
			if (r.State == Complete) != whole {
				t.Fatalf("round %d, %v, fragment %d: state %v, all there: %v", round, policy, i, r.State, whole)
			}
			if whole {
				if got := payloadOf(r.Datagram); !bytes.Equal(got, want) {
					t.Fatalf("round %d, %v:\ngot  % x\nwant % x", round, policy, got, want)
				}
				break
			}
		}
	}
}

// oracle notes in owner who gives each octet and returns the datagram once all
// are there.
func oracle(p Policy, owner []*frag, f *frag, total int) []byte {
	sp := func(f *frag) span { return span{f.from, f.from + len(f.data)} }
	for i := range f.data {
		at := f.from + i
		if owner[at] == nil || p.newWins(sp(owner[at]), sp(f)) {
			owner[at] = f
		}
	}
	out := make([]byte, total)
	for i, o := range owner {
		if o == nil {
			return nil
		}
		out[i] = o.data[i-o.from]
	}
	return out
}
