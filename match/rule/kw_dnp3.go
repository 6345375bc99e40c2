package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var dnp3Keywords = []Keyword{
	{Name: "dnp3_obj", Group: "dnp3", Aliases: []string{"dnp3.obj"}, Doc: "dnp3_obj:GROUP,VARIATION", NeedsValue: true, parse: parseDNP3Object},
	{Name: "dnp3_ind", Group: "dnp3", Aliases: []string{"dnp3.ind"}, Doc: "dnp3_ind:[*|+|-|=]INDICATION,… or [OP]NUMBER", NeedsValue: true, parse: parseDNP3Ind},
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

// parseDNP3Ind asks for internal indications, any of those named if nothing else
// is said.
func parseDNP3Ind(p *parser, _, v string) error {
	n := &Numeric{Field: buf.FieldDNP3Ind}
	items := fields(strings.Trim(strings.TrimSpace(v), `"`))
	switch used := n.bits(buf.Field(buf.FieldDNP3Ind), items, '*'); {
	case used == 0:
		return p.numeric(buf.FieldDNP3Ind, v)
	case used < len(items):
		return fmt.Errorf("%q is no internal indication", items[used])
	}
	p.addNumeric(n)
	return nil
}
