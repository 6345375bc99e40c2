package anomaly

import (
	"encoding/binary"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// contributorKey packs an address, a port and its subject into a Space-Saving
// key: Aux holds 40 bits of the subject's hash, the port, the IP version.
func contributorKey(subject sketch.Hash, addr *[16]byte, port uint16, version uint8) sketch.Key {
	return sketch.Key{
		A: binary.LittleEndian.Uint64(addr[:8]), B: binary.LittleEndian.Uint64(addr[8:]),
		Aux: subject.Hi>>24<<24 | uint64(port)<<8 | uint64(version),
	}
}

// fillTop copies the subject's heaviest contributors into the finding.
func fillTop(f *Finding, top *sketch.SpaceSaving, subject sketch.Hash) {
	n := 0
	for i := range top.Len() {
		c := top.At(i)
		if c.Key.Aux>>24 != subject.Hi>>24 {
			continue
		}
		at := n
		for at > 0 && f.Top[at-1].Count < c.Count {
			at--
		}
		if at == TopContributors {
			continue
		}
		n = min(n+1, TopContributors)
		copy(f.Top[at+1:n], f.Top[at:n-1])
		out := &f.Top[at]
		*out = Contributor{Count: c.Count, Error: c.Error, Port: uint16(c.Key.Aux >> 8), IPVersion: uint8(c.Key.Aux)}
		binary.LittleEndian.PutUint64(out.Addr[:8], c.Key.A)
		binary.LittleEndian.PutUint64(out.Addr[8:], c.Key.B)
	}
	f.TopLen = uint8(n)
}
