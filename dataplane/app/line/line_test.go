package line

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// TestCuts: the same lines, however the octets come.
func TestCuts(t *testing.T) {
	in := "a\r\nbc\n\r\n" + strings.Repeat("x", 20) + "\r\nd\re\n" + strings.Repeat("y", 9) + "\nzzzzzzzzzz\nend"
	want := `["a" 0] ["bc" 0] ["" 0] ["xxxxxxxxxx" 1] ["d\re" 0] ["yyyyyyyyy" 0] ["zzzzzzzzzz" 1] `
	for n := 1; n <= len(in); n++ {
		var r Reader
		got, rest := "", ""
		for at := 0; at < len(in); at += n {
			rest += in[at:min(at+n, len(in))]
			for {
				l, used, k := r.Next(input.ToClient, []byte(rest), 10)
				if used == 0 {
					break
				}
				if rest = rest[used:]; k != Skipped {
					got += fmt.Sprintf("[%q %d] ", l, k)
				}
				if rest == "" {
					break
				}
			}
		}
		if got != want || rest != "end" {
			t.Fatalf("in pieces of %d: %s, left %q\nwant %s", n, got, rest, want)
		}
	}
}

func TestLost(t *testing.T) {
	var r Reader
	r.Lost(input.ToServer)
	if _, n, k := r.Next(input.ToServer, []byte("half\nx"), 10); n != 5 || k != Skipped {
		t.Errorf("behind a gap: %d %d", n, k)
	}
	if l, _, k := r.Next(input.ToServer, []byte("whole\n"), 10); string(l) != "whole" || k != Whole {
		t.Errorf("the next line: %q %d", l, k)
	}
	r.Next(input.ToServer, []byte(strings.Repeat("x", 11)), 10)
	r.Back(input.ToServer)
	if _, _, k := r.Next(input.ToServer, []byte(strings.Repeat("x", 11)), 10); k != Cut {
		t.Errorf("taken back: %d", k)
	}
}

func FuzzNext(f *testing.F) {
	f.Add([]byte("a\r\nb\n"), 3)
	f.Fuzz(func(t *testing.T, b []byte, most int) {
		most = most&0xff + 1
		var r Reader
		for len(b) > 0 {
			l, n, _ := r.Next(input.ToServer, b, most)
			if n < 0 || n > len(b) || len(l) > most {
				t.Fatalf("%d of %d octets, a line of %d with a bound of %d", n, len(b), len(l), most)
			}
			if n == 0 {
				if len(b) >= most {
					t.Fatal("holds more than a line")
				}
				return
			}
			b = b[n:]
		}
	})
}
