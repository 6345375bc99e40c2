package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Frame is the first condition of a list on buf.Frame: which of the protocol's
// frames the list inspects.
type Frame struct {
	Proto string
	Name  string
}

// parseFrame reads `PROTOCOL.NAME`, or `NAME` in a rule whose header names the
// protocol.
func parseFrame(p *parser, _, v string) error {
	v = strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`))
	r := p.r
	if r.Proto.IP[0]&(1<<6|1<<17) == 0 {
		return errors.New("needs a rule on tcp or udp")
	}
	proto, name := frameProto(r.Proto.App), v
	if word, rest, ok := strings.Cut(v, "."); ok {
		if _, known := input.AppProtoOf(word); known && (proto == "" || proto == frameProto(word)) && word != "smb2" {
			proto, name = frameProto(word), rest
		}
	}
	if proto == "" {
		return fmt.Errorf("%q names no protocol, nor does the rule: want PROTOCOL.NAME", v)
	}
	id, _ := input.AppProtoOf(proto)
	if _, ok := input.FrameID(id, name); !ok {
		return fmt.Errorf("unknown frame %q of %s (nearest known: %s)", name, proto, nearest(name, append([]string{"stream"}, input.FrameNames(id)...)))
	}
	l := &List{Buffer: buf.Frame, Protos: []string{proto}, Dirs: buf.Both, Conds: []Cond{&Frame{proto, name}}}
	p.setBuffer(l)
	return nil
}

// frameProto is the protocol whose frames a rule's word means.
func frameProto(word string) string {
	switch word {
	case "http":
		return "http1"
	case "ssl":
		return "tls"
	}
	return word
}

// frameOf is the condition that names a list's frame, if it has one.
func frameOf(l *List) []Cond {
	if l.Buffer == buf.Frame {
		return l.Conds[:1:1]
	}
	return nil
}
