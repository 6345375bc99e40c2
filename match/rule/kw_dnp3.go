package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var dnp3Keywords = []Keyword{
	{Name: "dnp3_obj", Group: "dnp3", Doc: "dnp3_obj:GROUP,VARIATION", NeedsValue: true, parse: parseDNP3Object},
	{Name: "dnp3_ind", Group: "dnp3", Doc: "dnp3_ind:[*|+|-|=]INDICATION,… or [OP]NUMBER", NeedsValue: true, parse: parseDNP3Ind},
}

// parseDNP3Object asks for an object of a fragment.
func parseDNP3Object(p *parser, _, v string) error {
	a := fields(strings.Trim(strings.TrimSpace(v), `"`))
	if len(a) != 2 {
		return errors.New("want GROUP,VARIATION")
	}
	var both uint64
	for _, s := range a {
		n, ok := parseUint(strings.TrimSpace(s), 8)
		if !ok {
			return fmt.Errorf("%q is no number from 0 to 255", s)
		}
		both = both<<8 | uint64(n)
	}
	p.addNumeric(&Numeric{Field: buf.FieldDNP3Object, Range: Range{Lo: both, Hi: both}})
	return nil
}

// parseDNP3Ind asks for internal indications: any of those named, or all of them
// (+), none (-), these and no others (=).
func parseDNP3Ind(p *parser, _, v string) error {
	v = strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`))
	info := buf.Field(buf.FieldDNP3Ind)
	op, words := byte('*'), v
	if v != "" && strings.IndexByte("*+-=", v[0]) >= 0 {
		op, words = v[0], v[1:]
	}
	var mask uint64
	for i, word := range fields(words) {
		bit, ok := info.Enum[strings.TrimSpace(word)]
		if !ok && i == 0 {
			return p.numeric(buf.FieldDNP3Ind, v)
		}
		if !ok {
			return fmt.Errorf("%q is no internal indication", word)
		}
		mask |= bit
	}
	r := Range{Mask: true, Lo: mask}
	switch op {
	case '*':
		r.Neg = true
	case '+':
		r.Hi = mask
	case '=':
		r = Range{Lo: mask, Hi: mask}
	}
	p.addNumeric(&Numeric{Field: buf.FieldDNP3Ind, Range: r})
	return nil
}
