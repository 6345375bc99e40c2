package http1

import (
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/match/input"
)

// maxLayers is the most content codings that are undone, whatever the options
// say.
const maxLayers = 8

// maxProbe is how many octets of a coded body are remembered while nothing came
// out, to try another coding on them.
const maxProbe = 4096

// layer undoes one content coding.
type layer struct {
	code     coding
	dec      decompress.Decoder
	gz       gzipHeader
	restarts uint8
	// produced: octets came out; ended: nothing more will; pass: octets go through
	// as they are.
	produced, ended, pass bool
	probe                 []byte
}

// chain is the layers of a body, the one to be undone first last.
type chain struct {
	layers [maxLayers]layer
	n      int
}

// stop ends decoding; what was decoded stays.
func (c *chain) stop() {
	for i := range c.n {
		c.layers[i].ended = true
	}
}

func (c *chain) release(sh *Shared) {
	for i := range c.n {
		l := &c.layers[i]
		if l.dec != nil {
			sh.dec.put(l.dec)
		}
		sh.env.Mem.Put(l.probe)
		*l = layer{}
	}
	c.n = 0
}

// chooseCoding reads Content-Encoding and prepares the layers.
func (s *State) chooseCoding(t *Tx, d input.Dir) {
	req := d == input.ToServer
	if req && !s.opt.RequestDecompression || s.bombs >= s.opt.BombCount {
		return
	}
	m := t.side(d)
	h := m.findLoose("content-encoding")
	if h == nil {
		return
	}
	v := m.at(h.value)
	if c, ok := codingOf(v); ok {
		s.addLayer(t, m, c)
		return
	}
	layers, lzmas := 0, 0
	for len(v) > 0 {
		k := 0
		for k < len(v) && v[k] != ',' && v[k] != ' ' {
			k++
		}
		tok := v[:k]
		v = v[min(k+1, len(v)):]
		if len(tok) == 0 {
			continue
		}
		if layers++; s.opt.Layers > 0 && layers > s.opt.Layers {
			t.raise(evTooManyLayers)
			return
		}
		c, exact := listedCoding(tok)
		if !exact {
			t.raise(evAbnormalCE)
		}
		if c == codeLzma {
			if lzmas++; lzmas > max(s.opt.LzmaLayers, 1) {
				t.raise(pick(req, evReqLzmaLayers, evRespLzmaLayers))
				return
			}
		}
		s.addLayer(t, m, c)
	}
}

// codingOf reads a header with one coding; NUL octets do not count.
func codingOf(v []byte) (coding, bool) {
	for _, r := range [...]struct {
		name string
		c    coding
	}{{"gzip", codeGzip}, {"x-gzip", codeGzip}, {"deflate", codeDeflate}, {"x-deflate", codeDeflate}, {"br", codeBrotli},
		{"lzma", codeLzma}, {"inflate", codeNone}, {"none", codeNone}} {
		if equalNoNUL(v, r.name) {
			return r.c, true
		}
	}
	return codeNone, false
}

// listedCoding reads one of several; what contains a coding's name counts as it.
func listedCoding(tok []byte) (c coding, exact bool) {
	switch {
	case hasFold(tok, "gzip"):
		return codeGzip, string(tok) == "gzip" || string(tok) == "x-gzip"
	case hasFold(tok, "deflate"):
		return codeDeflate, string(tok) == "deflate" || string(tok) == "x-deflate"
	case string(tok) == "lzma":
		return codeLzma, true
	case string(tok) == "br":
		return codeBrotli, true
	case string(tok) == "inflate" || string(tok) == "none" || string(tok) == "identity":
		return codeNone, true
	}
	return codeNone, false
}

func hasFold(b []byte, s string) bool {
	for i := 0; i+len(s) <= len(b); i++ {
		if equalFold(b[i:i+len(s)], s) {
			return true
		}
	}
	return false
}

func (s *State) addLayer(t *Tx, m *message, c coding) {
	ch := &m.body.chain
	if c == codeNone || ch.n == maxLayers {
		return
	}
	l := &ch.layers[ch.n]
	*l = layer{code: c}
	ch.n++
	if c == codeLzma && s.opt.LzmaLayers == 0 {
		t.raise(evLzmaDisabled)
		l.pass = true
		return
	}
	s.startLayer(t, l)
}

