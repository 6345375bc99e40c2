package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// TxCond is a condition on a transaction that is neither a buffer nor one
// number. Args are checked and, where a keyword is not about case, in lower case.
type TxCond struct {
	Name    string
	Args    []string
	Negated bool
}

// fileProtos are the protocols that carry files.
var fileProtos = []string{"http1", "http2", "smtp", "ftp", "ftp-data", "smb", "nfs"}

var txKeywords = []Keyword{
	tx("filemd5", "file", "filemd5:[!]LIST-FILE", fileProtos, buf.Both, oneWord),
	tx("filesha1", "file", "filesha1:[!]LIST-FILE", fileProtos, buf.Both, oneWord),
	tx("filesha256", "file", "filesha256:[!]LIST-FILE", fileProtos, buf.Both, oneWord),
	{Name: "krb5.ticket_encryption", Group: "krb5", Doc: "krb5.ticket_encryption:[!]weak or TYPE,…", NeedsValue: true, parse: parseTicketEncryption},
	tx("cip_service", "enip", "cip_service:SERVICE[,CLASS[,[!]ATTRIBUTE]]", []string{"enip"}, buf.Both, cipService),
	modbusKeyword,
	obsolete("ssh.protoversion", "ssh", "ssh.proto"),
	obsolete("ssh.softwareversion", "ssh", "ssh.software"),
	{Name: "ike.chosen_sa_attribute", Group: "ike", Doc: "ike.chosen_sa_attribute:NAME=NUMBER", NeedsValue: true, parse: parseSAAttribute},
	{Name: "http2.settings", Group: "http2", Doc: "http2.settings:NAME[COMPARISON]", NeedsValue: true, parse: parseHTTP2Setting},
}

// tx is the row of a keyword about transactions of protos.
func tx(name, group, doc string, protos []string, dirs buf.Dirs, check func([]string) error, aliases ...string) Keyword {
	return Keyword{Name: name, Group: group, Doc: doc, Aliases: aliases, NeedsValue: true, parse: func(p *parser, n, v string) error {
		c := &TxCond{Name: n}
		v = strings.Trim(strings.TrimSpace(v), `"`)
		if strings.HasPrefix(v, "!") {
			c.Negated, v = true, strings.TrimSpace(v[1:])
		}
		c.Args = fields(v)
		if err := check(c.Args); err != nil {
			return err
		}
		p.addTx(c, protos, dirs)
		return nil
	}}
}

// addTx puts a condition on transactions into a list of its own.
func (p *parser) addTx(c Cond, protos []string, dirs buf.Dirs) {
	p.r.Lists = append(p.r.Lists, &List{Buffer: buf.None, Conds: []Cond{c}, Protos: protos, Dirs: dirs})
}

// obsolete is the row of a keyword that another one took the place of.
func obsolete(name, group, now string) Keyword {
	return Keyword{Name: name, Group: group, Doc: "(obsolete: use " + now + ")", parse: func(*parser, string, string) error {
		return fmt.Errorf("is obsolete: use %s; content:\"…\"", now)
	}}
}

func oneWord(a []string) error {
	if len(a) != 1 || a[0] == "" {
		return errors.New("want one value")
	}
	return nil
}

func oneOf(a []string, words ...string) error {
	if err := oneWord(a); err != nil {
		return err
	}
	a[0] = strings.ToLower(a[0])
	for _, w := range words {
		if a[0] == w {
			return nil
		}
	}
	return fmt.Errorf("%q, want %s", a[0], strings.Join(words, ", "))
}

func cipService(a []string) error {
	if len(a) > 3 {
		return errors.New("want SERVICE[,CLASS[,ATTRIBUTE]]")
	}
	for i, bits := range []int{7, 32, 32}[:len(a)] {
		v := a[i]
		if i == 2 {
			v = strings.TrimSpace(strings.TrimPrefix(v, "!"))
		}
		if _, ok := parseUint(v, bits); !ok {
			return fmt.Errorf("%q is no number of %d bits", a[i], bits)
		}
	}
	return nil
}

// saAttributes are the attributes of an association that rules may ask for, by the
// numbers of RFC 2409 appendix A.
var saAttributes = map[string]uint64{"alg_enc": 1, "alg_hash": 2, "alg_auth": 3, "alg_dh": 4, "sa_group_type": 5, "sa_life_type": 11,
	"sa_life_duration": 12, "alg_prf": 13, "sa_key_length": 14, "sa_field_size": 15}

// parseSAAttribute makes a condition on the chosen attributes as numbers.
func parseSAAttribute(p *parser, _, v string) error {
	word, num, ok := strings.Cut(strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`)), "=")
	if !ok {
		return errors.New("want NAME=NUMBER")
	}
	word = strings.TrimSpace(word)
	id, ok := saAttributes[word]
	if !ok {
		return fmt.Errorf("there is no attribute %q; the nearest is %q", word, nearest(word, slices.Sorted(maps.Keys(saAttributes))))
	}
	n, ok := parseUint(strings.TrimSpace(num), 32)
	if !ok {
		return fmt.Errorf("%q is no number of 32 bits", num)
	}
	both := id<<32 | n
	p.addNumeric(&Numeric{Field: buf.FieldIKESA, Range: Range{Lo: both, Hi: both}})
	return nil
}

var http2SettingNames = []string{"settings_header_table_size", "settings_enable_push", "settings_max_concurrent_streams",
	"settings_initial_window_size", "settings_max_frame_size", "settings_max_header_list_size", "settings_enable_connect_protocol",
	"settings_no_rfc7540_priorities"}

// parseHTTP2Setting makes a condition on the settings as numbers: the identifier
// above 32 bits of value (RFC 9113 section 6.5.1).
func parseHTTP2Setting(p *parser, _, v string) error {
	v = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(v), " ", ""))
	name, r := v, Range{Hi: 1<<32 - 1}
	if end := strings.IndexAny(v, "<>=!"); end >= 0 {
		var err error
		name = v[:end]
		if r, err = parseRange(v[end:], 32); err != nil {
			return err
		}
	}
	i := slices.Index(http2SettingNames, name)
	if i < 0 {
		return fmt.Errorf("there is no setting %q; the nearest is %q", name, nearest(name, http2SettingNames))
	}
	id := uint64(i + 1)
	p.addTx(&Numeric{Field: buf.FieldHTTP2Settings, Range: Range{Lo: id<<32 | r.Lo, Hi: id<<32 | r.Hi, Neg: r.Neg}}, []string{"http2"}, buf.Both)
	return nil
}
