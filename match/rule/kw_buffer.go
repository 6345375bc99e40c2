package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var bufferKeywords = append(stickyKeywords(), []Keyword{
	{Name: "http.response_body", Group: "http", Doc: "sticky buffer: file.data of HTTP towards the client", NoValue: true,
		parse: func(p *parser, _, _ string) error {
			p.setBuffer(responseBody())
			return nil
		}},
	{Name: "http_server_body", Group: "legacy", Doc: "content modifier for http.response_body", NoValue: true,
		parse: func(p *parser, _, _ string) error { return p.moveLastTo(buf.FileData, p.responseBody) }},
	{Name: "pkt_data", Group: "payload", Doc: "pkt_data: back to the packet's payload", parse: func(p *parser, _, _ string) error {
		p.setBuffer(nil)
		return nil
	}},
	{Name: "base64_data", Group: "payload", Doc: "base64_data: what base64_decode decoded", NoValue: true, parse: func(p *parser, _, _ string) error {
		for i := len(p.r.Lists) - 1; i >= 0; i-- {
			for _, c := range p.r.Lists[i].Conds {
				if _, ok := c.(*Base64Decode); ok {
					p.cur, p.inBase64 = p.r.Lists[i], true
					p.cur.Conds = append(p.cur.Conds, &Simple{Name: "base64_data"})
					return nil
				}
			}
		}
		return errors.New("no base64_decode before it")
	}},
	{Name: "bsize", Group: "payload", Doc: "bsize:[<>!]NUMBER or LOW<>HIGH", NeedsValue: true, parse: func(p *parser, _, v string) error {
		r, err := parseRange(v, 64)
		if err != nil {
			return err
		}
		if p.cur == nil {
			return errors.New("stands behind no buffer")
		}
		p.cond(&BSize{r})
		return nil
	}},
	{Name: "absent", Group: "payload", Doc: "absent or absent:or_else", parse: func(p *parser, _, v string) error {
		if p.cur == nil {
			return errors.New("stands behind no buffer")
		}
		if v != "" && v != "or_else" {
			return fmt.Errorf("%q, want nothing or or_else", v)
		}
		p.cond(&Absent{OrElse: v == "or_else"})
		return nil
	}},
	{Name: "entropy", Group: "payload", Doc: "entropy: bytes N, offset N, value > 7.5", NeedsValue: true, parse: parseEntropy},
	{Name: "urilen", Group: "http", Doc: "urilen:[<>]NUMBER[,norm|raw]", NeedsValue: true, parse: func(p *parser, _, v string) error {
		v, kind, _ := strings.Cut(v, ",")
		id := buf.HTTPURI
		switch strings.TrimSpace(kind) {
		case "raw":
			id = buf.HTTPURIRaw
		case "", "norm":
		default:
			return fmt.Errorf("%q, want norm or raw", kind)
		}
		r, err := parseRange(v, 16)
		if err != nil {
			return err
		}
		l := p.listOf(id)
		l.Conds = append(l.Conds, &BSize{r})
		return nil
	}},
}...)

// stickyKeywords are the rows of buffers that conditions behind them inspect.
func stickyKeywords() []Keyword {
	var out []Keyword
	for id := buf.ID(1); id < buf.NumIDs; id++ {
		row := buf.Get(id)
		if id == buf.Payload || id == buf.Base64Data || id == buf.Frame || id == buf.FTPDataCommand || id == buf.DCERPCIface || row.Name == "" {
			continue
		}
		group := "packet"
		if len(row.Protos) > 0 {
			group, _, _ = strings.Cut(row.Name, ".")
		}
		k := Keyword{Name: row.Name, Group: group, Doc: "sticky buffer", parse: func(p *parser, _, v string) error {
			return p.sticky(id, v)
		}}
		k.Aliases = append(k.Aliases, stickyAliases[row.Name]...)
		out = append(out, k)
	}
	return out
}

// stickyAliases are further names of buffers, from older versions of the
// language.
var stickyAliases = map[string][]string{
	"file.data":            {"file_data"},
	"dns.query":            {"dns_query"},
	"tls.sni":              {"tls_sni"},
	"tls.cert_subject":     {"tls_cert_subject"},
	"tls.cert_issuer":      {"tls_cert_issuer"},
	"tls.cert_serial":      {"tls_cert_serial"},
	"tls.cert_fingerprint": {"tls_cert_fingerprint"},
	"ja3.hash":             {"ja3_hash"},
	"ja3.string":           {"ja3_string"},
	"ja3s.hash":            {"ja3s_hash"},
	"ja3s.string":          {"ja3s_string"},
	"ja4.hash":             {"ja4_hash"},
	"ssh.proto":            {"ssh_proto"},
	"ssh.software":         {"ssh_software"},
	"smb.named_pipe":       {"smb_named_pipe"},
	"smb.share":            {"smb_share"},
	"dcerpc.stub_data":     {"dce_stub_data", "dce.stub_data"},
	"krb5.cname":           {"krb5_cname"},
	"krb5.sname":           {"krb5_sname"},
	"dnp3_data":            {"dnp3.data"},
	"http.uri":             {"http.uri.normalized"},
	"http.accept":          {"http_accept"},
	"http.accept_enc":      {"http_accept_enc"},
	"http.accept_lang":     {"http_accept_lang"},
	"http.connection":      {"http_connection"},
	"http.content_len":     {"http_content_len"},
	"http.content_type":    {"http_content_type"},
	"http.protocol":        {"http_protocol"},
	"http.referer":         {"http_referer"},
	"http.request_line":    {"http_request_line"},
	"http.response_line":   {"http_response_line"},
	"http.start":           {"http_start"},
	"http.header_names":    {"http_header_names"},
	"http.request_header":  {"http_request_header"},
	"http.response_header": {"http_response_header"},
	"file.name":            nil,
	"email.body_md5":       nil,
}

