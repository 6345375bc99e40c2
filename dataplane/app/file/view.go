package file

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// headSize is how much of a file its type is made of, octets; minMagic is when
// the type of a file that still grows is named.
const (
	headSize = 4096
	minMagic = 512
)

// Find is the i-th file of a direction, or nil.
func Find(files []*File, d input.Dir, i int) *File {
	for _, f := range files {
		if f.Dir != d {
			continue
		}
		if i == 0 {
			return f
		}
		i--
	}
	return nil
}

// ViewOf is what rules see of a file: its data, name or type.
func (f *File) ViewOf(id buf.ID) input.View {
	switch id {
	case buf.FileData:
		return f.View()
	case buf.FileName:
		return f.NameView()
	case buf.FileMagic:
		return f.magicView()
	}
	return input.View{Avail: input.None}
}

// FileSize is input.File's.
func (f *File) FileSize() (uint64, input.Avail) {
	switch f.State {
	case Opened:
		return f.Size, input.More
	case Closed:
		return f.Size, input.Done
	}
	return f.Size, input.None
}

// Digest is input.File's.
func (f *File) Digest(kind input.Digest) ([]byte, input.Avail) {
	if f.State == Opened {
		return nil, input.Wait
	}
	s := f.Sums()
	if s == nil || f.State != Closed {
		return nil, input.None
	}
	switch {
	case kind == input.MD5 && s.HasMD5:
		return s.MD5[:], input.Done
	case kind == input.SHA1 && s.HasSHA1:
		return s.SHA1[:], input.Done
	case kind == input.SHA256 && s.HasSHA256:
		return s.SHA256[:], input.Done
	}
	return nil, input.None
}

// begin keeps the first octets where someone wants the file's type.
func (f *File) begin(data []byte) {
	if !f.pool.opt.Magic && f.pool.need.Magic == nil || len(f.head) == headSize || f.Gaps {
		return
	}
	if out, ok := f.pool.mem.Append(f.head, data[:min(len(data), headSize-len(f.head))]); ok {
		f.head = out
	}
}

// magicView names the file's type, once: libmagic takes up to hundreds of
// microseconds, so that only a loaded rule's asking leads here.
func (f *File) magicView() input.View {
	if !f.named {
		lib := f.pool.need.Magic
		if lib == nil || len(f.head) == 0 && f.State != Opened {
			return input.View{Avail: input.None}
		}
		if f.State == Opened && len(f.head) < minMagic {
			return input.View{Avail: input.Wait}
		}
		f.named = true
		if name := f.pool.mem.Get(maxMagic); name != nil {
			n, _ := lib.Lookup(f.head, name[:maxMagic])
			f.magic = name[:n]
		}
	}
	if len(f.magic) == 0 {
		return input.View{Avail: input.None}
	}
	return input.View{Data: f.magic, Avail: input.Done, First: true, Last: true}
}

// maxMagic bounds a type's name, octets.
const maxMagic = 512
