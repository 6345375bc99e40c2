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
	sums              Sums
}

// Sums are the digests of a file.
type Sums struct {
	MD5    [md5.Size]byte
	SHA1   [sha1.Size]byte
	SHA256 [sha256.Size]byte
	// Has says which are there.
	HasMD5, HasSHA1, HasSHA256 bool
}

func newDigests(o *Options) *digests {
	d := &digests{}
	if o.MD5 {
		d.md5 = md5.New()
	}
	if o.SHA1 {
		d.sha1 = sha1.New()
	}
	if o.SHA256 {
		d.sha256 = sha256.New()
	}
	return d
}

func (d *digests) reset() {
	for _, h := range [...]hash.Hash{d.md5, d.sha1, d.sha256} {
		if h != nil {
			h.Reset()
		}
	}
	d.sums = Sums{}
}

func (d *digests) write(p []byte) {
	for _, h := range [...]hash.Hash{d.md5, d.sha1, d.sha256} {
		if h != nil {
			h.Write(p)
		}
	}
}

// finish makes the sums; of a part of a file, SHA-256 only.
func (d *digests) finish(whole bool) {
	s := &d.sums
	if d.md5 != nil && whole {
		d.md5.Sum(s.MD5[:0])
		s.HasMD5 = true
	}
	if d.sha1 != nil && whole {
		d.sha1.Sum(s.SHA1[:0])
		s.HasSHA1 = true
	}
	if d.sha256 != nil {
		d.sha256.Sum(s.SHA256[:0])
		s.HasSHA256 = true
	}
}
