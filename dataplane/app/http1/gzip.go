package http1

// gzipHeader reads the header of a gzip member (RFC 1952 section 2.3) over any
// number of calls. Checksums and reserved flags are not looked at: clients do
// not, either.
type gzipHeader struct {
	done  bool
	flags byte
	part  uint8 // 0 fixed part, 1 length of the extra field, 2 extra, 3 name, 4 comment, 5 checksum
	have  int   // octets of the part so far
	extra int
}

// Flags of a gzip header.
const (
	gzHCRC    = 1 << 1
	gzExtra   = 1 << 2
	gzName    = 1 << 3
	gzComment = 1 << 4
)

// read takes header octets off b; ok false: no gzip.
func (g *gzipHeader) read(b []byte) (rest []byte, ok bool) {
	for i, c := range b {
		g.skipAbsent()
		if g.done {
			return b[i:], true
		}
		switch g.part {
		case 0:
			if g.have < 3 && c != "\x1f\x8b\x08"[g.have] {
				return b, false
			}
			if g.have == 3 {
				g.flags = c
			}
			g.take(10)
		case 1:
			g.extra |= int(c) << (8 * g.have)
			g.take(2)
		case 2:
			g.take(g.extra)
		case 3, 4:
			if c == 0 {
				g.part++
			}
		case 5:
			g.take(2)
		}
	}
	g.skipAbsent()
	return nil, true
}

// take counts an octet of a part with n.
func (g *gzipHeader) take(n int) {
	if g.have++; g.have >= n {
		g.have = 0
		g.part++
	}
}

// skipAbsent passes over parts that the flags say are not there.
func (g *gzipHeader) skipAbsent() {
	for g.have == 0 {
		switch {
		case g.part == 1 && g.flags&gzExtra == 0:
			g.part = 3
		case g.part == 2 && g.extra == 0, g.part == 3 && g.flags&gzName == 0,
			g.part == 4 && g.flags&gzComment == 0, g.part == 5 && g.flags&gzHCRC == 0:
			g.part++
		case g.part == 6:
			g.done = true
			return
		default:
			return
		}
	}
}
