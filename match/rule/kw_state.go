package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

var stateKeywords = []Keyword{
	{Name: "flowbits", Group: "state", Doc: "flowbits:set|unset|toggle|isset|isnotset,NAME or noalert", NeedsValue: true, parse: parseFlowbits},
	{Name: "flowint", Group: "state", Doc: "flowint:NAME,OP,VALUE", NeedsValue: true, parse: parseFlowint},
	{Name: "xbits", Group: "state", Doc: "xbits:CMD,NAME,track TRACK[,expire S]", NeedsValue: true, parse: parseXbits},
	{Name: "hostbits", Group: "state", Doc: "hostbits:CMD,NAME[,DIR]", NeedsValue: true, parse: parseXbits},
	{Name: "threshold", Group: "state", Doc: "threshold:type T, track BY, count C, seconds S", NeedsValue: true, parse: parseThreshold},
	{Name: "detection_filter", Group: "state", Doc: "detection_filter:track BY, count C, seconds S", NeedsValue: true, parse: parseThreshold},
	{Name: "tag", Group: "state", Doc: "tag:session|host,COUNT,packets|seconds|bytes[,DIR]", parse: func(p *parser, n, v string) error {
		p.r.Post = append(p.r.Post, &Simple{Name: n, Args: fields(v)})
		return nil
	}},
	{Name: "bypass", Group: "state", Doc: "bypass", parse: func(p *parser, n, _ string) error {
		p.r.Post = append(p.r.Post, &Simple{Name: n})
		return nil
	}},
	{Name: "filestore", Group: "file", Doc: "filestore[:DIR,SCOPE]", parse: func(p *parser, n, v string) error {
		p.r.Post = append(p.r.Post, &Simple{Name: n, Args: fields(v)})
		return nil
	}},
	{Name: "prefilter", Group: "payload", Doc: "prefilter", parse: func(p *parser, _, _ string) error { p.r.Prefilter = true; return nil }},
	{Name: "decode-event", Group: "state", Doc: "decode-event:NAME", NeedsValue: true, parse: event},
	{Name: "stream-event", Group: "state", Doc: "stream-event:NAME", NeedsValue: true, parse: event},
	{Name: "engine-event", Group: "state", Doc: "engine-event:NAME", NeedsValue: true, parse: event},
	{Name: "app-layer-event", Group: "state", Doc: "app-layer-event:PROTOCOL.NAME", NeedsValue: true, parse: event},
	args("app-layer-protocol", "state", "app-layer-protocol:[!]NAME[,SIDE]"),
	{Name: "app-layer-state", Group: "state", Doc: "app-layer-state:[<>]STATE", NeedsValue: true, parse: parseState},
	{Name: "lua", Group: "state", Aliases: []string{"luajit"}, Doc: "lua:[!]SCRIPT", NeedsValue: true, parse: parseLua},
	{Name: "frame", Group: "state", Doc: "frame:[PROTOCOL.]NAME", NeedsValue: true, parse: parseFrame},
	octetVar("pktvar"), octetVar("flowvar"),
}

// parseLua reads the name of a script. Behind a sticky buffer it judges that
// buffer; otherwise what the script itself asks for.
func parseLua(p *parser, _, v string) error {
	v = strings.Trim(strings.TrimSpace(v), `"`)
	c := &LuaCond{Script: strings.TrimSpace(strings.TrimPrefix(v, "!")), Negated: strings.HasPrefix(v, "!"), Pos: p.r.Pos, Vars: p.varSlots}
	if c.Script == "" {
		return errors.New("want the name of a script")
	}
	if p.cur != nil {
		p.cond(c)
		return nil
	}
	p.r.Packet = append(p.r.Packet, c)
	return nil
}

// octetVar is a condition on a variable that an expression filled: NAME,VALUE.
func octetVar(name string) Keyword {
	return Keyword{Name: name, Group: "state", Doc: name + `:NAME,"VALUE"`, NeedsValue: true, parse: func(p *parser, n, v string) error {
		id, val, ok := strings.Cut(v, ",")
		id, val = strings.TrimSpace(id), strings.TrimSpace(val)
		if !ok || id == "" || val == "" {
			return errors.New("want NAME,VALUE")
		}
		if !strings.HasPrefix(strings.TrimPrefix(val, "!"), `"`) {
			val = `"` + val + `"`
		}
		b, neg, err := contentOctets(val)
		if err != nil {
			return err
		}
		p.r.Packet = append(p.r.Packet, &Simple{Name: n, Args: []string{id, string(b)}, Negated: neg})
		return nil
	}}
}

