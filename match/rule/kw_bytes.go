package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var byteKeywords = []Keyword{
	{Name: "pcre", Group: "payload", Doc: `pcre:"/expression/options"`, NeedsValue: true, parse: parsePCRE},
	{Name: "isdataat", Group: "payload", Doc: "isdataat:[!]NUMBER[,relative]", NeedsValue: true, parse: func(p *parser, _, v string) error {
		c := &IsDataAt{}
		f := fields(v)
		if strings.HasPrefix(f[0], "!") {
			c.Negated = true
			f[0] = strings.TrimSpace(f[0][1:])
		}
		if err := p.value(f[0], &c.N, 0, 1<<16-1); err != nil {
			return err
		}
		for _, o := range f[1:] {
			switch o {
			case "relative":
				c.Relative = true
			case "rawbytes":
			default:
				return fmt.Errorf("%q, want relative or rawbytes", o)
			}
		}
		l := p.relativeList(c.Relative)
		if c.Relative {
			markRelative(l.Conds)
		}
		l.Conds = append(l.Conds, c)
		return nil
	}},
	{Name: "byte_test", Group: "payload", Doc: "byte_test:N,[!]OP,VALUE,OFFSET[,relative][,endian][,string,base][,bitmask M][,dce]", NeedsValue: true, parse: parseByte},
	{Name: "byte_jump", Group: "payload", Doc: "byte_jump:N,OFFSET[,relative][,multiplier M][,endian][,string,base][,align][,from_beginning][,from_end][,post_offset P][,bitmask M]", NeedsValue: true, parse: parseByte},
	{Name: "byte_extract", Group: "payload", Doc: "byte_extract:N,OFFSET,NAME[,relative][,multiplier M][,endian][,string,base][,align A][,bitmask M]", NeedsValue: true, parse: parseByte},
	{Name: "byte_math", Group: "payload", Doc: "byte_math:bytes N, offset O, oper OP, rvalue V, result NAME[,relative][,endian E][,string B][,bitmask M]", NeedsValue: true, parse: parseByteMath},
	{Name: "base64_decode", Group: "payload", Doc: "base64_decode:[bytes N][,offset N][,relative]", parse: func(p *parser, _, v string) error {
		c := &Base64Decode{}
		if v != "" {
			for _, item := range fields(v) {
				word, arg, _ := strings.Cut(strings.Replace(item, ":", " ", 1), " ")
				n, ok := parseUint(strings.TrimSpace(arg), 31)
				switch {
				case word == "relative":
					c.Relative = true
				case word == "bytes" && ok:
					c.Bytes = int(n)
				case word == "offset" && ok:
					c.Offset = int(n)
				default:
					return fmt.Errorf("%q, want bytes N, offset N or relative", item)
				}
			}
		}
		l := p.relativeList(c.Relative)
		if c.Relative {
			markRelative(l.Conds)
		}
		l.Conds = append(l.Conds, c)
		return nil
	}},
	{Name: "dataset", Group: "state", Doc: "dataset:isset|isnotset|set|unset,NAME[,type T,load F,save F,state F,memcap M,hashsize H]", NeedsValue: true, parse: parseDataset},
	{Name: "datarep", Group: "state", Doc: "datarep:NAME,OP,VALUE[,type T,load F]", NeedsValue: true, parse: parseDataset},
	{Name: "asn1", Group: "payload", Doc: "asn1:CHECK,… (Suricata 8 and older)", parse: func(p *parser, n, v string) error {
		p.cond(&Simple{Name: n, Args: fields(v)})
		return nil
	}},
}

// operators of byte_test.
var testOps = map[string]string{"<": "<", ">": ">", "=": "=", "<=": "<=", ">=": ">=", "&": "&", "^": "^"}

func parseByte(p *parser, name, v string) error {
	b := &ByteOp{Kind: name, Base: 10, Multiplier: 1, Result: -1}
	f := fields(v)
	want := map[string]int{"byte_test": 4, "byte_jump": 2, "byte_extract": 3}[name]
	if len(f) < want {
		return fmt.Errorf("%d values, want at least %d", len(f), want)
	}
	if err := p.value(f[0], &b.N, 0, 23); err != nil {
		return fmt.Errorf("octets: %w", err)
	}
	var result string
	switch name {
	case "byte_test":
		op := f[1]
		if strings.HasPrefix(op, "!") {
			b.Negated = true
			if op = strings.TrimSpace(op[1:]); op == "" {
				op = "="
			}
		}
		if b.Op = testOps[op]; b.Op == "" {
			return fmt.Errorf("operator %q, want < > = <= >= & or ^", op)
		}
		if n, ok := parseUint(f[2], 64); ok {
			b.Value = Value{Set: true, N: int64(n)}
		} else if err := p.value(f[2], &b.Value, -1<<62, 1<<62); err != nil {
			return fmt.Errorf("value: %w", err)
		}
		if err := p.value(f[3], &b.Offset, -1<<31, 1<<31-1); err != nil {
			return fmt.Errorf("offset: %w", err)
		}
	case "byte_extract":
		result = f[2]
		fallthrough
	default:
		if err := p.value(f[1], &b.Offset, -65535, 65535); err != nil {
			return fmt.Errorf("offset: %w", err)
		}
	}
	if err := p.byteFlags(b, f[want:]); err != nil {
		return err
	}
	if result != "" {
		slot, err := p.newVar(result)
		if err != nil {
			return err
		}
		b.Result = slot
	}
	return p.addByte(b)
}

