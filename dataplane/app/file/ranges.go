package file

import "github.com/weir-ips/weir/match/input"

const (
	// maxRanged is how many files a worker puts together at a time, maxPieces how
	// many pieces of one may wait for what comes before them.
	maxRanged = 128
	maxPieces = 64
	// maxKey bounds host and path by which parts find each other, octets.
	maxKey = 4096
)

// ranged is a file that comes in parts, perhaps over several flows: what is there
// from its beginning is in file, the rest waits in pieces.
type ranged struct {
	gen    uint32
	key    []byte
	hash   uint64
	size   uint64
	file   *File
	pieces [maxPieces]piece
	n      int
	lastUS int64
}

type piece struct {
	at   uint64
	data []byte
}

// ranges are those of one worker. Parts that other workers see are not joined.
type ranges struct {
	all  [maxRanged]ranged
	held int // octets in pieces
}

// Part is one response's share in a file that comes in ranges.
type Part struct {
	i, gen uint32
	at     uint64
}

// OpenPart joins the part from start on to a file of size octets that host and
// path name. ok is false when there is no room, or when the other parts are of
// another file.
func (p *Pool) OpenPart(d input.Dir, host, path, name []byte, start, size uint64, nowUS int64) (part Part, ok bool) {
	if p.ranged == nil || len(host)+len(path) > maxKey {
		return part, false
	}
	r, i := p.findRanged(host, path, nowUS)
	if r == nil {
		p.Stats.RangeFull++
		return part, false
	}
	if r.file == nil {
		key := p.mem.Get(len(host) + len(path))
		if key == nil {
			return part, false
		}
		if r.file = p.Open(d, 0, name, nil); r.file == nil {
			p.mem.Put(key)
			return part, false
		}
		r.key, r.hash, r.size = append(append(key, host...), path...), hashOf(host, path), size
	}
	if r.size != size {
		return part, false
	}
	r.lastUS = nowUS
	return Part{i, r.gen, start}, true
}

// findRanged is the file of that key, or a place for it.
func (p *Pool) findRanged(host, path []byte, nowUS int64) (*ranged, uint32) {
	h := hashOf(host, path)
	free := -1
	for i := range p.ranged.all {
		r := &p.ranged.all[i]
		if r.file != nil && nowUS-r.lastUS > p.opt.RangeTimeoutUS {
			p.dropRanged(r)
		}
		switch {
		case r.file == nil:
			if free < 0 {
				free = i
			}
		case r.hash == h && len(r.key) == len(host)+len(path) && string(r.key[:len(host)]) == string(host) && string(r.key[len(host):]) == string(path):
			return r, uint32(i)
		}
	}
	if free < 0 {
		return nil, 0
	}
	return &p.ranged.all[free], uint32(free)
}

// hashOf is FNV-1a over both.
func hashOf(a, b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range [...][]byte{a, b} {
		for _, c := range s {
			h = (h ^ uint64(c)) * 1099511628211
		}
	}
	return h
}

func (p *Pool) ofPart(part *Part) *ranged {
	if p.ranged == nil || int(part.i) >= len(p.ranged.all) {
		return nil
	}
	if r := &p.ranged.all[part.i]; r.file != nil && r.gen == part.gen {
		return r
	}
	return nil
}

// AppendPart adds octets of a part.
func (p *Pool) AppendPart(part *Part, data []byte) {
	r := p.ofPart(part)
	at := part.at
	part.at += uint64(len(data))
	if r == nil || at >= r.size || len(data) == 0 {
		return
	}
	data = data[:min(uint64(len(data)), r.size-at)]
	if at > r.file.Size {
		p.wait(r, at, data)
		return
	}
	r.join(at, data)
	for again := true; again; {
		again = false
		for k := 0; k < r.n; k++ {
			if q := &r.pieces[k]; q.at <= r.file.Size {
				r.join(q.at, q.data)
				p.dropPiece(r, k)
				again = true
				break
			}
		}
	}
}

// join adds what is new of octets at a place that is not behind the file's end.
func (r *ranged) join(at uint64, data []byte) {
	if skip := r.file.Size - at; skip < uint64(len(data)) {
		r.file.Append(data[skip:])
	}
}

// wait keeps octets until those before them come.
func (p *Pool) wait(r *ranged, at uint64, data []byte) {
	if p.ranged.held+len(data) > p.opt.RangeMemory {
		p.Stats.RangeFull++
		return
	}
	for k := range r.n {
		q := &r.pieces[k]
		if q.at+uint64(len(q.data)) == at {
			if out, ok := p.mem.Append(q.data, data); ok {
				q.data = out
				p.ranged.held += len(data)
			}
			return
		}
	}
	if r.n == maxPieces {
		p.Stats.RangeFull++
		return
	}
	if b := p.mem.Get(len(data)); b != nil {
		r.pieces[r.n] = piece{at, append(b, data...)}
		r.n++
		p.ranged.held += len(data)
	}
}

func (p *Pool) dropPiece(r *ranged, k int) {
	p.ranged.held -= len(r.pieces[k].data)
	p.mem.Put(r.pieces[k].data)
	r.n--
	r.pieces[k] = r.pieces[r.n]
	r.pieces[r.n] = piece{}
}

// SkipPart notes n missing octets of a part.
func (p *Pool) SkipPart(part *Part, n uint64) { part.at += n }

// ClosePart ends a part. It returns the file when that is whole now: it belongs
// to the caller.
func (p *Pool) ClosePart(part *Part) *File {
	r := p.ofPart(part)
	if r == nil || r.file.Size != r.size {
		return nil
	}
	f := r.file
	r.file = nil
	p.dropRanged(r)
	f.Close(Closed)
	return f
}

// dropRanged gives up a file that comes in parts.
func (p *Pool) dropRanged(r *ranged) {
	for r.n > 0 {
		p.dropPiece(r, 0)
	}
	p.mem.Put(r.key)
	if r.file != nil {
		p.Put(r.file)
	}
	r.key, r.file = nil, nil
	r.gen++
}

// DropParts gives up all files that come in parts.
func (p *Pool) DropParts() {
	if p.ranged == nil {
		return
	}
	for i := range p.ranged.all {
		if r := &p.ranged.all[i]; r.file != nil {
			p.dropRanged(r)
		}
	}
}
