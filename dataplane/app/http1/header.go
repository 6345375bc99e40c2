package http1

// Flags of a header line.
const (
	hdrNoColon uint8 = 1 << iota
	hdrEmptyName
	hdrNotToken
	hdrSpaceAfter
	hdrSpaceBefore
	hdrFolded
	hdrDeformed
	hdrRepeated
)

// maxFolds is how many continuation lines one header may have.
const maxFolds = 128

// field is a header found in a block: offsets into the block, and, when the
// value was folded, into the unfolded octets.
type field struct {
	nameOff, nameEnd int
	valOff, valEnd   int
	flags            uint8
}

// scan results.
const (
	scanField = iota // a header was found
	scanEnd          // the block's end was found
	scanMore         // octets are missing
)

// headerScanner reads header blocks as libhtp-like servers do. Requests end
// their lines with LF, responses with CR, too.
type headerScanner struct {
	response bool
	// final: nothing will follow.
	final bool
	// fold receives unfolded values.
	fold []byte
}

// next reads one header of b at i; to is where to go on. A folded value stands in
// s.fold, flagged by hdrFolded, with its offsets there.
func (s *headerScanner) next(b []byte, i int, first bool) (f field, to, res int) {
	if n := s.blank(b, i, first); n != 0 {
		if n < 0 {
			return f, i, scanMore
		}
		return f, i + n, scanEnd
	}
	if i == len(b) {
		return f, i, scanMore
	}
	at := i
	if colon := s.colon(b, i); colon >= 0 {
		f.nameOff, f.nameEnd = i, colon
		f.flags = nameFlags(b[i:colon])
		f.nameOff, f.nameEnd = trimSpan(b, f.nameOff, f.nameEnd)
		at = colon + 1
		for at < len(b) && (b[at] == ' ' || b[at] == '\t') {
			at++
		}
	} else {
		f.flags = hdrNoColon | hdrEmptyName
		f.nameOff, f.nameEnd = i, i
	}
	to, ok := s.value(b, at, &f)
	if !ok {
		return f, i, scanMore
	}
	return f, to, scanField
}

// blank is the length of the empty line at i, 0 for none, -1 when too little is
// there to say.
func (s *headerScanner) blank(b []byte, i int, first bool) int {
	if i >= len(b) {
		return 0
	}
	switch b[i] {
	case '\n':
		if s.response && i+1 < len(b) && b[i+1] == '\r' && (i+2 >= len(b) || b[i+2] != '\n') && !first {
			return 2
		}
		return 1
	case '\r':
		if i+1 == len(b) {
			if s.final {
				return 1
			}
			return -1
		}
		if b[i+1] == '\n' {
			return 2
		}
		if s.response && !first {
			return 1
		}
	}
	return 0
}

// colon finds the one that ends the name at i; -1: the line has none. A line end
// followed by a space does not end a name.
func (s *headerScanner) colon(b []byte, i int) int {
	ended := byte(0)
	for k := i; k < len(b); k++ {
		c := b[k]
		switch {
		case ended == 0:
			if c == ':' {
				return k
			}
			if c == '\n' || s.response && c == '\r' {
				ended = c
			}
		case c == ' ':
			ended = 0
		case c == '\n' && ended == '\r':
			ended = c
		default:
			return -1
		}
	}
	return -1
}

func nameFlags(name []byte) (fl uint8) {
	if len(name) == 0 {
		return hdrEmptyName
	}
	if name[0] == ' ' || name[0] == '\t' {
		fl |= hdrSpaceBefore
	}
	if c := name[len(name)-1]; c == ' ' || c == '\t' {
		fl |= hdrSpaceAfter
	}
	blank := func(c byte) bool { return c == ' ' || c == '\t' }
	if len(skip(skip(skip(name, blank), isToken), blank)) > 0 {
		fl |= hdrNotToken
	}
	return fl
}

func trimSpan(b []byte, from, to int) (int, int) {
	for from < to && isSpace(b[from]) {
		from++
	}
	for from < to && isSpace(b[to-1]) {
		to--
	}
	return from, to
}