// startLayer gets the layer a decoder.
func (s *State) startLayer(t *Tx, l *layer) {
	if l.dec != nil {
		s.sh.dec.put(l.dec)
	}
	l.gz = gzipHeader{}
	if l.dec = s.sh.dec.take(l.code, s.opt.LzmaMemory); l.dec == nil {
		s.sh.Stats.NoDecoder++
		t.raise(evGzipFailed)
		l.pass = true
	}
}

// decode undoes the codings of octets of a body.
func (s *State) decode(t *Tx, d input.Dir, b []byte) {
	ch := &t.side(d).body.chain
	s.feed(t, d, ch, ch.n-1, b)
}

// decodeEnd says that nothing follows: what no decoder made sense of is body as
// it is.
func (s *State) decodeEnd(t *Tx, d input.Dir) {
	ch := &t.side(d).body.chain
	for i := ch.n - 1; i >= 0; i-- {
		l := &ch.layers[i]
		if !l.produced && !l.pass && !l.ended && len(l.probe) > 0 && l.code == codeGzip && !l.gz.done {
			l.pass = true
			s.feed(t, d, ch, i-1, l.probe)
		}
		l.ended = true
	}
}

// feed gives octets to layer i, and what comes out to the one below; below the
// last is the body.
func (s *State) feed(t *Tx, d input.Dir, ch *chain, i int, b []byte) {
	if i < 0 {
		s.bodyDecoded(t, d, b)
		return
	}
	l := &ch.layers[i]
	if l.ended {
		return
	}
	if l.pass {
		s.feed(t, d, ch, i-1, b)
		return
	}
	if !l.produced {
		// What was refused before is refused again with the rest.
		if n := min(len(b), maxProbe-len(l.probe)); n > 0 {
			p, ok := s.env.Keep.Append(l.probe, b[:n])
			if !ok {
				s.noMemory = true
				return
			}
			l.probe = p
		}
	}
	for !s.inflate(t, d, ch, i, b) {
		// The coding does not fit: try the next one on all that came so far.
		if l.produced || l.restarts == 3 {
			if l.produced {
				l.ended = true
				return
			}
			l.pass = true
			s.feed(t, d, ch, i-1, l.probe)
			return
		}
		l.restarts++
		l.code = nextCoding(l.code)
		s.startLayer(t, l)
		if l.pass {
			s.feed(t, d, ch, i-1, l.probe)
			return
		}
		b = l.probe
	}
}

// nextCoding is what is tried when a coding does not fit: servers mislabel.
func nextCoding(c coding) coding {
	switch c {
	case codeDeflate:
		return codeZlib
	case codeZlib:
		return codeGzip
	}
	return codeDeflate
}

// inflate runs the layer's decoder; false: the octets are not of its format.
func (s *State) inflate(t *Tx, d input.Dir, ch *chain, i int, b []byte) bool {
	l := &ch.layers[i]
	if l.code == codeGzip && !l.gz.done {
		rest, ok := l.gz.read(b)
		if !ok {
			return false
		}
		if b = rest; !l.gz.done {
			return true
		}
	}
	out := s.sh.outs[i]
	for {
		in, n, st := l.dec.Decode(b, out)
		b = b[in:]
		if n > 0 {
			l.produced = true
			s.feed(t, d, ch, i-1, out[:n])
			if s.noMemory || s.bomb(t, d, ch) {
				return true
			}
		}
		switch st {
		case decompress.NeedInput:
			return true
		case decompress.NeedOutput:
			if in == 0 && n == 0 {
				return true
			}
			continue
		case decompress.End:
			l.ended = true
			return true
		case decompress.NoMemory:
			if l.code == codeLzma {
				t.raise(evLzmaMemory)
			}
			if !l.produced {
				l.restarts = 3
			}
			return false
		default:
			return false
		}
	}
}

// bomb reports a body that expands beyond bounds, and ends its decoding.
func (s *State) bomb(t *Tx, d input.Dir, ch *chain) bool {
	m := t.side(d)
	if m.entity <= uint64(s.opt.BombLimit) {
		return ch.layers[ch.n-1].ended
	}
	if m.entity > m.length*uint64(s.opt.BombRatio) {
		t.raise(evBomb)
		if s.bombs++; s.bombs == s.opt.BombCount {
			t.raise(evBombLimit)
		}
		ch.stop()
		return true
	}
	return false
}
