package match

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/weir-ips/weir/cgo/hyperscan"
	"github.com/weir-ips/weir/cgo/pcre2"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// makeReady deserialises the databases. It runs on a thread that is no worker.
func (b *Bundle) makeReady() error {
	bytes := section(b.raw, SecDBBytes)
	b.databases = make([]*hyperscan.Set, len(b.DBs))
	for i := range b.DBs {
		d := &b.DBs[i]
		if d.Off > uint64(len(bytes)) || d.Len > uint64(len(bytes))-d.Off {
			return fmt.Errorf("%w: pattern database %d lies outside", ErrDamaged, i)
		}
		db, err := hyperscan.OpenSet(bytes[d.Off : d.Off+d.Len])
		if err != nil {
			return fmt.Errorf("%w: pattern database %d: %v", ErrForeign, i, err)
		}
		b.databases[i] = db
	}
	for i := range b.Ops {
		switch op := &b.Ops[i]; op.Code {
		case OpCSum:
			b.NeedsChecksums = true
		case OpFileDigest:
			b.NeedsDigest[min(uint32(op.A), 2)] = true
		case OpEvent:
			b.NeedsOverlaps = b.NeedsOverlaps || op.A == int32(input.StreamReassemblyOverlapDifferentData)
		case OpFilestore:
			b.NeedsStore = true
		case OpFrame:
			b.NeedsFrames = true
			b.NeedsWholeFrames = b.NeedsWholeFrames || op.A == int32(input.FrameStream)
		}
	}
	for i := range b.Keys {
		b.NeedsMagic = b.NeedsMagic || b.Keys[i].Buf == buf.FileMagic
	}
	for i := range b.FW {
		for t := range b.pre {
			pol := &b.FW[i].Policy[t]
			b.pre[t] = pol.Action != ActAccept || pol.Rule != 0
			for _, s := range b.FW[i].Pre[t] {
				b.pre[t] = b.pre[t] || s.N > 0
			}
		}
	}
	return b.compileRegexes()
}

// NewScratch makes matcher memory for every database of the bundle, for one
// worker.
func (b *Bundle) NewScratch() (*hyperscan.Scratch, error) {
	var dbs []*hyperscan.Database
	for _, s := range b.databases {
		if db := s.Rest(); db != nil {
			dbs = append(dbs, db)
		}
	}
	return hyperscan.NewScratch(dbs...)
}

// dbHandle is the matcher's handle of database db (1-based).
func (b *Bundle) dbHandle(db uint32) uintptr { return b.databases[db-1].Handle() }

// Close frees the databases and regular expressions. No worker may run the
// bundle any more; the octets themselves belong to the caller.
func (b *Bundle) Close() {
	for _, d := range b.databases {
		if d != nil {
			d.Close()
		}
	}
	b.databases = nil
	b.closeRegexes()
}

// Trim gives back to the system what closed bundles left behind. It is for a
// thread that is no worker.
func Trim() { hyperscan.Trim() }

// compileRegexes compiles the bundle's expressions, with JIT, on all processors:
// several thousand take tens of milliseconds.
func (b *Bundle) compileRegexes() error {
	b.regexes = spare.take(len(b.PCREs))
	var wg sync.WaitGroup
	n := max(runtime.NumCPU(), 1)
	errs := make([]error, n)
	for k := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := k; i < len(b.PCREs); i += n {
				r := &b.PCREs[i]
				if uint64(r.Off)+uint64(r.Len) > uint64(len(b.Blob)) {
					errs[k] = errors.Join(errs[k], fmt.Errorf("%w: expression %d lies outside", ErrDamaged, i))
					continue
				}
				if err := b.regexes[i].code.Compile(b.Blob[r.Off:r.Off+r.Len], pcre2.Options(r.Options)); err != nil {
					errs[k] = errors.Join(errs[k], err)
				}
			}
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (b *Bundle) closeRegexes() {
	for i := range b.regexes {
		b.regexes[i].code.Close()
	}
	spare.put(b.regexes)
	b.regexes = nil
}

// spareRegexes keeps the table of a closed bundle for the next one: the engine's
// heap is not collected, and reloads are many.
type spareRegexes struct {
	sync.Mutex
	table []regex
}

var spare spareRegexes

// take gives an empty table of n expressions.
func (s *spareRegexes) take(n int) []regex {
	s.Lock()
	defer s.Unlock()
	t := s.table
	s.table = nil
	if cap(t) < n {
		return make([]regex, n, n+n/8)
	}
	t = t[:n]
	clear(t)
	return t
}

func (s *spareRegexes) put(t []regex) {
	s.Lock()
	defer s.Unlock()
	if cap(t) > cap(s.table) {
		s.table = t[:0]
	}
}
