package rule

import (
	"strings"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// finish checks the rule as a whole and draws the conclusions that its parts
// allow: the application protocol and the direction.
func (p *parser) finish(at int) *Error {
	r := p.r
	if r.SID == 0 {
		return p.fail(at, "no sid")
	}
	if err := p.checkFirewall(at); err != nil {
		return err
	}
	dirs := buf.Both
	for _, l := range r.Lists {
		row := buf.Get(l.Buffer)
		if l.Buffer != buf.Payload && (len(l.Conds) == 0 || l.Buffer == buf.Frame && len(l.Conds) == 1) {
			return p.fail(at, "sticky buffer %s has nothing to inspect", row.Name)
		}
		if len(l.Protos) > 0 {
			of := buf.Info{Name: row.Name, Protos: l.Protos, Dirs: l.Dirs}
			if l.Buffer == buf.None {
				of.Name = condName(l.Conds[0])
			}
			row = &of
		}
		if len(row.Protos) == 0 {
			continue
		}
		if !r.Transactional && row.Dirs != buf.Both {
			if dirs &= row.Dirs; dirs == 0 {
				return p.fail(at, "buffers of both directions: %s is only seen the other way", row.Name)
			}
		}
		if r.Proto.AppID != input.AppUnknown && !runsOn(row, r.Proto.App) {
			return p.fail(at, "protocol %s has no buffer %s (it is of %s)", r.Proto.App, row.Name, strings.Join(row.Protos, ", "))
		}
		p.inferApp(row.Protos)
	}
	if r.ToServer && dirs == buf.TC || r.ToClient && dirs == buf.TS {
		return p.fail(at, "the flow direction and the buffers contradict each other: the rule can never match")
	}
	if !r.Transactional {
		switch dirs {
		case buf.TS:
			r.ToServer = true
		case buf.TC:
			r.ToClient = true
		}
	}
	return nil
}

// runsOn reports whether a rule's protocol word is among a buffer's.
func runsOn(row *buf.Info, app string) bool {
	return row.Has(app) || app == "http1" && row.Has("http") || app == "dcerpc" && row.Has("smb") || app == "smb" && row.Has("dcerpc") ||
		app == "doh2" && (row.Has("dns") || row.Has("http2"))
}

// inferApp narrows a rule on tcp, udp or ip to the protocol of its buffers, when
// they name one.
func (p *parser) inferApp(f []string) {
	r := p.r
	if r.Proto.App != "" {
		return
	}
	name := f[0]
	switch {
	case len(f) == 1:
	case len(f) == 2 && f[0] == "http1" && f[1] == "http2":
		name = "http"
	case len(f) == 2 && f[0] == "dns":
		name = "dns"
	default:
		return
	}
	if id, ok := input.AppProtoOf(name); ok {
		r.Proto.App, r.Proto.AppID = name, id
		if r.Proto.IP == [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} {
			r.Proto.IP = [4]uint64{1<<6 | 1<<17}
		}
	}
}

// Variables are the byte variables of the rule, by slot.
func (r *Rule) Variables() int { return len(r.vars) }

// condName is the keyword of a condition that has no buffer.
func condName(c Cond) string {
	switch x := c.(type) {
	case *Numeric:
		return buf.Field(x.Field).Name
	case *TxCond:
		return x.Name
	case *ModbusAddress:
		return "modbus"
	}
	return "condition"
}
