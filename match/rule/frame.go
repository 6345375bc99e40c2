package rule

import (
	"errors"
	"fmt"
	"slices"
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

// frames are the frames of each protocol. A protocol over TCP has `stream`
// besides: the whole stream of one side.
var frames = map[string][]string{
	"dcerpc":    {"pdu", "hdr", "data"},
	"dns":       {"pdu"},
	"mdns":      {"pdu"},
	"llmnr":     {"pdu"},
	"enip":      {"hdr", "data", "pdu", "cip", "enip.item"},
	"http1":     {"request", "response"},
	"http2":     {"hdr", "data", "pdu"},
	"ldap":      {"pdu"},
	"mqtt":      {"pdu", "header", "data"},
	"nfs":       {"rpc.pdu", "rpc.hdr", "rpc.data", "rpc.creds", "nfs.pdu", "nfs.status", "nfs4.pdu", "nfs4.hdr", "nfs4.ops", "nfs4.status"},
	"rfb":       {"pdu"},
	"sip":       {"pdu", "request.line", "response.line", "request.headers", "response.headers", "request.body", "response.body"},
	"smb":       {"nbss.pdu", "nbss.hdr", "nbss.data", "smb1.pdu", "smb1.hdr", "smb1.data", "smb2.pdu", "smb2.hdr", "smb2.data", "smb3.pdu", "smb3.hdr", "smb3.data"},
	"smtp":      {"command_line", "data", "response_line"},
	"ssh":       {"record.hdr", "record.data", "record.pdu"},
	"telnet":    {"pdu", "ctl", "data"},
	"tls":       {"pdu", "hdr", "data", "alert", "heartbeat", "ssl2.hdr", "ssl2.pdu"},
	"websocket": {"header", "pdu", "data"},
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
	if name != "stream" && !slices.Contains(frames[proto], name) {
		return fmt.Errorf("unknown frame %q of %s (nearest known: %s)", name, proto, nearest(name, append([]string{"stream"}, frames[proto]...)))
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