// sticky makes buffer id the one that what follows inspects. The value may be
// the side of a transactional rule. A buffer without instances that was selected
// before goes on where it was left: what follows may be relative to it.
func (p *parser) sticky(id buf.ID, v string) error {
	row := buf.Get(id)
	var dir uint8
	switch v {
	case "":
		if p.r.Transactional && row.Dirs != buf.Both {
			dir = uint8(row.Dirs)
		}
	case "to_server", "to_client":
		side := buf.TS
		if v == "to_client" {
			side = buf.TC
		}
		if row.Dirs&side == 0 {
			return fmt.Errorf("%s is never seen %s", row.Name, v)
		}
		if p.r.Transactional {
			dir = uint8(side)
		} else {
			p.r.ToServer, p.r.ToClient = p.r.ToServer || side == buf.TS, p.r.ToClient || side == buf.TC
		}
	default:
		return fmt.Errorf("%q, want nothing, to_server or to_client", v)
	}
	if p.cur != nil && p.inBase64 {
		return errors.New("cannot stand behind base64_data")
	}
	if !row.Multi() {
		for _, l := range p.r.Lists {
			if l.Buffer == id && l.Dir == dir && len(l.Transforms) == 0 && l != p.cur && len(l.Conds) > 0 {
				p.cur = l
				return nil
			}
		}
	}
	p.setBuffer(&List{Buffer: id, Dir: dir})
	return nil
}

// setBuffer makes a new list the current one; nil is the payload.
func (p *parser) setBuffer(l *List) {
	p.cur = l
	if l != nil {
		p.r.Lists = append(p.r.Lists, l)
	}
}

func parseEntropy(p *parser, _, v string) error {
	e := &Entropy{}
	seen := false
	for _, item := range fields(v) {
		word, arg, _ := strings.Cut(item, " ")
		arg = strings.TrimSpace(arg)
		switch word {
		case "bytes", "offset":
			n, ok := parseUint(arg, 31)
			if !ok {
				return fmt.Errorf("%s %q is no number", word, arg)
			}
			if word == "bytes" {
				e.Bytes = int(n)
			} else {
				e.Offset = int(n)
			}
		case "value":
			if err := e.compare(arg); err != nil {
				return err
			}
			seen = true
		default:
			return fmt.Errorf("%q, want bytes, offset or value", word)
		}
	}
	if !seen {
		return errors.New("needs a value to compare with")
	}
	p.cond(e)
	return nil
}

// compare reads a comparison of a number with a fraction: like those of whole
// numbers, bounds of a range left out.
func (e *Entropy) compare(v string) error {
	inner := strings.TrimSpace(strings.TrimPrefix(v, "!"))
	e.Lo, e.Hi, e.Neg = 0, 8, inner != v
	num := func(s string) (float64, error) {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || f < 0 || f > 8 {
			return 0, fmt.Errorf("value %q is no number from 0 to 8", s)
		}
		return f, nil
	}
	var err error
	if a, b, ok := strings.Cut(strings.Replace(inner, "<>", "-", 1), "-"); ok {
		if e.Lo, err = num(a); err != nil {
			return err
		}
		e.OpenLo, e.OpenHi = true, true
		if e.Hi, err = num(b); err == nil && e.Lo >= e.Hi {
			err = fmt.Errorf("value %q: nothing lies between", v)
		}
		return err
	}
	op := strings.TrimRight(inner[:len(inner)-len(strings.TrimLeft(inner, "<>="))], " ")
	n, err := num(inner[len(op):])
	if err != nil {
		return err
	}
	switch op {
	case "<", "<=":
		e.Hi, e.OpenHi = n, op == "<"
	case ">", ">=":
		e.Lo, e.OpenLo = n, op == ">"
	case "", "=", "==":
		e.Lo, e.Hi = n, n
	default:
		return fmt.Errorf("value %q: operator %q, want < <= > >= = or !=", v, op)
	}
	return nil
}
