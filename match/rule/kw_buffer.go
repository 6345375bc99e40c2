package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var bufferKeywords = append(stickyKeywords(), []Keyword{
	{Name: "http.response_body", Group: "http", Doc: "sticky buffer: file.data of HTTP towards the client", Aliases: []string{"http_server_body"}, NoValue: true,
		parse: func(p *parser, _, _ string) error {
			p.setBuffer(&List{Buffer: buf.FileData, Protos: []string{"http1", "http2"}, Dirs: buf.TC})
			return nil
		}},
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
		if id == buf.Payload || id == buf.Base64Data || id == buf.Frame || id == buf.FTPDataCommand || row.Name == "" {
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

// maxTransforms bounds the chain on one buffer.
const maxTransforms = 16

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
			frame := frameOf(p.cur)
			if len(p.cur.Conds) > len(frame) {
				if len(p.cur.Transforms) > 0 {
					return errors.New("must stand before the conditions on its buffer")
				}
				// The conditions so far are on the buffer as it is; what follows
				// inspects it changed.
				p.setBuffer(&List{Buffer: p.cur.Buffer, Dir: p.cur.Dir, Protos: p.cur.Protos, Dirs: p.cur.Dirs, Conds: frame})
			}
			if len(p.cur.Transforms) == maxTransforms {
				return fmt.Errorf("more than %d transforms on a buffer", maxTransforms)
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
