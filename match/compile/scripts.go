package compile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weir-ips/weir/cgo/lua"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// Scripts says what rules may do with Lua.
type Scripts struct {
	// Denied: rules with scripts are left out.
	Denied bool
	// Dir is where scripts lie that are not beside their rule file.
	Dir string
	// Memory of a script in octets and Instructions of a call; 0: the defaults.
	Memory, Instructions uint32
}

// memory is what a script may take, octets.
func (s *Scripts) memory() uint32 {
	if s.Memory == 0 {
		return defaultScriptMemory
	}
	return s.Memory
}

const defaultScriptMemory = 2 << 20

// maxScript bounds the text of a script.
const maxScript = 1 << 20

// script is a script on its way into the tables.
type script struct {
	index  int
	needs  match.Needs
	kind   match.ScriptKind
	protos []string
	dirs   buf.Dirs
}

// fact is a buffer of transactions that scripts can see.
type fact struct {
	id  buf.ID
	dir input.Dir
}

// numbers are the numeric fields by key.
var numbers = map[string]struct {
	id  buf.FieldID
	dir input.Dir
}{"#dns.rcode<": {buf.FieldDNSRcode, input.ToClient}, "#tls.notbefore<": {buf.FieldTLSNotBefore, input.ToClient},
	"#tls.notafter<": {buf.FieldTLSNotAfter, input.ToClient}}

// facts are the buffers by the key that scripts find them under; a key that ends in
// < is of the way to the client.
var facts = map[string]fact{
	"http.uri": {buf.HTTPURI, input.ToServer}, "http.uri.raw": {buf.HTTPURIRaw, input.ToServer},
	"http.request_line": {buf.HTTPRequestLine, input.ToServer}, "http.response_line": {buf.HTTPResponseLine, input.ToClient},
	"http.header.raw": {buf.HTTPHeaderRaw, input.ToServer}, "http.header.raw<": {buf.HTTPHeaderRaw, input.ToClient},
	"http.request_headers": {buf.HTTPHeader, input.ToServer}, "http.request_headers.raw": {buf.HTTPHeaderRaw, input.ToServer},
	"http.response_headers": {buf.HTTPHeader, input.ToClient}, "http.response_headers.raw": {buf.HTTPHeaderRaw, input.ToClient},
	"http.request_body": {buf.HTTPRequestBody, input.ToServer}, "http.response_body": {buf.FileData, input.ToClient},
	"file.data<": {buf.FileData, input.ToClient}, "http.host": {buf.HTTPHost, input.ToServer},
	"http.request_cookie": {buf.HTTPCookie, input.ToServer}, "http.request_user_agent": {buf.HTTPUserAgent, input.ToServer},
	"dns.query": {buf.DNSQuery, input.ToServer}, "dns.rrname": {buf.DNSQuery, input.ToServer}, "tls.sni": {buf.TLSSNI, input.ToServer},
	"ssh.proto": {buf.SSHProto, input.ToServer}, "ssh.proto<": {buf.SSHProto, input.ToClient},
	"ssh.software": {buf.SSHSoftware, input.ToServer}, "ssh.software<": {buf.SSHSoftware, input.ToClient},
	"ssh.hassh": {buf.SSHHassh, input.ToServer}, "ssh.hassh.string": {buf.SSHHasshString, input.ToServer},
	"ssh.hassh.server<": {buf.SSHHasshServer, input.ToClient}, "ssh.hassh.server.string<": {buf.SSHHasshServerString, input.ToClient},
	"ja3.hash": {buf.JA3Hash, input.ToServer}, "ja3.string": {buf.JA3String, input.ToServer},
	"ja3s.hash<": {buf.JA3SHash, input.ToClient}, "ja3s.string<": {buf.JA3SString, input.ToClient},
	"email.subject": {buf.EmailSubject, input.ToServer}, "email.from": {buf.EmailFrom, input.ToServer}, "email.to": {buf.EmailTo, input.ToServer},
	"email.cc": {buf.EmailCC, input.ToServer}, "email.date": {buf.EmailDate, input.ToServer}, "email.message_id": {buf.EmailMessageID, input.ToServer},
	"email.x_mailer": {buf.EmailXMailer, input.ToServer}, "email.received": {buf.EmailReceived, input.ToServer},
	"smtp.mail_from": {buf.SMTPMailFrom, input.ToServer}, "smtp.rcpt_to": {buf.SMTPRcptTo, input.ToServer},
	"tls.cert_subject<": {buf.TLSCertSubject, input.ToClient}, "tls.cert_issuer<": {buf.TLSCertIssuer, input.ToClient},
	"tls.cert_fingerprint<": {buf.TLSCertFingerprint, input.ToClient}, "tls.cert_serial<": {buf.TLSCertSerial, input.ToClient},
}

// libraryProtos are the protocols whose transactions a library is about.
var libraryProtos = map[string][]string{"suricata.http": {"http1", "http2"}, "suricata.dns": {"dns", "doh2"}, "suricata.tls": {"tls"},
	"suricata.ssh": {"ssh"}, "suricata.smtp": {"smtp"}, "suricata.ja3": {"tls", "quic"}}

