package match_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// TestReloadOnOpenTransaction: what matched on a transaction before a reload does
// not match again after it, whatever place the rule has now; rules that are new,
// or that had not matched yet, do.
func TestReloadOnOpenTransaction(t *testing.T) {
	const (
		uri  = `alert http1 any any -> any any (http.uri; content:"/a"; sid:%d;)`
		late = `alert http1 any any -> any any (http.uri; content:"/a"; http.request_body; content:"end"; sid:%d;)`
	)
	set := func(gen uint32, rules ...string) *compile.Result {
		r := newRig(t, strings.Join(rules, "\n")+"\n", compile.Options{})
		match.SetGeneration(r.set.Bundle, gen)
		return r.set
	}
	// More rules than one node of states holds, which may not lose any.
	var first, second []string
	var want []uint32
	for i := range 40 {
		first = append(first, fmt.Sprintf(uri, 100+i))
		want = append(want, uint32(100+i))
	}
	second = append(second, fmt.Sprintf(uri, 2), fmt.Sprintf(late, 50))
	second = append(second, first...)
	slices.Reverse(second)
	first = append(first, fmt.Sprintf(late, 50), fmt.Sprintf(uri, 60)) // 60 is gone after the reload
	want = append(want, 60)

	r := openRig(t, set(1, first...), [32]byte{})
	tx := &body{all: r.mem[1<<16 : 1<<16+3], uri: r.mem[1<<17 : 1<<17+2]}
	copy(tx.all, "end")
	copy(tx.uri, "/a")
	tx.seen = 1
	look := func() map[uint32]bool {
		p := r.packet(nil)
		p.Proto = 6
		return r.judge(p, tx, input.AppHTTP1)
	}
	check := func(step string, got map[uint32]bool, want ...uint32) {
		t.Helper()
		var sids []uint32
		for sid := range got {
			sids = append(sids, sid)
		}
		slices.Sort(sids)
		slices.Sort(want)
		if !slices.Equal(sids, want) {
			t.Errorf("%s: %v, want %v", step, sids, want)
		}
	}
	check("before", look(), want...)
	check("again", look())
	for gen := uint32(2); gen < 6; gen++ {
		b, err := match.Open(set(gen, second...).Bundle, [32]byte{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		sc, err := b.NewScratch()
		if err != nil {
			t.Fatal(err)
		}
		r.SetBundle(b, sc)
		switch gen {
		case 2:
			check("after a reload", look(), 2)
		default:
			check("after the next", look())
		}
	}
	tx.seen = 3
	check("the body's end", look(), 50)
}
