package http1

import "github.com/weir-ips/weir/dataplane/app"

// Names that a request has in HTTP/2 (RFC 9113 section 8.3.1).
var (
	pseudoMethod    = []byte(":method")
	pseudoPath      = []byte(":path")
	pseudoAuthority = []byte(":authority")
)

// handover keeps the headers of a request that asked for HTTP/2, in its terms: the
// request is that protocol's stream 1 (RFC 7540 section 3.2). Without memory the
// stream has what fitted.
func (s *State) handover(t *Tx) {
	mem := s.env.Mem
	list, ok := app.AppendField(mem, s.flow.Handover[:0], pseudoMethod, t.req.at(t.method))
	if ok {
		list, ok = app.AppendField(mem, list, pseudoPath, t.req.at(t.uri))
	}
	for i := 0; ok && i < t.req.nhdr; i++ {
		h := t.req.hdr(i)
		name := t.req.at(h.name)
		if equalFold(name, "host") {
			list, ok = app.AppendField(mem, list, pseudoAuthority, t.req.at(h.value))
			continue
		}
		// Other names stay as they were sent.
		list, ok = app.AppendField(mem, list, name, t.req.at(h.value))
	}
	s.flow.Handover = list
}
