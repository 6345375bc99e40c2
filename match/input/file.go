package input

// Digest is a digest of a file that rules compare.
type Digest uint8

// Digests.
const (
	MD5 Digest = iota
	SHA1
	SHA256
)

// Size is the digest's length, octets.
func (d Digest) Size() int { return [...]int{16, 20, 32}[d] }

// File is a file that a transaction carries, as rules see it.
type File interface {
	// FileSize is the number of octets so far: More while octets may follow, Done
	// for a whole file, None behind its last octet when some are missing.
	FileSize() (uint64, Avail)
	// Digest is one of the file's digests: Wait while octets may follow, None when
	// the file is not whole or the digest was not computed.
	Digest(Digest) ([]byte, Avail)
}

// Files finds the files of transactions; the worker is one.
type Files interface {
	// File is file i of a transaction in a direction. nil: Wait when it may still
	// come, None when not.
	File(tx Tx, d Dir, i int) (File, Avail)
	// Keep has files stored for rule sid: those of the set, bit by bit, and whatever
	// scope adds, in the directions dirs (bit 0 to server, bit 1 to client).
	Keep(p *Packet, tx Tx, d Dir, set uint64, scope FileScope, dirs uint8, sid uint32)
}

// FileScope is which files a rule has stored beside those that it matched.
type FileScope uint8

// Scopes.
const (
	FileOnly FileScope = iota
	FileTx             // all of the transaction
	FileFlow           // all of the flow, from now on
)