// value reads a value with its continuation lines.
func (s *headerScanner) value(b []byte, i int, f *field) (to int, ok bool) {
	end, eol, fold, ok := s.line(b, i, f)
	if !ok {
		return i, false
	}
	f.valOff, f.valEnd = i, end
	at := end + eol
	if !fold {
		f.valOff, f.valEnd = trimSpan(b, f.valOff, f.valEnd)
		return at, true
	}
	f.flags |= hdrFolded
	s.fold = append(s.fold[:0], b[i:end]...)
	for range maxFolds {
		lws := b[at]
		body := at + 1
		if s.response && s.looksLikeHeader(b, body) {
			// What browsers take for a header of its own.
			at = body
			break
		}
		end, eol, fold, ok = s.line(b, body, f)
		if !ok {
			return i, false
		}
		if len(s.fold) > 0 {
			s.fold = append(s.fold, lws)
		}
		if end == body && eol == 1 {
			// Nothing but white space before a bare LF ends the block.
			if !fold && end+1 < len(b) && b[end+1] == '\n' {
				at = end + 1
			} else {
				at = end
			}
			break
		}
		s.fold = append(s.fold, b[body:end]...)
		at = end + eol
		if !fold {
			break
		}
	}
	f.valOff, f.valEnd = trimSpan(s.fold, 0, len(s.fold))
	return at, true
}

// looksLikeHeader: a token and a colon stand at i.
func (s *headerScanner) looksLikeHeader(b []byte, i int) bool {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	k := i
	for k < len(b) && isToken(b[k]) {
		k++
	}
	if k == i {
		return false
	}
	for k < len(b) && (b[k] == ' ' || b[k] == '\t') {
		k++
	}
	return k < len(b) && b[k] == ':'
}

// line finds the end of the line at i: where its content ends, how long its line
// end is, and whether the next line continues it.
func (s *headerScanner) line(b []byte, i int, f *field) (end, eol int, fold, ok bool) {
	end = i
	for end < len(b) && b[end] != '\n' && !(s.response && b[end] == '\r') {
		end++
	}
	if end == len(b) {
		return end, 0, false, s.final
	}
	if end > i && b[end-1] == '\r' {
		end--
	}
	eol = s.eol(b, end)
	next := end + eol
	if next >= len(b) {
		return end, eol, false, s.final
	}
	if b[next] == ' ' || b[next] == '\t' || b[next] == 0 {
		return end, eol, true, true
	}
	if n := s.deformed(b, end); n > 0 {
		f.flags |= hdrDeformed
		next = end + n
		if next < len(b) && !s.response && (b[next] == ' ' || b[next] == '\t') {
			return end, n, true, true
		}
		return end, n, false, true
	}
	return end, eol, false, true
}

// eol is the length of the line end at i.
func (s *headerScanner) eol(b []byte, i int) int {
	if b[i] == '\r' {
		if i+1 < len(b) && b[i+1] == '\n' {
			return 2
		}
		return 1
	}
	if s.response && i+1 < len(b) && b[i+1] == '\r' && (i+2 >= len(b) || b[i+2] != '\n') {
		return 2
	}
	return 1
}

// deformed is the length of one of the odd line ends that browsers pass over.
func (s *headerScanner) deformed(b []byte, i int) int {
	t := b[i:]
	has := func(k int, p string) bool { return len(t) >= k+len(p) && string(t[k:k+len(p)]) == p }
	if has(0, "\n\r\r\n") && (has(4, "\n") || has(4, "\r\n")) {
		return 4
	}
	if !s.response {
		if has(0, "\n\r\r\n") {
			return 2
		}
		return 0
	}
	if !has(0, "\r\n\r") {
		return 0
	}
	k := 3
	for k < len(t) && (t[k] == '\r' || t[k] == ' ' || t[k] == '\t') {
		k++
	}
	if k == 3 || k == len(t) {
		return 0
	}
	if t[k] == '\n' {
		k++
	}
	if has(k, "\n") || has(k, "\r\n") {
		return 0
	}
	return k
}
