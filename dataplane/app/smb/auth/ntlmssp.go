package auth

import (
	"bytes"
	"encoding/binary"
)

var ntlmMagic = []byte("NTLMSSP\x00")

const (
	ntlmAuthenticate = 3
	ntlmHead         = 64 // of AUTHENTICATE_MESSAGE, up to its flags
	flagVersion      = 1 << 25
)

// NTLM is an AUTHENTICATE_MESSAGE ([MS-NLMP] section 2.2.1.3). Texts are as they
// came, in UTF-16 or an OEM character set.
type NTLM struct {
	Domain, User, Host []byte
	HasVersion         bool
	Version            [8]byte
	// Unusual: the texts do not lie in the order that clients use.
	Unusual bool
}

// Build is the build of the version.
func (n *NTLM) Build() uint16 { return binary.LittleEndian.Uint16(n.Version[2:]) }

// ReadNTLM looks for a message of NTLMSSP in a blob. ok: it is an
// AUTHENTICATE_MESSAGE; bad: one that is malformed.
func ReadNTLM(blob []byte) (n NTLM, ok, bad bool) {
	at := bytes.Index(blob, ntlmMagic)
	if at < 0 {
		return n, false, false
	}
	b := blob[at:]
	if len(b) < 12 || binary.LittleEndian.Uint32(b[8:]) != ntlmAuthenticate {
		return n, false, false
	}
	if len(b) < ntlmHead {
		return n, false, true
	}
	type place struct{ off, n uint64 }
	var at6 [6]place // LM, NT, domain, user, host, session key
	for i := range at6 {
		f := b[12+8*i:]
		at6[i] = place{uint64(binary.LittleEndian.Uint32(f[4:])), uint64(binary.LittleEndian.Uint16(f))}
		if at6[i].n >= uint64(len(b)) || at6[i].off > uint64(len(b)) {
			return n, false, true
		}
	}
	domain, user, host := at6[2], at6[3], at6[4]
	for _, t := range [...]struct {
		p  place
		to *[]byte
	}{{domain, &n.Domain}, {user, &n.User}, {host, &n.Host}} {
		if t.p.off < 12 || t.p.off+t.p.n > uint64(len(b)) {
			return n, false, true
		}
		*t.to = b[t.p.off : t.p.off+t.p.n]
	}
	if binary.LittleEndian.Uint32(b[60:])&flagVersion != 0 {
		if len(b) < ntlmHead+8 {
			return n, false, true
		}
		n.HasVersion = true
		copy(n.Version[:], b[ntlmHead:])
	}
	n.Unusual = user.off < domain.off+domain.n || host.off < user.off+user.n
	return n, true, false
}
