package compile

import (
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
)

// opNames are the keywords behind conditions.
var opNames = map[match.Code]string{
	match.OpPCRE: "pcre", match.OpIsDataAt: "isdataat", match.OpByteTest: "byte_test", match.OpByteJump: "byte_jump",
	match.OpByteExtract: "byte_extract", match.OpByteMath: "byte_math", match.OpBSize: "bsize", match.OpAbsent: "absent",
	match.OpBase64Decode: "base64_decode", match.OpBase64Data: "base64_data", match.OpEntropy: "entropy", match.OpDataset: "dataset",
	match.OpDatarep: "datarep", match.OpLuaBuffer: "lua", match.OpFlow: "flow", match.OpTCPFlags: "tcp.flags", match.OpFragBits: "fragbits",
	match.OpSameIP: "sameip", match.OpIPOpts: "ipopts", match.OpCSum: "csum", match.OpDsize: "dsize", match.OpIPProto: "ip_proto",
	match.OpFlowbits: "flowbits", match.OpFlowint: "flowint", match.OpXbits: "xbits", match.OpHostbits: "hostbits", match.OpEvent: "event",
	match.OpAppEvent: "app-layer-event", match.OpAppProto: "app-layer-protocol", match.OpStreamSize: "stream_size", match.OpIPRep: "iprep",
	match.OpGeoIP: "geoip", match.OpLua: "lua", match.OpAnomaly: "anomaly", match.OpFlowAge: "flow.age", match.OpIPAddr: "ip address",
	match.OpBypass: "bypass", match.OpTLSStore: "tls.store", match.OpTag: "tag", match.OpFilestore: "filestore", match.OpConfig: "config",
}

// Describe tells what a condition asks for.
func Describe(b *match.Bundle, op *match.Op) string {
	var w strings.Builder
	if op.Neg {
		w.WriteString("not ")
	}
	switch op.Code {
	case match.OpContent:
		describeContent(&w, b, op)
		return w.String()
	case match.OpPCRE:
		if op.X < uint64(len(b.PCREs)) {
			r := &b.PCREs[op.X]
			fmt.Fprintf(&w, "pcre /%s/", clip(string(b.Blob[r.Off:r.Off+r.Len])))
			if op.Flags&match.FRelative != 0 {
				w.WriteString(", relative")
			}
			return w.String()
		}
	case match.OpUint:
		fmt.Fprintf(&w, "%s %s", buf.Field(buf.FieldID(op.Field)).Name, span(op.X, op.Y))
		return w.String()
	case match.OpDsize, match.OpBSize, match.OpIPProto:
		fmt.Fprintf(&w, "%s %s", opNames[op.Code], span(op.X, op.Y))
		return w.String()
	}
	name := opNames[op.Code]
	if name == "" {
		name = fmt.Sprintf("condition of kind %d", op.Code)
	}
	w.WriteString(name)
	if op.Flags&match.FRelative != 0 {
		w.WriteString(", relative")
	}
	return w.String()
}

func span(lo, hi uint64) string {
	switch {
	case lo == hi:
		return fmt.Sprintf("= %d", lo)
	case hi == ^uint64(0):
		return fmt.Sprintf(">= %d", lo)
	case lo == 0:
		return fmt.Sprintf("<= %d", hi)
	}
	return fmt.Sprintf("from %d to %d", lo, hi)
}

func describeContent(w *strings.Builder, b *match.Bundle, op *match.Op) {
	fmt.Fprintf(w, "content %s", pattern{octets: string(b.Blob[op.Off : op.Off+op.Len])}.text())
	for _, x := range []struct {
		bit, isVar uint16
		name       string
		v          int32
	}{{match.FOffset, match.FVarOffset, "offset", op.B}, {match.FDepth, match.FVarDepth, "depth", op.A},
		{match.FDistance, match.FVarDistance, "distance", op.C}, {match.FWithin, match.FVarWithin, "within", op.D}} {
		switch {
		case op.Flags&x.bit == 0:
		case op.Flags&x.isVar != 0:
			fmt.Fprintf(w, ", %s of a variable", x.name)
		default:
			fmt.Fprintf(w, ", %s %d", x.name, x.v)
		}
	}
	for _, x := range []struct {
		bit  uint16
		name string
	}{{match.FNoCase, "nocase"}, {match.FStartsWith, "startswith"}, {match.FEndsWith, "endswith"}, {match.FFast, "the fast pattern"}} {
		if op.Flags&x.bit != 0 {
			w.WriteString(", " + x.name)
		}
	}
}

// text is a pattern as rules write it.
func (p pattern) text() string {
	var w strings.Builder
	w.WriteByte('"')
	hex := false
	for i := range len(p.octets) {
		c := p.octets[i]
		if i == 64 {
			w.WriteString("…")
			break
		}
		plain := c >= ' ' && c < 0x7f && c != '|' && c != '"'
		switch {
		case plain && hex:
			w.WriteByte('|')
			hex = false
		case !plain && !hex:
			w.WriteByte('|')
			hex = true
		case !plain:
			w.WriteByte(' ')
		}
		if plain {
			w.WriteByte(c)
		} else {
			fmt.Fprintf(&w, "%02x", c)
		}
	}
	if hex {
		w.WriteByte('|')
	}
	w.WriteByte('"')
	return w.String()
}

// clip shortens what would fill the screen.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
