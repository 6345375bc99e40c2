package line

import (
	"bytes"

	"github.com/weir-ips/weir/match/input"
)

// Reader takes the lines of both directions of a flow.
type Reader struct {
	// skip: the rest of a line that is too long, by direction.
	skip [2]bool
}

// Kind says what Next returned.
type Kind uint8

// Kinds. Cut: the line is longer; what is behind it is skipped. Skipped: the rest
// of such a line, or of one that began in a gap.
const (
	Whole Kind = iota
	Cut
	Skipped
)

// Next takes a line off b: its octets without the line end, of which most are
// looked at, and how many to move on. n is 0 when the line is not complete.
func (r *Reader) Next(d input.Dir, b []byte, most int) (l []byte, n int, k Kind) {
	lf := bytes.IndexByte(b, '\n')
	if r.skip[d-1] {
		if lf < 0 {
			return nil, len(b), Skipped
		}
		r.skip[d-1] = false
		return nil, lf + 1, Skipped
	}
	if lf < 0 && len(b) < most {
		return nil, 0, Whole
	}
	if lf < 0 || lf >= most {
		r.skip[d-1] = true
		return b[:most], most, Cut
	}
	l = b[:lf]
	if lf > 0 && l[lf-1] == '\r' {
		l = l[:lf-1]
	}
	return l, lf + 1, Whole
}

// Lost tells of missing octets: lines go on with the next one.
func (r *Reader) Lost(d input.Dir) { r.skip[d-1] = true }

// Back undoes Next for a line that could not be taken now: it comes again.
func (r *Reader) Back(d input.Dir) { r.skip[d-1] = false }

// Fold compares without regard to case; name is in upper case.
func Fold(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			c -= 32
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// Upper changes letters to upper case.
func Upper(b []byte) {
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 32
		}
	}
}
