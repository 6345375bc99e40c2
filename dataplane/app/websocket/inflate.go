package websocket

import (
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/zlib"
)

// maxInflated bounds what one message may become, kept or not: what follows it in
// the same direction cannot be read any more.
const maxInflated = 4 << 20

// maxEnds bounds how often a message may end its stream of deflate and begin
// another: every end costs a call, and two octets are enough for one.
const maxEnds = 16

// tail is what a sender takes off the end of each message (RFC 7692 section 7.2.2).
var tail = []byte{0, 0, 0xff, 0xff}

// inflate undoes the compression of a whole message (RFC 7692 section 7). What
// cannot be undone stays as it came.
func (s *State) inflate(sd *side) {
	if sd.dec == nil && !s.lend(sd) {
		return
	}
	p := &sd.frame
	var text []byte
	total, ends := 0, 0
	for _, in := range [2][]byte{p.text, tail} {
		for {
			used, n, st := sd.dec.Decode(in, s.sh.out)
			in = in[used:]
			total += n
			out, ok := s.sh.env.Mem.Append(text, s.sh.out[:min(n, max(s.sh.opt.Payload-len(text), 0))])
			if ok {
				text = out
			}
			if st == decompress.End {
				// A sender that ends its stream begins another.
				sd.dec.Reset()
				ends++
			}
			again := st == decompress.NeedOutput || st == decompress.End && len(in) > 0 && ends < maxEnds
			if !again || used == 0 && n == 0 || total > maxInflated {
				break
			}
		}
	}
	if len(text) == 0 {
		s.sh.env.Mem.Put(text)
		return
	}
	s.sh.env.Mem.Put(p.text)
	p.text = text
}

// lend gives a direction a decoder; false: there is none left.
func (s *State) lend(sd *side) bool {
	z := s.sh.decoders.Take(nil)
	switch {
	case z == nil:
	case z.Opened():
		z.ResetTo(zlib.Raw)
		sd.dec = z
		return true
	case z.Open(zlib.Raw) == nil:
		sd.dec = z
		return true
	default:
		s.sh.decoders.Put(z)
	}
	s.sh.NoDecoder++
	return false
}
