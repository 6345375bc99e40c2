package file

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
)

// digests are the running digests of one file. They are made once and reset.
type digests struct {
	md5, sha1, sha256 hash.Hash
	want              Wanted
	sums              Sums
}

// Wanted says which digests are computed.
type Wanted struct{ MD5, SHA1, SHA256 bool }

func (w Wanted) any() bool { return w.MD5 || w.SHA1 || w.SHA256 }

// Sums are the digests of a file.
type Sums struct {
	MD5    [md5.Size]byte
	SHA1   [sha1.Size]byte
	SHA256 [sha256.Size]byte
	// Has says which are there.
	HasMD5, HasSHA1, HasSHA256 bool
}

// newDigests makes all three: which of them run is each file's to say.
func newDigests() *digests { return &digests{md5: md5.New(), sha1: sha1.New(), sha256: sha256.New()} }

// start makes the digests as new, those that are wanted.
func (d *digests) start(want Wanted) {
	d.want = want
	for _, h := range [...]hash.Hash{d.md5, d.sha1, d.sha256} {
		h.Reset()
	}
	d.sums = Sums{}
}

func (d *digests) write(p []byte) {
	if d.want.MD5 {
		d.md5.Write(p)
	}
	if d.want.SHA1 {
		d.sha1.Write(p)
	}
	if d.want.SHA256 {
		d.sha256.Write(p)
	}
}

// finish makes the sums; of a part of a file, SHA-256 only.
func (d *digests) finish(whole bool) {
	s := &d.sums
	if s.HasMD5 = d.want.MD5 && whole; s.HasMD5 {
		d.md5.Sum(s.MD5[:0])
	}
	if s.HasSHA1 = d.want.SHA1 && whole; s.HasSHA1 {
		d.sha1.Sum(s.SHA1[:0])
	}
	if s.HasSHA256 = d.want.SHA256; s.HasSHA256 {
		d.sha256.Sum(s.SHA256[:0])
	}
}
