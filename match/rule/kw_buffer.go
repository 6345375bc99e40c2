package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var bufferKeywords = append(stickyKeywords(), []Keyword{
	{Name: "pkt_data", Group: "payload", Doc: "pkt_data: back to the packet's payload", parse: func(p *parser, _, _ string) error {
		p.setBuffer(nil)
		return nil
	}},
	{Name: "base64_data", Group: "payload", Doc: "base64_data: what base64_decode decoded", NoValue: true, parse: func(p *parser, _, _ string) error {
		for i := len(p.r.Lists) - 1; i >= 0; i-- {
			for _, c := range p.r.Lists[i].Conds {
				if _, ok := c.(*Base64Decode); ok {
					p.cur = p.r.Lists[i]
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
		if id == buf.Payload || id == buf.Base64Data || id == buf.Frame || row.Name == "" {
			continue
		}
		group := "packet"
		if len(row.Protos) > 0 {
			group, _, _ = strings.Cut(row.Name, ".")
		}
		k := Keyword{Name: row.Name, Group: group, Doc: "sticky buffer", parse: func(p *parser, _, _ string) error {
			l := &List{Buffer: id, Dir: p.side}
			p.setBuffer(l)
			return nil
		}}
		k.Aliases = append(k.Aliases, stickyAliases[row.Name]...)
		out = append(out, k)
	}
	return out
}

// stickyAliases are further names of buffers, from older versions of the
// language.
var stickyAliases = map[string][]string{
	"file.data":            {"file_data", "http.response_body", "http_server_body"},
	"dns.query":            {"dns_query"},
	"tls.sni":              {"tls_sni"},
	"tls.cert_subject":     {"tls_cert_subject", "tls.subject"},
	"tls.cert_issuer":      {"tls_cert_issuer", "tls.issuerdn"},
	"tls.cert_serial":      {"tls_cert_serial"},
	"tls.cert_fingerprint": {"tls_cert_fingerprint", "tls.fingerprint"},
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
	"dnp3.data":            {"dnp3_data"},
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
	"file.magic":           {"filemagic"},
	"file.name":            nil,
	"email.body_md5":       nil,
}

// setBuffer makes a list the current one; nil is the payload.
func (p *parser) setBuffer(l *List) {
	p.cur, p.last, p.lastList = l, nil, nil
	if l != nil {
		p.r.Lists = append(p.r.Lists, l)
	}
}

var transformKeywords = transforms()

// transforms are the keywords that change the buffer before them.
func transforms() []Keyword {
	names := map[string]string{
		"to_md5": "", "to_sha1": "", "to_sha256": "", "to_lowercase": "", "to_uppercase": "", "compress_whitespace": "",
		"strip_whitespace": "", "strip_pseudo_headers": "", "dotprefix": "", "header_lowercase": "", "url_decode": "",
		"domain": "", "tld": "", "xor": "KEY in hex", "pcrexform": `"EXPR"`, "luaxform": "SCRIPT", "subslice": "FROM[,LENGTH]",
		"from_base64": "[bytes N, offset N, mode M]", "gunzip": "[max-size N]", "zlib_deflate": "[max-size N]",
	}
	var out []Keyword
	for n, arg := range names {
		out = append(out, Keyword{Name: n, Group: "transforms", Doc: "transform " + arg, parse: func(p *parser, name, v string) error {
			if p.cur == nil {
				return errors.New("stands behind no sticky buffer")
			}
			if len(p.cur.Conds) > 0 {
				return errors.New("must stand before the conditions on its buffer")
			}
			if v == "" && strings.HasPrefix(arg, `"`) {
				return errors.New("needs an argument")
			}
			p.cur.Transforms = append(p.cur.Transforms, Transform{name, v})
			return nil
		}})
	}
	return out
}

func parseEntropy(p *parser, _, v string) error {
	e := &Entropy{}
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
			f := strings.Fields(strings.NewReplacer(">=", ">= ", "<=", "<= ", "!=", "!= ", ">", "> ", "<", "< ").Replace(arg))
			if len(f) > 0 && (f[0] == ">" || f[0] == "<") && len(f) > 1 && f[1] == "=" {
				f = append([]string{f[0] + "="}, f[2:]...)
			}
			if len(f) == 1 {
				f = []string{"=", f[0]}
			}
			if len(f) != 2 {
				return fmt.Errorf("value %q, want OPERATOR NUMBER", arg)
			}
			if _, err := fmt.Sscanf(f[1], "%g", &e.Value); err != nil {
				return fmt.Errorf("value %q is no number", f[1])
			}
			e.Op = f[0]
		default:
			return fmt.Errorf("%q, want bytes, offset or value", word)
		}
	}
	p.cond(e)
	return nil
}
