package http2

import (
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/input"
)

// bombRatio bounds what a body may expand to: so many times its octets, once it is
// larger than Options.BombLimit.
const bombRatio = 2048

// body is the content of a message as it streams by.
type body struct {
	win     file.Window
	file    *file.File
	dec     decompress.Decoder
	length  uint64 // octets of DATA frames, padding taken off
	entity  uint64 // after content codings
	started bool
	// part is the body's share in a file that comes in ranges.
	part   file.Part
	isPart bool
	ended  bool // decoding is over
	raw    bool // deflate without the wrapping of zlib was tried
}

// begin marks what was offered to detection already.
func (b *body) begin() {
	b.win.Begin()
	if b.file != nil {
		b.file.Begin()
	}
}

func (b *body) release(sh *Shared) {
	if b.dec != nil {
		sh.putDecoder(b.dec)
		b.dec = nil
	}
	b.win.Release(sh.env.Keep)
}

// bodyOctets takes octets of a stream's content.
func (s *State) bodyOctets(t *Tx, d input.Dir, b []byte) {
	t.touch()
	m := t.side(d)
	bo := &m.body
	bo.length += uint64(len(b))
	if !bo.started {
		bo.started = true
		s.startBody(t, d)
	}
	if m.isDNS {
		s.keepDNS(t, d, b)
	}
	if bo.dec == nil {
		s.entity(t, d, b)
		return
	}
	first := b
	for !bo.ended {
		in, n, st := bo.dec.Decode(b, s.sh.out)
		b = b[in:]
		s.entity(t, d, s.sh.out[:n])
		switch {
		case bo.entity > s.sh.opt.BombLimit && bo.entity > bo.length*bombRatio:
			t.raise(evCompressionBomb)
			bo.ended = true
		case st == decompress.NeedInput:
			return
		case st == decompress.NeedOutput:
			if in == 0 && n == 0 {
				return
			}
		case st == decompress.End:
			bo.ended = true
		case bo.entity == 0 && !bo.raw && rawDeflate(bo.dec):
			// Servers send what RFC 1951 says where RFC 9110 means RFC 1950.
			bo.raw = true
			b = first
		default:
			t.raise(evFailedDecompression)
			bo.ended = true
		}
	}
}

// startBody chooses a decoder and opens the file that the content is: named by
// the target.
func (s *State) startBody(t *Tx, d input.Dir) {
	m := t.side(d)
	m.isDNS = m.carriesDNS()
	if coding, ok := m.find("content-encoding"); ok {
		m.body.dec = s.sh.decoder(coding)
	}
	name, _ := t.req.find(":path")
	if len(t.files) == cap(t.files) {
		return
	}
	if f := s.sh.env.Files.Open(d, s.fileID, name, &m.body.win); f != nil {
		s.fileID++
		t.files = append(t.files, f)
		m.body.file = f
		if d == input.ToClient {
			s.rangeOf(t, f, name)
		}
	}
}

// rangeOf reads content-range: the body is part of a file, whose other parts may
// come in other streams and connections, and over HTTP/1.
func (s *State) rangeOf(t *Tx, f *file.File, name []byte) {
	v, ok := t.resp.find("content-range")
	if !ok {
		return
	}
	r, ok := file.ParseRange(v)
	switch {
	case !ok, !r.Whole() && !r.Inside():
		t.raise(evInvalidRange)
		return
	case r.Whole():
		return
	}
	f.RangeStart, f.RangeEnd = uint64(r.Start), uint64(r.End)
	host := t.derive(&t.req, drvHost, true)
	if len(host.Data) > 0 && len(name) > 0 {
		bo := &t.resp.body
		bo.part, bo.isPart = s.sh.env.Files.OpenPart(input.ToClient, host.Data, name, name, f.RangeStart, uint64(r.Size), s.nowUS)
	}
}

// endPart closes a part; the file that it made whole becomes the transaction's.
func (s *State) endPart(t *Tx, bo *body) {
	if !bo.isPart {
		return
	}
	bo.isPart = false
	f := s.sh.env.Files.ClosePart(&bo.part)
	switch {
	case f == nil:
	case len(t.files) == cap(t.files):
		s.sh.env.Files.Put(f)
	default:
		f.ID = s.fileID
		s.fileID++
		t.files = append(t.files, f)
	}
}

// entity takes octets of content, codings removed.
func (s *State) entity(t *Tx, d input.Dir, b []byte) {
	bo := &t.side(d).body
	bo.entity += uint64(len(b))
	if lim := s.sh.opt.Body; lim > 0 {
		b = b[:min(uint64(len(b)), lim-min(lim, bo.win.End()))]
	}
	if len(b) == 0 {
		return
	}
	if !bo.win.Append(s.sh.env.Keep, b, s.sh.env.Files.Options().Keep) {
		s.noMemory = true
		return
	}
	if bo.file != nil {
		bo.file.Append(b)
	}
	if bo.isPart {
		s.sh.env.Files.AppendPart(&bo.part, b)
	}
}

// finish ends a direction. cut: before its end. Frames other than of headers and
// data may follow until the other one has ended as well, so a stream is complete
// as a whole.
func (s *State) finish(t *Tx, d input.Dir, cut bool) {
	m := t.side(d)
	if m.ended {
		return
	}
	t.touch()
	m.ended, m.progress = true, stepClosed
	if m.isDNS && !cut {
		s.carried(t, d, m.dns)
	}
	if t.req.ended && t.resp.ended {
		t.req.progress, t.resp.progress = input.Complete, input.Complete
	}
	st := file.Closed
	if cut {
		st = file.Truncated
	}
	if m.body.file != nil {
		m.body.file.Close(st)
		m.body.file = nil
	}
	s.endPart(t, &m.body)
	m.body.win.Close()
}