// luaOp is a lua condition.
func (c *compiler) luaOp(r *rule.Rule, x *rule.LuaCond, code match.Code) (match.Op, error) {
	s, err := c.script(x)
	if err != nil {
		return match.Op{}, fmt.Errorf("lua: %w", err)
	}
	op := match.Op{Code: code, Neg: x.Negated, X: uint64(s.index), D: int32(r.SID), B: int32(r.GID), C: int32(r.Rev)}
	op.Off, op.Len = c.t.put([]byte(r.Msg))
	return op, nil
}

// placeScripts moves the scripts about transactions of a rule to where the
// transactions are judged.
func (c *compiler) placeScripts(r *rule.Rule) error {
	keep := r.Packet[:0:0]
	for _, cond := range r.Packet {
		x, ok := cond.(*rule.LuaCond)
		if !ok {
			keep = append(keep, cond)
			continue
		}
		s, err := c.script(x)
		if err != nil {
			return fmt.Errorf("lua: %w", err)
		}
		if s.kind == match.ScriptBuffer {
			// It looks at byte variables: they are there behind what reads them.
			l := listOfVars(r)
			if l == nil {
				return errors.New("lua: the script looks at a byte variable that no list of the rule has")
			}
			l.Conds = append(l.Conds, x)
			continue
		}
		if s.kind != match.ScriptTx {
			keep = append(keep, cond)
			continue
		}
		r.Lists = append(r.Lists, &rule.List{Buffer: buf.None, Conds: []rule.Cond{x}, Protos: s.protos, Dirs: buf.Both})
	}
	r.Packet = keep
	return nil
}

// listOfVars is the last list that reads a byte variable.
func listOfVars(r *rule.Rule) *rule.List {
	for i := len(r.Lists) - 1; i >= 0; i-- {
		for _, cond := range r.Lists[i].Conds {
			if b, ok := cond.(*rule.ByteOp); ok && b.Result >= 0 {
				return r.Lists[i]
			}
		}
	}
	return nil
}

// script finds or makes the script of a condition: it is loaded here to see that
// it can be, and again by each worker.
func (c *compiler) script(x *rule.LuaCond) (*script, error) {
	path, text, err := c.readScript(x.Pos.File, x.Script)
	if err != nil {
		return nil, err
	}
	// Byte variables are the rule's own.
	key := fmt.Sprint(path, x.Vars)
	if s := c.scripts[key]; s != nil {
		return s, nil
	}
	st, err := match.LoadScript(text, x.Script, c.opt.Scripts.memory(), c.opt.Scripts.Instructions)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	if _, err := st.Function("match"); err != nil {
		return nil, fmt.Errorf("script %s has no function match", x.Script)
	}
	wants, err := ask(st, text)
	if err != nil {
		return nil, fmt.Errorf("script %s: %w", x.Script, err)
	}
	s := &script{kind: match.ScriptPacket}
	rec := match.ScriptRec{}
	if err := c.wants(s, &rec, wants, text, x.Vars); err != nil {
		return nil, fmt.Errorf("script %s: %w", x.Script, err)
	}
	c.keepScript(key, s, &rec, text, x.Script)
	return s, nil
}

func (c *compiler) keepScript(key string, s *script, rec *match.ScriptRec, text, name string) {
	if c.scripts == nil {
		c.scripts = map[string]*script{}
	}
	rec.Off, rec.Len = c.t.put([]byte(text))
	rec.Name.Off, rec.Name.Len = c.t.put([]byte(name))
	rec.Kind, rec.Needs = s.kind, s.needs
	rec.Memory, rec.Instructions = c.opt.Scripts.memory(), c.opt.Scripts.Instructions
	s.index = len(c.t.scripts)
	c.t.scripts = append(c.t.scripts, *rec)
	c.scripts[key] = s
}

// ask runs a script's init and gives what it wants, a word each.
func ask(st *lua.State, text string) ([]string, error) {
	f, err := st.Function("weir_needs")
	if err != nil {
		return nil, err
	}
	st.AddBytes([]byte(text))
	out := make([]byte, 1<<16)
	v, res := st.Call(f, out)
	if res != lua.OK || v.Kind != lua.String || v.Len > len(out) {
		return nil, fmt.Errorf("init: %v: %s", res, st.Message())
	}
	return strings.Split(string(out[:v.Len]), "\n"), nil
}

