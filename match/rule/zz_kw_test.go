package rule

import (
	"os"
	"strings"
	"testing"
)

func TestZZ(t *testing.T) {
	b, _ := os.ReadFile("/work/shared/suricata-keywords.txt")
	plain := map[string]bool{"meta": true, "payload": true, "transforms": true, "state": true, "L2-L4": true, "flow.*": true}
	for _, l := range strings.Split(string(b), "\n") {
		g, r, ok := strings.Cut(l, ":")
		if !ok {
			continue
		}
		g, _, _ = strings.Cut(g, "(")
		for _, w := range strings.Fields(r) {
			n := w
			if !plain[g] {
				n = g + "." + w
			}
			if keywordOf(n) == nil && keywordOf(w) == nil && keywordOf(g+"_"+w) == nil {
				t.Log("MISSING", n)
			}
		}
	}
}
