package match

import "bytes"

// before orders rows by side, version and end of range against an address.
func (r *IPOnlyRange) before(side, version uint8, a *[16]byte) bool {
	if r.Side != side {
		return r.Side < side
	}
	if r.Version != version {
		return r.Version < version
	}
	return bytes.Compare(r.Hi[:], a[:]) < 0
}

// holds reports whether the row covers an address.
func (r *IPOnlyRange) holds(side, version uint8, a *[16]byte) bool {
	return r.Side == side && r.Version == version && bytes.Compare(r.Lo[:], a[:]) <= 0
}
