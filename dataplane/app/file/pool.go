package file

import (
	"github.com/weir-ips/weir/cgo/magic"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Pool holds the files of one worker.
type Pool struct {
	opt   Options
	mem   *slab.Deferred
	files slab.List[File]
	dig   []*digests
	digs  int
	need  Needs
	store Store
	next  uint64 // number of the next transfer
	// ranged are files that come in parts; nil when those are not put together.
	ranged *ranges
	Stats  Stats
}

// Needs is what the rules at hand ask of files, beyond the options.
type Needs struct {
	Wanted
	// Store: a rule may have files stored.
	Store bool
	// Magic names types of files for rules; nil when none asks.
	Magic *magic.Library
}

// Need takes up what other rules ask; it holds for files opened from now on.
func (p *Pool) Need(n Needs) { p.need = n }

// Store takes the octets of files that may have to be kept, as they come.
type Store interface {
	// Octets are those of transfer id from offset at on. false: they were lost, and
	// the file will not be stored.
	Octets(id, at uint64, data []byte) bool
}

// SetStore says who takes octets of files; nil: none are stored. Transfers are
// numbered from first on.
func (p *Pool) SetStore(s Store, first uint64) { p.store, p.next = s, first }

// Stats count what the pool did. NoFile, NoDigest: refused for want of a place;
// RangeFull: octets, or parts of files, that found none.
type Stats struct {
	Opened, NoFile, NoDigest, RangeFull uint64
}

// NewPool makes a pool whose files live in m.
func NewPool(opt Options, m *slab.Deferred) *Pool {
	p := &Pool{opt: opt, mem: m, files: slab.List[File]{Max: opt.Files}}
	if opt.RangeMemory > 0 {
		p.ranged = &ranges{}
	}
	return p
}

// Reserve makes room for all files that there may be at a time.
func (p *Pool) Reserve() {
	p.files.Reserve(p.opt.Files)
	for ; p.digs < p.opt.Hashers; p.digs++ {
		p.dig = append(p.dig, newDigests())
	}
}

// Options are the pool's.
func (p *Pool) Options() *Options { return &p.opt }

// Open starts a file. shared is the window of a body that is the file, or nil
// when the file keeps its own. nil: no place or memory left.
func (p *Pool) Open(d input.Dir, id uint64, name []byte, shared *Window) *File {
	f := p.files.Take(nil)
	if f == nil {
		p.Stats.NoFile++
		return nil
	}
	name = name[:min(len(name), p.opt.NameMax)]
	var kept []byte
	if len(name) > 0 {
		if kept = p.mem.Get(len(name)); kept == nil {
			p.files.Put(f)
			p.Stats.NoFile++
			return nil
		}
		kept = append(kept, name...)
	}
	*f = File{Dir: d, ID: id, pool: p, name: kept, data: shared}
	if shared == nil {
		f.data = &f.own
	}
	want := p.need.Wanted
	want.MD5, want.SHA1, want.SHA256 = want.MD5 || p.opt.MD5, want.SHA1 || p.opt.SHA1, want.SHA256 || p.opt.SHA256
	if p.store != nil && (p.opt.Force || p.need.Store) {
		// Rules may decide when the file is over; until then its octets are sent.
		f.Store, f.sending, f.transfer = p.opt.Force, true, p.next
		p.next++
		want.SHA256 = true // names what is stored
	}
	if want.any() {
		f.dig = p.takeDigests(want)
	}
	p.Stats.Opened++
	return f
}

func (p *Pool) takeDigests(want Wanted) *digests {
	var d *digests
	if n := len(p.dig); n > 0 {
		d = p.dig[n-1]
		p.dig = p.dig[:n-1]
	} else if p.digs == p.opt.Hashers {
		p.Stats.NoDigest++
		return nil
	} else {
		p.digs++
		d = newDigests()
	}
	d.start(want)
	return d
}

// Put takes a file back.
func (p *Pool) Put(f *File) {
	if f == nil {
		return
	}
	p.mem.Put(f.name)
	p.mem.Put(f.head)
	p.mem.Put(f.magic)
	f.own.Release(p.mem)
	if f.dig != nil {
		p.dig = append(p.dig, f.dig)
	}
	*f = File{}
	p.files.Put(f)
}