// wants notes what a script asked for.
func (c *compiler) wants(s *script, rec *match.ScriptRec, words []string, text string, slots map[string]int) error {
	t := c.t
	rec.Facts.Off, rec.Vars.Off = uint32(len(t.scriptFacts)), uint32(len(t.scriptVars))
	name := func(v string) (r match.NameRec) {
		r.Off, r.Len = t.put([]byte(v))
		return r
	}
	addFact := func(key string) bool {
		if n, ok := numbers[key]; ok {
			t.scriptFacts = append(t.scriptFacts, match.ScriptFact{Buf: uint16(n.id), Dir: uint8(n.dir), Num: 1, Name: name(key)})
			s.kind = match.ScriptTx
			s.protos = append(s.protos, buf.Field(n.id).Protos...)
			return true
		}
		f, ok := facts[key]
		if ok {
			t.scriptFacts = append(t.scriptFacts, match.ScriptFact{Buf: uint16(f.id), Dir: uint8(f.dir), Name: name(key)})
			s.kind = match.ScriptTx
			s.protos = append(s.protos, buf.Get(f.id).Protos...)
		}
		return ok
	}
	for _, w := range words {
		if w == "" {
			continue
		}
		word := w[1:]
		switch w[0] {
		case 'n':
			switch word {
			case "payload":
				s.needs |= match.NeedPayload | match.NeedSome
			case "packet":
				s.needs |= match.NeedPacket
			case "stream":
				s.needs |= match.NeedStream
			case "buffer":
				s.needs |= match.NeedBuffer
			case "flow", "flowvar", "flowint", "bytevar", "type", "tls", "ssh", "smtp", "dnp3", "ja3", "ja3s":
			default:
				proto, _, dotted := strings.Cut(word, ".")
				if p := libraryProtos["suricata."+proto]; dotted && p != nil && facts[word] == (fact{}) {
					// One of the names of old that says only which protocol it is.
					s.kind, s.protos = match.ScriptTx, append(s.protos, p...)
				} else if !addFact(word) {
					return fmt.Errorf("init asks for %q, which is not there", word)
				}
			}
		case 'l':
			if p := libraryProtos[word]; p != nil {
				s.kind = match.ScriptTx
				s.protos = append(s.protos, p...)
			}
			if word == "suricata.flow" {
				s.needs |= match.NeedFlow
			}
		case 'f':
			addFact(word)
		case 'v', 'i':
			kind := map[byte]string{'v': "flowvar", 'i': "flowint"}[w[0]]
			t.scriptVars = append(t.scriptVars, match.ScriptVar{ID: c.names.ID(kind, word), Kind: uint32(w[0]), Name: name(w)})
		case 'b':
			slot, ok := slots[word]
			if !ok {
				return fmt.Errorf("byte variable %q is none of the rule before the script", word)
			}
			t.scriptVars = append(t.scriptVars, match.ScriptVar{ID: uint32(slot), Kind: 'b', Name: name(w)})
			s.kind = match.ScriptBuffer
		}
	}
	// The libraries give these without being asked at the start.
	if strings.Contains(text, ":payload") {
		s.needs |= match.NeedPayload
	}
	if strings.Contains(text, ":packet") {
		s.needs |= match.NeedPacket
	}
	rec.Facts.N, rec.Vars.N = uint32(len(t.scriptFacts))-rec.Facts.Off, uint32(len(t.scriptVars))-rec.Vars.Off
	return nil
}

// transformScript is the script of luaxform: SCRIPT[,argument]….
func (c *compiler) transformScript(arg string) (*script, error) {
	parts := strings.Split(arg, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if s := c.scripts["transform\x00"+arg]; s != nil {
		return s, nil
	}
	_, text, err := c.readScript("", parts[0])
	if err != nil {
		return nil, fmt.Errorf("luaxform: %w", err)
	}
	st, err := match.LoadScript(text, parts[0], c.opt.Scripts.memory(), c.opt.Scripts.Instructions)
	if err != nil {
		return nil, fmt.Errorf("luaxform: %w", err)
	}
	st.Close()
	s, rec := &script{kind: match.ScriptTransform}, match.ScriptRec{}
	rec.Args.Off = uint32(len(c.t.scriptArgs))
	for _, a := range parts[1:] {
		var n match.NameRec
		n.Off, n.Len = c.t.put([]byte(a))
		c.t.scriptArgs = append(c.t.scriptArgs, n)
	}
	rec.Args.N = uint32(len(parts) - 1)
	c.keepScript("transform\x00"+arg, s, &rec, text, parts[0])
	return s, nil
}

// readScript reads a script that lies beside its rule file or in the folder of
// rules.
func (c *compiler) readScript(ruleFile, name string) (path, text string, err error) {
	if c.opt.Scripts.Denied {
		return "", "", Forbidden{"Lua rules are disabled by security.lua.allow-rules"}
	}
	dirs := []string{c.opt.Scripts.Dir}
	if ruleFile != "" {
		dirs = append([]string{filepath.Dir(ruleFile)}, dirs...)
	} else if c.ruleFile != "" {
		dirs = append([]string{filepath.Dir(c.ruleFile)}, dirs...)
	}
	if filepath.IsAbs(name) {
		dirs = []string{""}
	}
	for _, d := range dirs {
		path = filepath.Join(d, name)
		b, err := os.ReadFile(path)
		switch {
		case err == nil && len(b) > maxScript:
			return "", "", fmt.Errorf("script %s is longer than %d octets", path, maxScript)
		case err == nil:
			c.reads(path)
			return path, string(b), nil
		case !errors.Is(err, os.ErrNotExist):
			return "", "", err
		}
	}
	return "", "", fmt.Errorf("script %s is neither beside its rule file nor in default-rule-path", name)
}
