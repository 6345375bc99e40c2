package ssh

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// offer reads the name lists of a key exchange offer (RFC 4253 section 7.1):
// key exchange, host keys, then encryption, MAC, compression and languages, each
// from client to server and back.
func offer(b []byte) (lists [10][]byte, ok bool) {
	if len(b) < 16 {
		return lists, false
	}
	b = b[16:]
	for i := range lists {
		if len(b) < 4 {
			return lists, false
		}
		n := uint64(binary.BigEndian.Uint32(b))
		if uint64(len(b)-4) < n {
			return lists, false
		}
		lists[i] = b[4 : 4+n]
		b = b[4+n:]
	}
	return lists, len(b) >= 5
}

// setOffer computes HASSH: the side's algorithms, joined, and their MD5. false:
// no memory.
func (s *side) setOffer(env *app.Env, d input.Dir, b []byte) bool {
	lists, ok := offer(b)
	if !ok || s.hassh.n > 0 {
		return true
	}
	server := int(d)
	start := len(s.text)
	for i, l := range [...][]byte{lists[0], lists[2+server], lists[4+server], lists[6+server]} {
		if i > 0 {
			if s.text, ok = env.Keep.Append(s.text, semicolon); !ok {
				return false
			}
		}
		if s.text, ok = env.Keep.Append(s.text, l); !ok {
			return false
		}
	}
	str := span{start, len(s.text) - start}
	sum := md5.Sum(s.octets(str))
	var digits [2 * md5.Size]byte
	hex.Encode(digits[:], sum[:])
	at := len(s.text)
	if s.text, ok = env.Keep.Append(s.text, digits[:]); !ok {
		return false
	}
	s.list, s.hassh = str, span{at, len(digits)}
	return true
}

var semicolon = []byte{';'}
