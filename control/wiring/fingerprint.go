package wiring

import (
	"crypto/sha256"
	"os"
	"sync"

	"github.com/weir-ips/weir/cgo/hyperscan"
)

// Fingerprint binds a bundle to this program and to the matcher's platform: what
// another build or processor wrote is compiled again.
func Fingerprint() [32]byte { return fingerprint() }

var fingerprint = sync.OnceValue(func() [32]byte {
	h := sha256.New()
	if p, err := hyperscan.PlatformFingerprint(); err == nil {
		h.Write([]byte(p))
	}
	if exe, err := os.Executable(); err == nil {
		if st, err := os.Stat(exe); err == nil {
			h.Write([]byte(st.ModTime().UTC().String()))
			h.Write([]byte{byte(st.Size()), byte(st.Size() >> 8), byte(st.Size() >> 16), byte(st.Size() >> 24)})
		}
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
})
