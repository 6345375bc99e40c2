package file

import (
	"bytes"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// TestWindowViews: what rules are shown as a body streams by.
func TestWindowViews(t *testing.T) {
	p := rig(t, 1<<20, nil)
	var w Window
	check := func(when string, want input.View) {
		t.Helper()
		v := w.View()
		if string(v.Data) != string(want.Data) || v.Avail != want.Avail || v.Start != want.Start || v.First != want.First || v.Last != want.Last {
			t.Errorf("%s: %+v, want %+v", when, v, want)
		}
	}
	check("empty", input.View{Avail: input.Wait})
	w.Append(p.mem, []byte("abc"), 1024)
	check("begun", input.View{Data: []byte("abc"), Avail: input.More, First: true})
	w.Gap(p.mem, 5)
	w.Append(p.mem, []byte("xyz"), 1024)
	check("behind a gap", input.View{Data: []byte("xyz"), Avail: input.More, Start: 8})
	w.Close()
	check("closed", input.View{Data: []byte("xyz"), Avail: input.Done, Start: 8, Last: true})
	w.Release(p.mem)
	w.Close()
	check("ended empty", input.View{Avail: input.None})
}

// TestWindowSlides: what was offered goes, but for the margin; what was not stays.
func TestWindowSlides(t *testing.T) {
	p := rig(t, 8<<20, nil)
	const keep = 1024
	var w Window
	data := octets(300 << 10)
	for at := 0; at < len(data); {
		n := min(len(data)-at, 1+at%2900)
		w.Begin()
		if !w.Append(p.mem, data[at:at+n], keep) {
			t.Fatal("no memory")
		}
		at += n
		v := w.View()
		if !bytes.Equal(v.Data, data[v.Start:v.Start+uint64(len(v.Data))]) || w.End() != uint64(at) {
			t.Fatalf("at %d: the view is not what came", at)
		}
		if fresh := at - n; v.Start > uint64(max(0, fresh-keep)) || len(v.Data) > 4*keep+2900 {
			t.Fatalf("at %d: %d octets from %d, want a margin of %d before %d and not much more", at, len(v.Data), v.Start, keep, fresh)
		}
		p.mem.Flush()
	}
	w.Release(p.mem)
}

// FuzzWindow holds a window against a model: every octet that came since the last
// Begin, in its place, whatever the sizes, gaps and the memory.
func FuzzWindow(f *testing.F) {
	f.Add([]byte{10, 200, 0, 255, 3, 254, 7, 1, 2, 3}, uint8(0))
	f.Add([]byte{255, 255, 255, 254, 255, 253, 255}, uint8(3))
	f.Fuzz(func(t *testing.T, ops []byte, hold uint8) {
		p := rig(t, 2<<20, nil)
		for range min(int(hold), 30) {
			if s := p.mem.Get(64 << 10); s != nil {
				defer p.mem.Put(s)
			}
		}
		var w Window
		defer func() { w.Release(p.mem) }()
		var all []byte // zero where octets are missing
		begun, next := 0, byte(1)
		for _, op := range ops[:min(len(ops), 200)] {
			switch op {
			case 255:
				w.Begin()
				begun = len(all)
			case 254:
				w.Gap(p.mem, 77)
				all = append(all, make([]byte, 77)...)
				begun = len(all)
			default:
				piece := bytes.Repeat([]byte{next}, int(op)*40)
				next = next%250 + 1
				if !w.Append(p.mem, piece, 1024) {
					return
				}
				all = append(all, piece...)
			}
			p.mem.Flush()
			v := w.View()
			if w.End() != uint64(len(all)) || v.Start+uint64(len(v.Data)) != uint64(len(all)) && len(v.Data) > 0 {
				t.Fatalf("end %d, want %d", w.End(), len(all))
			}
			// Of more than a window holds, half a window is left at the least.
			first := begun
			if len(all)-begun > maxWindow/2 {
				first = len(all) - maxWindow/2
			}
			if len(v.Data) > 0 && (!bytes.Equal(v.Data, all[v.Start:]) || v.Start > uint64(first)) {
				t.Fatalf("the view begins at %d of %d, Begin was at %d", v.Start, len(all), begun)
			}
		}
	})
}
