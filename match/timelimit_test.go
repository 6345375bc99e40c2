package match_test

import (
	"testing"

	"github.com/weir-ips/weir/match/compile"
)

// Past its time a burst runs no regular expression: rules that need one do not
// match, negated or not, and it is counted; all others go on.
func TestRegexPastItsTime(t *testing.T) {
	r := newRig(t, `alert udp any any -> any any (content:"abc"; pcre:"/c+d/"; sid:1;)
alert udp any any -> any any (content:"abc"; pcre:!"/x/"; sid:2;)
alert udp any any -> any any (content:"abc"; sid:3;)
`, compile.Options{})
	now := uint64(10)
	p := r.packet([]byte("..abccd.."))
	for _, c := range []struct {
		name  string
		until uint64
		want  map[uint32]bool
		late  uint64
	}{
		{"in time", 10, map[uint32]bool{1: true, 2: true, 3: true}, 0},
		{"late", 9, map[uint32]bool{3: true}, 2},
	} {
		before := r.Stats.RegexLate
		r.LimitTime(func() uint64 { return now }, c.until)
		got := r.judge(p, nil, 0)
		for sid := uint32(1); sid <= 3; sid++ {
			if got[sid] != c.want[sid] {
				t.Errorf("%s: rule %d: %v", c.name, sid, got[sid])
			}
		}
		if n := r.Stats.RegexLate - before; n != c.late {
			t.Errorf("%s: %d expressions were late, want %d", c.name, n, c.late)
		}
	}
	r.LimitTime(nil, 0)
	if got := r.judge(p, nil, 0); len(got) != 3 {
		t.Errorf("without a limit: %v", got)
	}
}
