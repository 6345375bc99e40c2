package match

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
)

// digest replaces a buffer by its digest: 16, 20 or 32 octets.
func (e *Engine) digest(t Transform, data []byte) ([]byte, bool) {
	var sum [sha256.Size]byte
	n := 0
	switch t {
	case ToMD5:
		s := md5.Sum(data)
		n = copy(sum[:], s[:])
	case ToSHA1:
		s := sha1.Sum(data)
		n = copy(sum[:], s[:])
	default:
		sum = sha256.Sum256(data)
		n = len(sum)
	}
	out := e.arena.Get(n)
	if out == nil {
		return nil, false
	}
	copy(out, sum[:])
	return out, true
}