// byteFlags reads what may stand behind the fixed values.
func (p *parser) byteFlags(b *ByteOp, f []string) error {
	for _, item := range f {
		word, arg, _ := strings.Cut(item, " ")
		arg = strings.TrimSpace(arg)
		n, isNum := parseUint(arg, 64)
		switch word {
		case "relative":
			b.Relative = true
		case "little":
			b.Little = true
		case "big", "":
		case "endian":
			b.Little = arg == "little"
		case "string":
			b.String = true
			if arg != "" {
				if err := b.base(arg); err != nil {
					return err
				}
			}
		case "hex", "oct", "dec":
			if err := b.base(word); err != nil {
				return err
			}
		case "dce":
			b.DCE = true
		case "align":
			b.Align = true
			if isNum {
				b.AlignTo = int(n)
			} else {
				b.AlignTo = 4
			}
		case "from_beginning":
			b.FromBeginning = true
		case "from_end":
			b.FromEnd = true
		case "multiplier":
			if !isNum || n < 1 || n > 65535 {
				return fmt.Errorf("multiplier %q, want 1 to 65535", arg)
			}
			b.Multiplier = n
		case "post_offset":
			v, err := strconv.ParseInt(arg, 10, 32)
			if err != nil || v < -65535 || v > 65535 {
				return fmt.Errorf("post_offset %q, want -65535 to 65535", arg)
			}
			b.PostOffset = v
		case "bitmask":
			m, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimPrefix(arg, "0x"), "0X"), 16, 64)
			if err != nil || m == 0 {
				return fmt.Errorf("bitmask %q is no hexadecimal number", arg)
			}
			b.Mask = m
		default:
			return fmt.Errorf("unknown option %q", item)
		}
	}
	if b.String && b.DCE {
		return errors.New("string and dce exclude each other")
	}
	if !b.String && !b.N.IsVar && b.N.N > 8 {
		return fmt.Errorf("%d octets are no binary number, at most 8", b.N.N)
	}
	return nil
}

func (b *ByteOp) base(s string) error {
	switch s {
	case "hex":
		b.Base = 16
	case "oct":
		b.Base = 8
	case "dec":
		b.Base = 10
	default:
		return fmt.Errorf("base %q, want hex, oct or dec", s)
	}
	return nil
}

func parseByteMath(p *parser, name, v string) error {
	b := &ByteOp{Kind: name, Base: 10, Multiplier: 1, Result: -1}
	result := ""
	var rest []string
	for _, item := range fields(v) {
		word, arg, _ := strings.Cut(item, " ")
		arg = strings.TrimSpace(arg)
		var err error
		switch word {
		case "bytes":
			err = p.value(arg, &b.N, 0, 10)
		case "offset":
			err = p.value(arg, &b.Offset, -65535, 65535)
		case "oper":
			switch arg {
			case "+", "-", "*", "/", "<<", ">>":
				b.Op = arg
			default:
				err = fmt.Errorf("want + - * / << or >>, not %q", arg)
			}
		case "rvalue":
			if n, ok := parseUint(arg, 32); ok {
				b.Value = Value{Set: true, N: int64(n)}
			} else {
				err = p.value(arg, &b.Value, 0, 1<<32)
			}
		case "result":
			result = arg
		default:
			rest = append(rest, item)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", word, err)
		}
	}
	if !b.N.Set || !b.Offset.Set || b.Op == "" || !b.Value.Set || result == "" {
		return errors.New("needs bytes, offset, oper, rvalue and result")
	}
	if err := p.byteFlags(b, rest); err != nil {
		return err
	}
	slot, err := p.newVar(result)
	if err != nil {
		return err
	}
	b.Result = slot
	return p.addByte(b)
}

// maxByteVars is what the engine has slots for.
const maxByteVars = 16

func (p *parser) newVar(name string) (int, error) {
	if _, err := strconv.Atoi(name); err == nil || name == "" {
		return 0, fmt.Errorf("%q is no name", name)
	}
	if slot, ok := p.varSlots[name]; ok {
		return slot, nil
	}
	if len(p.varSlots) == maxByteVars {
		return 0, fmt.Errorf("more than %d byte variables", maxByteVars)
	}
	p.varSlots[name] = len(p.varSlots)
	return p.varSlots[name], nil
}

// addByte puts a byte operation into the current list; it is no content, so
// modifiers behind it still mean the content before.
func (p *parser) addByte(b *ByteOp) error {
	if b.DCE && p.cur == nil {
		// Only stub data has an order of octets that its sender chose.
		if err := p.sticky(buf.DCERPCStubData, ""); err != nil {
			return err
		}
	}
	l := p.relativeList(b.Relative)
	if b.Relative {
		markRelative(l.Conds)
	}
	l.Conds = append(l.Conds, b)
	return nil
}
