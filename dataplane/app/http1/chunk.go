package http1

// Chunk framing (RFC 9112 section 7.1) with what servers and browsers let pass.

// chunkControl is an octet that may stand in front of a chunk's length.
func chunkControl(c byte) bool {
	return c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == '\v' || c == '\f'
}

// chunkBlank: the line has nothing but those.
func chunkBlank(line []byte) bool { return len(skip(line, chunkControl)) == 0 }

// badChunkStart: what stands where a length should cannot become one.
func badChunkStart(b []byte) bool {
	b = skip(b, chunkControl)
	if len(b) == 0 {
		return false
	}
	_, ok := hexValue(b[0])
	return !ok
}

// chunkLength reads the line of a chunk's length. ext: an extension follows it.
func chunkLength(line []byte) (v uint64, ext, ok bool) {
	b := skip(line, chunkControl)
	digits := 0
	for len(b) > 0 {
		d, hex := hexValue(b[0])
		if !hex {
			break
		}
		v = v<<4 | uint64(d)
		if v > 1<<31-1 {
			return 0, false, false
		}
		digits++
		b = b[1:]
	}
	return v, indexByte(b, ';') >= 0, digits > 0
}
