package dht

import "bytes"

// maxDepth is how deep values may nest: the message, its arguments, a list in them.
const maxDepth = 3

// span is a run of octets of the datagram.
type span struct{ off, n int }

// reader goes through bencode (BEP 3). What is wrong once stays wrong: bad is
// looked at before what was read is used.
type reader struct {
	b   []byte
	off int
	bad bool
}

// peek is the octet that is next; 0 at the end.
func (r *reader) peek() byte {
	if r.bad || r.off >= len(r.b) {
		return 0
	}
	return r.b[r.off]
}

// take goes past c, if that is next.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.off++
	return true
}

// number reads decimal digits up to end. BEP 3 has no leading zeros, nor a zero
// with a sign.
func (r *reader) number(end byte) (v int64) {
	minus := end == 'e' && r.take('-')
	from := r.off
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		if v > 1<<48 {
			r.bad = true
			return 0
		}
		v = v*10 + int64(c-'0')
		r.off++
	}
	n := r.off - from
	if n == 0 || n > 1 && r.b[from] == '0' || minus && v == 0 || !r.take(end) {
		r.bad = true
		return 0
	}
	if minus {
		return -v
	}
	return v
}

// text reads a string.
func (r *reader) text() span {
	n := r.number(':')
	if r.bad || n > int64(len(r.b)-r.off) {
		r.bad = true
		return span{}
	}
	s := span{r.off, int(n)}
	r.off += s.n
	return s
}

// integer reads an integer between 0 and most.
func (r *reader) integer(most int64) uint16 {
	if !r.take('i') {
		r.bad = true
		return 0
	}
	v := r.number('e')
	if v < 0 || v > most {
		r.bad = true
		return 0
	}
	return uint16(v)
}

// skip goes past a value at the given depth.
func (r *reader) skip(depth int) {
	open := 0
	for !r.bad {
		switch c := r.peek(); {
		case c == 'd' || c == 'l':
			open++
			r.bad = depth+open > maxDepth
			r.off++
		case c == 'e' && open > 0:
			open--
			r.off++
		case c == 'i':
			r.off++
			r.number('e')
		default:
			r.text()
		}
		if open == 0 {
			return
		}
	}
}

// keys goes through a dictionary. BEP 3 has its keys sorted, each once.
type keys struct {
	last span
	any  bool
}

// next is the next key; false: the dictionary ended, or is broken.
func (k *keys) next(r *reader) ([]byte, bool) {
	if r.take('e') || r.bad {
		return nil, false
	}
	s := r.text()
	if r.bad {
		return nil, false
	}
	key := r.b[s.off : s.off+s.n]
	if k.any && bytes.Compare(r.b[k.last.off:k.last.off+k.last.n], key) >= 0 {
		r.bad = true
		return nil, false
	}
	k.last, k.any = s, true
	return key, true
}
