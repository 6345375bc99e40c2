package file

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"math/rand"
	"testing"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// rig is a pool with memory of its own, all of which must be back at the end.
func rig(tb testing.TB, memory int, change func(*Options)) *Pool {
	tb.Helper()
	mem, err := slab.NewBytes(memory)
	if err != nil {
		tb.Fatal(err)
	}
	o := DefaultOptions()
	if change != nil {
		change(&o)
	}
	if err := o.Validate(); err != nil {
		tb.Fatal(err)
	}
	p := NewPool(o, slab.NewDeferred(mem))
	tb.Cleanup(func() {
		p.DropParts()
		p.mem.Flush()
		if n := mem.Used(); n != 0 {
			tb.Errorf("%d octets were not given back", n)
		}
		mem.Close()
	})
	return p
}

func octets(n int) []byte {
	b := make([]byte, n)
	rand.New(rand.NewSource(int64(n))).Read(b)
	return b
}

// TestDigests holds digests of files that come in pieces against the libraries'.
func TestDigests(t *testing.T) {
	all := Wanted{MD5: true, SHA1: true, SHA256: true}
	data := octets(3000)
	m, s1, s2 := md5.Sum(data), sha1.Sum(data), sha256.Sum256(data)
	for name, c := range map[string]struct {
		want  Wanted
		gap   bool
		state State
		// digests that are there at the end
		has [3]bool
	}{
		"all":            {all, false, Closed, [3]bool{true, true, true}},
		"one":            {Wanted{SHA1: true}, false, Closed, [3]bool{false, true, false}},
		"none":           {Wanted{}, false, Closed, [3]bool{}},
		"truncated":      {all, false, Truncated, [3]bool{}},
		"octets missing": {all, true, Closed, [3]bool{}},
		"out of memory":  {all, false, Error, [3]bool{}},
	} {
		t.Run(name, func(t *testing.T) {
			p := rig(t, 1<<20, nil)
			p.Need(Needs{Wanted: c.want})
			f := p.Open(input.ToClient, 7, []byte("name"), nil)
			for i := 0; i < len(data); i += 700 {
				f.Append(data[i:min(i+700, len(data))])
			}
			if c.gap {
				f.Gap(10)
			}
			if _, a := f.Digest(input.MD5); a != input.Wait {
				t.Errorf("a digest before the end: %v", a)
			}
			f.Close(c.state)
			f.Close(Error) // too late
			for kind, want := range map[input.Digest][]byte{input.MD5: m[:], input.SHA1: s1[:], input.SHA256: s2[:]} {
				got, a := f.Digest(kind)
				if there := a == input.Done; there != c.has[kind] || there && !bytes.Equal(got, want) {
					t.Errorf("digest %d: %x %v, want %v", kind, got, a, c.has[kind])
				}
			}
			// EVE shows the SHA-256 of what was there of a file that is not whole.
			if s := f.Sums(); (c.state == Truncated || c.gap) && (s == nil || s.SHA256 != s2) {
				t.Error("no SHA-256 of a truncated file")
			}
			p.Put(f)
		})
	}
}

func TestSize(t *testing.T) {
	p := rig(t, 1<<20, nil)
	for name, c := range map[string]struct {
		end   State
		avail input.Avail
	}{"open": {Opened, input.More}, "closed": {Closed, input.Done}, "truncated": {Truncated, input.None}, "error": {Error, input.None}} {
		f := p.Open(input.ToServer, 0, nil, nil)
		f.Append([]byte("12345"))
		f.Close(c.end)
		if n, a := f.FileSize(); n != 5 || a != c.avail {
			t.Errorf("%s: %d %v, want 5 %v", name, n, a, c.avail)
		}
		p.Put(f)
	}
}

// TestPoolEmpty: what finds no room is refused and counted; nothing is lost.
func TestPoolEmpty(t *testing.T) {
	p := rig(t, 1<<20, func(o *Options) { o.Files, o.Hashers, o.MD5 = 3, 1, true })
	var open []*File
	for range 5 {
		if f := p.Open(input.ToServer, 0, []byte("x"), nil); f != nil {
			open = append(open, f)
		}
	}
	if len(open) != 3 || p.Stats.NoFile != 2 || p.Stats.NoDigest != 2 {
		t.Errorf("%d files, %d and %d refusals, want 3, 2, 2", len(open), p.Stats.NoFile, p.Stats.NoDigest)
	}
	for _, f := range open {
		f.Close(Closed)
		p.Put(f)
	}
	if f := p.Open(input.ToServer, 0, nil, nil); f == nil || f.dig == nil {
		t.Error("nothing came back")
	} else {
		p.Put(f)
	}
}

