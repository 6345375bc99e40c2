package worker

import (
	"testing"
	"unsafe"

	"github.com/weir-ips/weir/match"
)

// What a worker writes for a packet shares no cache line with another worker's:
// its own struct, the match engine's. Tables lie in mappings of their own.
func TestNoFalseSharing(t *testing.T) {
	const line = 64
	type extent struct{ at, n uintptr }
	var all []extent
	for range 4 {
		w, e := new(Worker), new(match.Engine)
		all = append(all, extent{uintptr(unsafe.Pointer(w)), unsafe.Sizeof(*w)}, extent{uintptr(unsafe.Pointer(e)), unsafe.Sizeof(*e)})
		defer func() { _, _ = w, e }()
	}
	for i, a := range all {
		for _, b := range all[:i] {
			if a.at/line <= (b.at+b.n-1)/line && b.at/line <= (a.at+a.n-1)/line {
				t.Errorf("%d octets at %#x and %d at %#x share a line", a.n, a.at, b.n, b.at)
			}
		}
	}
}
