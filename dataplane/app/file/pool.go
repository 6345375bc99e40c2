package file

import (
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Pool holds the files of one worker.
type Pool struct {
	opt   Options
	mem   *slab.Deferred
	free  []*File
	made  int
	dig   []*digests
	digs  int
	Stats Stats
}

// Stats count what the pool did. NoFile, NoDigest: refused for want of a place.
type Stats struct {
	Opened, NoFile, NoDigest uint64
}

// NewPool makes a pool whose files live in m.
func NewPool(opt Options, m *slab.Deferred) *Pool { return &Pool{opt: opt, mem: m} }

// Options are the pool's.
func (p *Pool) Options() *Options { return &p.opt }

// Open starts a file. shared is the window of a body that is the file, or nil
// when the file keeps its own. nil: no place or memory left.
func (p *Pool) Open(d input.Dir, id uint64, name []byte, shared *Window) *File {
	f := p.take()
	if f == nil {
		p.Stats.NoFile++
		return nil
	}
	name = name[:min(len(name), p.opt.NameMax)]
	var kept []byte
	if len(name) > 0 {
		if kept = p.mem.Get(len(name)); kept == nil {
			p.free = append(p.free, f)
			p.Stats.NoFile++
			return nil
		}
		kept = append(kept, name...)
	}
	*f = File{Dir: d, ID: id, pool: p, name: kept, data: shared}
	if shared == nil {
		f.data = &f.own
	}
	if p.opt.Digests() {
		f.dig = p.takeDigests()
	}
	p.Stats.Opened++
	return f
}

func (p *Pool) take() *File {
	if n := len(p.free); n > 0 {
		f := p.free[n-1]
		p.free = p.free[:n-1]
		return f
	}
	if p.made == p.opt.Files {
		return nil
	}
	p.made++
	return new(File)
}

func (p *Pool) takeDigests() *digests {
	if n := len(p.dig); n > 0 {
		d := p.dig[n-1]
		p.dig = p.dig[:n-1]
		d.reset()
		return d
	}
	if p.digs == p.opt.Hashers {
		p.Stats.NoDigest++
		return nil
	}
	p.digs++
	return newDigests(&p.opt)
}

// Put takes a file back.
func (p *Pool) Put(f *File) {
	if f == nil {
		return
	}
	p.mem.Put(f.name)
	f.own.Release(p.mem)
	if f.dig != nil {
		p.dig = append(p.dig, f.dig)
	}
	*f = File{}
	p.free = append(p.free, f)
}