func event(p *parser, name, v string) error {
	e := &Event{Kind: name, Name: strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`))}
	if proto, _, ok := strings.Cut(e.Name, "."); ok && name == "app-layer-event" {
		// What a parser raises belongs to a transaction, what detection does to a packet.
		p.addTx(e, []string{proto}, buf.Both)
		return nil
	}
	if _, ok := e.ID(); !ok && name != "app-layer-event" {
		return fmt.Errorf("no event is called %q (nearest known: %s)", v, nearest(e.Name, eventNames[name]))
	}
	p.r.Packet = append(p.r.Packet, e)
	return nil
}

// ID is the number of an event that a packet carries; false for those of protocols.
func (e *Event) ID() (input.EventID, bool) {
	switch e.Kind {
	case "decode-event":
		return input.DecodeEventByName(e.Name)
	case "stream-event":
		return input.StreamEventByName(strings.TrimPrefix(e.Name, "stream."))
	case "engine-event":
		if id, ok := input.DecodeEventByName(e.Name); ok {
			return id, true
		}
		return input.StreamEventByName(strings.TrimPrefix(e.Name, "stream."))
	case "app-layer-event":
		return input.AppEventByName(e.Name)
	}
	return 0, false
}

// eventNames are the names of events by keyword.
var eventNames = map[string][]string{
	"decode-event": input.DecodeEventNames[:],
	"stream-event": input.StreamEventNames[:],
	"engine-event": append(input.DecodeEventNames[:len(input.DecodeEventNames):len(input.DecodeEventNames)], input.StreamEventNames[:]...),
}

func parseFlowbits(p *parser, _, v string) error {
	cmd, name, _ := strings.Cut(v, ",")
	cmd, name = strings.TrimSpace(cmd), strings.TrimSpace(name)
	if cmd == "noalert" {
		if name != "" {
			return errors.New("noalert takes no name")
		}
		p.r.NoAlert = true
		return nil
	}
	x := &Var{Kind: "flowbits", Cmd: cmd, Name: name}
	if name == "" {
		return fmt.Errorf("%s needs a name", cmd)
	}
	for _, n := range strings.Split(name, "|") {
		if n = strings.TrimSpace(n); n == "" || strings.ContainsAny(n, " \t") {
			return fmt.Errorf("name %q is empty or has blanks", n)
		}
		x.Names = append(x.Names, n)
	}
	switch cmd {
	case "set", "unset", "toggle":
		if len(x.Names) > 1 {
			return fmt.Errorf("%s takes one name", cmd)
		}
		p.r.Post = append(p.r.Post, x)
	case "isset", "isnotset":
		p.r.Packet = append(p.r.Packet, x)
	default:
		return fmt.Errorf("command %q, want set, unset, toggle, isset, isnotset or noalert", cmd)
	}
	return nil
}

func parseFlowint(p *parser, _, v string) error {
	f := fields(v)
	if len(f) < 2 {
		return errors.New("want NAME,OP[,VALUE]")
	}
	x := &Var{Kind: "flowint", Name: f[0], Op: f[1]}
	switch x.Op {
	case "isset", "isnotset", "notset":
		if x.Op == "notset" {
			x.Op = "isnotset"
		}
		p.r.Packet = append(p.r.Packet, x)
		return nil
	}
	if len(f) != 3 {
		return errors.New("want NAME,OP,VALUE")
	}
	if n, err := strconv.ParseUint(f[2], 10, 32); err == nil {
		x.Value = uint32(n)
	} else {
		x.ValueVar = f[2]
	}
	switch x.Op {
	case "=", "+", "-":
		p.r.Post = append(p.r.Post, x)
	case "==", "!=", "<", "<=", ">", ">=":
		p.r.Packet = append(p.r.Packet, x)
	default:
		return fmt.Errorf("operator %q, want = + - == != < <= > >= isset or isnotset", x.Op)
	}
	return nil
}

// parseXbits reads xbits and hostbits.
func parseXbits(p *parser, kind, v string) error {
	f := fields(v)
	x := &Var{Kind: kind, Cmd: f[0], Expire: 30}
	if kind == "hostbits" {
		x.Expire = 300
	}
	if f[0] == "noalert" {
		p.r.NoAlert = true
		return nil
	}
	if len(f) < 2 {
		return errors.New("want COMMAND,NAME")
	}
	x.Name = f[1]
	if kind == "hostbits" {
		x.Track = "ip_src"
	}
	for _, item := range f[2:] {
		word, arg, _ := strings.Cut(item, " ")
		arg = strings.TrimSpace(arg)
		switch {
		case kind == "xbits" && word == "track":
			x.Track = arg
		case kind == "xbits" && word == "expire":
			n, ok := parseUint(arg, 32)
			if !ok || n == 0 {
				return fmt.Errorf("expire %q is no number above 0", arg)
			}
			x.Expire = uint32(n)
		case kind == "hostbits" && isNumber(word) && arg == "":
			n, ok := parseUint(word, 32)
			if !ok || n == 0 {
				return fmt.Errorf("expire %q is no number above 0", word)
			}
			x.Expire = uint32(n)
		case kind == "hostbits" && (word == "src" || word == "dst"):
			x.Track = "ip_" + word
		default:
			return fmt.Errorf("unknown option %q", item)
		}
	}
	switch x.Track {
	case "ip_src", "ip_dst", "ip_pair":
	case "tx":
		if x.Cmd != "set" && x.Cmd != "isset" {
			return errors.New("track tx takes set and isset only")
		}
	default:
		return fmt.Errorf("track %q, want ip_src, ip_dst, ip_pair or tx", x.Track)
	}
	switch x.Cmd {
	case "set", "unset", "toggle":
		p.r.Post = append(p.r.Post, x)
	case "isset", "isnotset":
		if x.Track == "tx" {
			p.r.Lists = append(p.r.Lists, &List{Buffer: buf.None, Conds: []Cond{x}})
			return nil
		}
		p.r.Packet = append(p.r.Packet, x)
	default:
		return fmt.Errorf("command %q, want set, unset, toggle, isset or isnotset", x.Cmd)
	}
	return nil
}

func isNumber(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func parseThreshold(p *parser, kind, v string) error {
	t := &Threshold{Type: "detection_filter"}
	if p.r.Threshold != nil || p.r.Filter != nil {
		return errors.New("a rule has one threshold or one detection_filter")
	}
	seen := map[string]bool{}
	for _, item := range fields(v) {
		word, arg, _ := strings.Cut(item, " ")
		arg = strings.TrimSpace(arg)
		if seen[word] {
			return fmt.Errorf("%s stands twice", word)
		}
		seen[word] = true
		n, ok := parseUint(arg, 32)
		switch word {
		case "type":
			t.Type = arg
		case "track":
			t.Track = arg
		case "count":
			t.Count = uint32(n)
		case "seconds":
			t.Seconds = uint32(n)
		case "multiplier":
			t.Multiplier = uint32(n)
		case "unique_on":
			if t.Unique, ok = arg, true; arg != "src_port" && arg != "dst_port" || kind != "detection_filter" {
				return fmt.Errorf("unique_on %q: detection_filter takes src_port or dst_port", arg)
			}
		default:
			return fmt.Errorf("unknown option %q", word)
		}
		if !ok && word != "type" && word != "track" {
			return fmt.Errorf("%s %q is no number", word, arg)
		}
	}
	switch t.Track {
	case "by_src", "by_dst", "by_both", "by_rule", "by_flow":
	default:
		return fmt.Errorf("track %q, want by_src, by_dst, by_both, by_rule or by_flow", t.Track)
	}
	if t.Count == 0 {
		return errors.New("count must be at least 1")
	}
	if kind == "detection_filter" {
		if ported := p.r.Proto.IP; t.Unique != "" && (ported[0] == ^uint64(0) || ported[0]&(1<<6|1<<17)|ported[2]&(1<<(132-128)) == 0) {
			return errors.New("unique_on needs a rule on tcp, udp or sctp")
		}
		if t.Seconds == 0 {
			return errors.New("seconds must be at least 1")
		}
		p.r.Filter = t
		return nil
	}
	switch t.Type {
	case "threshold", "limit", "both":
		if !seen["seconds"] || seen["multiplier"] {
			return fmt.Errorf("type %s takes seconds and no multiplier", t.Type)
		}
	case "backoff":
		switch {
		case seen["seconds"] || t.Track != "by_flow":
			return errors.New("backoff takes track by_flow and no seconds")
		case t.Multiplier < 2 || t.Multiplier > 65535:
			return errors.New("backoff needs a multiplier from 2 to 65535")
		case t.Count > 65535:
			return errors.New("backoff needs a count from 1 to 65535")
		}
	default:
		return fmt.Errorf("type %q, want threshold, limit, both or backoff", t.Type)
	}
	p.r.Threshold = t
	return nil
}
