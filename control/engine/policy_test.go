package engine

import (
	"os"
	"testing"

	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/match/compile"
	"golang.org/x/sys/unix"
)

// descriptors counts the open descriptors of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(d)
}

// A bundle that cannot be run is an error and nothing of it stays; one that can
// gives everything back when it is closed.
func TestOpenBundle(t *testing.T) {
	res, err := compile.Compile(nil, compile.Options{Fingerprint: wiring.Fingerprint()})
	if err != nil {
		t.Fatal(err)
	}
	good := res.Bundle
	change := func(at int) []byte {
		b := append([]byte(nil), good...)
		b[at] ^= 1
		return b
	}
	for _, row := range []struct {
		name   string
		octets []byte
		sealed bool
		ok     bool
	}{
		{"good", good, true, true},
		{"damaged", change(len(good) - 1), true, false},
		{"another build's", change(24), true, false},
		{"cut off", good[:len(good)/2], true, false},
		{"one octet", good[:1], true, false},
		{"not sealed", good, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := NewSealed("test", row.octets)
			if !row.sealed {
				var fd int
				if fd, err = unix.MemfdCreate("test", 0); err == nil {
					f = os.NewFile(uintptr(fd), "test")
					f.Write(row.octets)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			before := descriptors(t)
			h, err := openBundle(int(f.Fd()), 2, 16)
			if (err == nil) != row.ok {
				t.Fatalf("error %v", err)
			}
			if err == nil {
				if len(h.policies) != 2 || h.meters.Workers() != 2 || h.meters.Every() != 16 {
					t.Errorf("%d policies, %d rows of meters", len(h.policies), h.meters.Workers())
				}
				h.close()
			}
			if after := descriptors(t); after != before {
				t.Errorf("%d descriptors before, %d after", before, after)
			}
		})
	}
}
