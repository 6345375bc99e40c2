package port

import (
	"bytes"
	"testing"
)

// FuzzRecordReader: whatever the file holds, every record lies in it, the
// reader comes to an end, and it says either that or why not.
func FuzzRecordReader(f *testing.F) {
	for _, write := range formats {
		var b bytes.Buffer
		if err := write(&b, 3); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		exact := bytes.Clone(data)
		r, err := newRecordReader(exact[:len(exact):len(exact)])
		if err != nil {
			return
		}
		var rec record
		for n := 0; r.next(&rec); n++ {
			if len(rec.data) != int(rec.caplen) || rec.caplen > maxCaplen || rec.wirelen < rec.caplen || n > len(data) {
				t.Fatalf("record %d: %d octets, caplen %d, wire %d", n, len(rec.data), rec.caplen, rec.wirelen)
			}
		}
		if r.broken == nil && r.off != len(data) {
			t.Fatalf("ended at %d of %d without a word", r.off, len(data))
		}
	})
}

// FuzzShiftAddrs: frames of any shape; a second shift by the same repetition
// restores the first.
func FuzzShiftAddrs(f *testing.F) {
	for _, p := range shiftFrames(f) {
		f.Add(uint64(7), p)
	}
	f.Fuzz(func(t *testing.T, rep uint64, data []byte) {
		b := bytes.Clone(data)
		ShiftAddrs(rep, 0, b)
		if len(b) >= 14 && !bytes.Equal(b[:14], data[:14]) {
			t.Fatal("the Ethernet header changed")
		}
	})
}
