package file

import (
	"bytes"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// put sends octets from start to end of data as one part.
func put(p *Pool, host string, data []byte, start, end int, now int64) *File {
	part, ok := p.OpenPart(input.ToClient, []byte(host), []byte("/f"), []byte("f"), uint64(start), uint64(len(data)), now)
	if !ok {
		return nil
	}
	for at := start; at < end; at += 333 {
		p.AppendPart(&part, data[at:min(at+333, end)])
	}
	return p.ClosePart(&part)
}

func TestRanges(t *testing.T) {
	data := octets(4000)
	for name, c := range map[string]struct {
		parts [][2]int
		whole bool
	}{
		"in order":       {[][2]int{{0, 1000}, {1000, 3000}, {3000, 4000}}, true},
		"last first":     {[][2]int{{3000, 4000}, {1000, 3000}, {0, 1000}}, true},
		"overlapping":    {[][2]int{{0, 1500}, {1000, 3200}, {500, 2000}, {3000, 4000}}, true},
		"twice":          {[][2]int{{2000, 4000}, {2000, 4000}, {0, 2000}}, true},
		"a hole":         {[][2]int{{0, 1000}, {1001, 4000}}, false},
		"the last octet": {[][2]int{{0, 3999}}, false},
		"too far":        {[][2]int{{0, 4000}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := rig(t, 4<<20, nil)
			p.Need(Needs{Wanted: Wanted{SHA256: true}})
			var f *File
			for i, r := range c.parts {
				if f != nil {
					t.Fatalf("whole before part %d", i)
				}
				f = put(p, "h", data, r[0], r[1], 0)
			}
			if (f != nil) != c.whole {
				t.Fatalf("whole: %v, want %v", f != nil, c.whole)
			}
			if f != nil {
				if f.State != Closed || f.Size != uint64(len(data)) || !bytes.Equal(f.View().Data, data) {
					t.Error("the file is not what its parts were")
				}
				p.Put(f)
			}
		})
	}
}

// TestRangesApart: parts of other hosts, other sizes and of long ago do not join.
func TestRangesApart(t *testing.T) {
	p := rig(t, 4<<20, func(o *Options) { o.RangeTimeoutUS = 1000 })
	data := octets(2000)
	put(p, "a", data, 0, 1000, 0)
	if put(p, "b", data, 1000, 2000, 0) != nil {
		t.Error("another host's part completed the file")
	}
	if put(p, "a", append(data, 0), 1000, 2001, 0) != nil {
		t.Error("a part of a file of another size completed it")
	}
	if put(p, "a", data, 1000, 2000, 2000) != nil {
		t.Error("a part that came too late completed it")
	}
}

// TestRangesBounded: parts without end neither grow memory nor stop others.
func TestRangesBounded(t *testing.T) {
	p := rig(t, 4<<20, func(o *Options) { o.RangeMemory = 100 << 10 })
	data := octets(60 << 10)
	for i := range 3 * maxRanged {
		put(p, string(rune('a'+i%26))+string(rune('a'+i/26)), data, 1<<10, len(data), int64(i))
	}
	for i := range 3 * maxPieces {
		put(p, "aa", data, 2+3*i, 3+3*i, 0)
	}
	if p.ranged.held > 100<<10 || p.Stats.RangeFull == 0 {
		t.Errorf("%d octets held, %d refused", p.ranged.held, p.Stats.RangeFull)
	}
	if f := put(p, "zz", data, 0, len(data), 1<<40); f == nil {
		t.Error("old files keep their places")
	} else {
		p.Put(f)
	}
	p.DropParts()
	if p.ranged.held != 0 {
		t.Errorf("%d octets held at the end", p.ranged.held)
	}
}

// FuzzRanges: whatever parts come, the file is whole exactly when they cover it,
// and then it is the file.
func FuzzRanges(f *testing.F) {
	f.Add([]byte{0, 100, 100, 255})
	f.Add([]byte{200, 255, 100, 210, 0, 100})
	f.Add([]byte{0, 255, 0, 255})
	f.Fuzz(func(t *testing.T, cuts []byte) {
		p := rig(t, 4<<20, nil)
		data := octets(255)
		var have [255]bool
		for i := 0; i+1 < len(cuts) && i < 80; i += 2 {
			start, end := int(min(cuts[i], cuts[i+1])), int(max(cuts[i], cuts[i+1]))
			got := put(p, "h", data, start, end, 0)
			for k := start; k < end; k++ {
				have[k] = true
			}
			all := true
			for _, h := range have {
				all = all && h
			}
			if (got != nil) != all {
				t.Fatalf("part %d-%d: whole %v, want %v", start, end, got != nil, all)
			}
			if got != nil {
				if !bytes.Equal(got.View().Data, data) {
					t.Fatal("the file is not what its parts were")
				}
				p.Put(got)
				have = [255]bool{}
			}
		}
	})
}