// TestMemoryFull: a file whose octets find no memory ends in an error.
func TestMemoryFull(t *testing.T) {
	p := rig(t, 1<<20, func(o *Options) { o.Keep = 64 << 10 })
	var held [][]byte
	for {
		s := p.mem.Get(64 << 10)
		if s == nil {
			break
		}
		held = append(held, s)
	}
	f := p.Open(input.ToClient, 0, nil, nil)
	if f.Append(octets(200<<10)) || f.State != Error {
		t.Errorf("state %v", f.State)
	}
	if !f.Append([]byte("more")) || f.Size != 200<<10 {
		t.Errorf("a file that ended grew to %d", f.Size)
	}
	p.Put(f)
	for _, s := range held {
		p.mem.Put(s)
	}
}

func TestNames(t *testing.T) {
	p := rig(t, 1<<20, func(o *Options) { o.NameMax = 4 })
	for in, want := range map[string]string{"": "", "abc": "abc", "abcdef": "abcd"} {
		f := p.Open(input.ToServer, 0, []byte(in), nil)
		v := f.ViewOf(buf.FileName)
		if string(v.Data) != want || (v.Avail == input.None) != (want == "") {
			t.Errorf("%q: %q %v", in, v.Data, v.Avail)
		}
		p.Put(f)
	}
}

// sink is a file store in memory.
type sink struct {
	data map[uint64][]byte
	fail int // after so many calls
}

func (s *sink) Octets(id, at uint64, data []byte) bool {
	if s.fail--; s.fail == 0 {
		return false
	}
	if uint64(len(s.data[id])) != at {
		return false
	}
	s.data[id] = append(s.data[id], data...)
	return true
}

func TestStore(t *testing.T) {
	data := octets(5000)
	for name, c := range map[string]struct {
		force, rule bool
		fail        int
		sent, store bool
	}{
		"nobody asks": {false, false, 0, false, false},
		"a rule may":  {false, true, 0, true, false},
		"every file":  {true, false, 0, true, true},
		"octets lost": {true, false, 3, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := rig(t, 1<<20, func(o *Options) { o.Force = c.force })
			s := &sink{data: map[uint64][]byte{}, fail: c.fail}
			p.SetStore(s, 40)
			p.Need(Needs{Store: c.rule})
			f := p.Open(input.ToClient, 0, nil, nil)
			for i := 0; i < len(data); i += 1000 {
				f.Append(data[i : i+1000])
			}
			f.Close(Closed)
			id, ok := f.Transfer()
			if ok != c.sent || f.Stores() != c.store || ok && !bytes.Equal(s.data[id], data) || ok && id != 40 {
				t.Errorf("transfer %d %v, stores %v", id, ok, f.Stores())
			}
			p.Put(f)
		})
	}
}

func TestNoAllocs(t *testing.T) {
	p := rig(t, 4<<20, nil)
	p.Need(Needs{Wanted: Wanted{true, true, true}})
	data, name := octets(9000), []byte("name.exe")
	one := func() {
		f := p.Open(input.ToClient, 1, name, nil)
		for i := 0; i < len(data); i += 1500 {
			f.Begin()
			f.Append(data[i : i+1500])
			f.View()
		}
		f.Close(Closed)
		p.Put(f)
		part, _ := p.OpenPart(input.ToClient, name, name, name, 3000, 6000, 0)
		p.AppendPart(&part, data[3000:6000])
		p.ClosePart(&part)
		first, _ := p.OpenPart(input.ToClient, name, name, name, 0, 6000, 0)
		p.AppendPart(&first, data[:3000])
		if whole := p.ClosePart(&first); whole != nil {
			p.Put(whole)
		}
		p.mem.Flush()
	}
	one()
	if n := testing.AllocsPerRun(50, one); n != 0 {
		t.Errorf("%v allocations a file", n)
	}
}
