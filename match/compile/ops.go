package compile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// listOps translates the conditions on a buffer.
func (c *compiler) listOps(r *rule.Rule, l *list) ([]match.Op, error) {
	var out []match.Op
	c.dir = filepath.Dir(r.Pos.File)
	for _, cond := range l.src.Conds {
		op, err := c.bufferOp(r, l, cond)
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	return out, nil
}

func (c *compiler) bufferOp(r *rule.Rule, l *list, cond rule.Cond) (match.Op, error) {
	if op, ok := c.tlsOp(cond); ok {
		return op, nil
	}
	switch x := cond.(type) {
	case *rule.Content:
		return c.contentOp(x), nil
	case *rule.IsDataAt:
		op := match.Op{Code: match.OpIsDataAt, Neg: x.Negated}
		if x.Relative {
			op.Flags |= match.FRelative
		}
		op.A = operand(x.N, &op.Flags, match.BVarOff)
		return op, nil
	case *rule.ByteOp:
		return byteOp(x)
	case *rule.PCRE:
		return c.pcreOp(x)
	case *rule.BSize:
		return rangeOp(match.OpBSize, &x.Range), nil
	case *rule.Absent:
		op := match.Op{Code: match.OpAbsent}
		if x.OrElse {
			op.A = 1
		}
		return op, nil
	case *rule.Numeric:
		return numberOp(uint16(x.Field), x)
	case *rule.TxCond:
		if x.Name == "app-layer-state" {
			return c.stateOp(r, x)
		}
	case *rule.Event:
		_, id, ok := c.appEvent(x.Name)
		if !ok {
			return match.Op{}, fmt.Errorf("app-layer-event %q is not raised by any parser", x.Name)
		}
		return match.Op{Code: match.OpAppEvent, A: int32(id)}, nil
	}
	return c.bufferOpMore(r, l, cond)
}

func (c *compiler) appEvent(name string) (input.AppProto, uint16, bool) {
	if c.opt.AppEvents == nil {
		return 0, 0, false
	}
	return c.opt.AppEvents(name)
}

// operand is a number, or a variable's slot and the flag that says so.
func operand(v rule.Value, flags *uint16, isVar uint16) int32 {
	if v.IsVar {
		*flags |= isVar
		return int32(v.Var)
	}
	return int32(v.N)
}

// lowerASCII folds letters alone: octets above 0x7f are no text.
func lowerASCII(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 32
		}
	}
	return out
}

func (c *compiler) contentOp(x *rule.Content) match.Op {
	op := match.Op{Code: match.OpContent, Neg: x.Negated}
	pat := x.Pattern
	f := &op.Flags
	if x.NoCase {
		*f |= match.FNoCase
		pat = lowerASCII(pat)
	}
	op.Off, op.Len = c.t.put(pat)
	if x.Depth.Set {
		*f |= match.FDepth
		op.A = operand(x.Depth, f, match.FVarDepth)
	}
	if x.Offset.Set {
		*f |= match.FOffset
		op.B = operand(x.Offset, f, match.FVarOffset)
	}
	if x.Distance.Set {
		*f |= match.FDistance
		op.C = operand(x.Distance, f, match.FVarDistance)
	}
	if x.Within.Set {
		*f |= match.FWithin
		op.D = operand(x.Within, f, match.FVarWithin)
	}
	if x.StartsWith {
		*f |= match.FStartsWith
	}
	if x.EndsWith {
		*f |= match.FEndsWith
	}
	if x.RelativeNext {
		*f |= match.FRelativeNext
	}
	if x.Replace != nil {
		*f |= match.FReplace
		at, _ := c.t.put(x.Replace)
		op.X = uint64(at)
	}
	return op
}

var testOps = map[string]int32{"<": match.CmpLT, ">": match.CmpGT, "=": match.CmpEQ, "<=": match.CmpLE, ">=": match.CmpGE,
	"&": match.CmpAnd, "^": match.CmpOr}

var mathOps = map[string]uint16{"+": match.MathAdd, "-": match.MathSub, "*": match.MathMul, "/": match.MathDiv,
	"<<": match.MathLShift, ">>": match.MathRShift}

func byteOp(x *rule.ByteOp) (match.Op, error) {
	op := match.Op{Neg: x.Negated, D: int32(x.Base), Y: x.Mask}
	f := &op.Flags
	op.A = operand(x.N, f, match.BVarN)
	op.B = operand(x.Offset, f, match.BVarOff)
	for _, b := range []struct {
		on   bool
		flag uint16
	}{{x.Relative, match.FRelative}, {x.Little, match.BLittle}, {x.String, match.BString}, {x.FromBeginning, match.BFromBeg}, {x.FromEnd, match.BFromEnd}, {x.DCE, match.BDCE}} {
		if b.on {
			*f |= b.flag
		}
	}
	if x.RelativeNext {
		*f |= match.FRelativeNext
	}
	switch x.Kind {
	case "byte_test":
		op.Code, op.C = match.OpByteTest, testOps[x.Op]
		op.X = uint64(x.Value.N)
		if x.Value.IsVar {
			op.X = uint64(x.Value.Var)
			*f |= match.BVarVal
		}
	case "byte_jump":
		op.Code, op.X, op.C = match.OpByteJump, x.Multiplier, int32(x.PostOffset)
		if x.Align {
			*f |= match.BAlign
		}
	case "byte_extract":
		op.Code, op.X, op.C, op.Field = match.OpByteExtract, x.Multiplier, int32(x.Result), uint16(x.AlignTo)
	case "byte_math":
		op.Code, op.Field, op.C = match.OpByteMath, mathOps[x.Op], int32(x.Result)
		op.X = uint64(x.Value.N)
		if x.Value.IsVar {
			op.X = uint64(x.Value.Var)
			*f |= match.BVarVal
		}
	}
	return op, nil
}

var modOf = map[string]int32{"": match.ModExact, "+": match.ModPlus, "*": match.ModAny, "!": match.ModNot}

// packetOps translates the conditions on the packet and its flow, cheap ones
// first.
func (c *compiler) packetOps(r *rule.Rule) ([]match.Op, error) {
	var out []match.Op
	for _, cond := range r.Packet {
		op, skip, err := c.packetOp(r, cond)
		if err != nil {
			return nil, err
		}
		if !skip {
			out = append(out, op)
		}
	}
	return out, nil
}

func (c *compiler) packetOp(r *rule.Rule, cond rule.Cond) (op match.Op, skip bool, err error) {
	switch x := cond.(type) {
	case *rule.Numeric:
		if x.Field == buf.FieldDsize {
			return rangeOp(match.OpDsize, &x.Range), false, nil
		}
		f, ok := packetFields[x.Field]
		if !ok {
			return op, false, fmt.Errorf("keyword %s is not there yet", buf.Field(x.Field).Name)
		}
		op, err = numberOp(uint16(f), x)
		return op, false, err
	case *rule.IPProto:
		return rangeOp(match.OpIPProto, &x.Range), false, nil
	case *rule.FlowCond:
		op := match.Op{Code: match.OpFlow}
		for _, b := range []struct {
			on  bool
			bit int32
		}{{x.Established, match.FlowEstablished}, {x.NotEstablished, match.FlowNotEstablished}, {x.Stateless, match.FlowStateless},
			{x.NoFrag, match.FlowNoFrag}, {x.OnlyFrag, match.FlowOnlyFrag}} {
			if b.on {
				op.A |= b.bit
			}
		}
		return op, op.A == 0 || op.A == match.FlowStateless, nil
	case *rule.BitMask:
		op := match.Op{Code: match.OpTCPFlags, A: int32(x.Bits), B: int32(x.Ignore), C: modOf[x.Mod]}
		if x.Kind == "fragbits" {
			op.Code = match.OpFragBits
		}
		return op, false, nil
	case *rule.Var:
		op, err = c.varOp(x)
		return op, false, err
	case *rule.Event:
		op, err = c.eventOp(x)
		return op, false, err
	case *rule.Anomaly:
		return match.Op{Code: match.OpAnomaly, Neg: x.Score.Neg, A: int32(x.Detector), X: x.Score.Lo, Y: x.Score.Hi}, false, nil
	case *rule.LuaCond:
		op, err = c.luaOp(r, x, match.OpLua)
		return op, false, err
	case *rule.Simple:
		op, err = c.simpleOp(r, x)
		return op, false, err
	}
	return op, false, fmt.Errorf("%T is not there yet", cond)
}

var packetFields = map[buf.FieldID]match.Field{
	buf.FieldTTL: match.FieldTTL, buf.FieldIPID: match.FieldIPID, buf.FieldTOS: match.FieldTOS, buf.FieldFragOffset: match.FieldFragOffset,
	buf.FieldIType: match.FieldIType, buf.FieldICode: match.FieldICode, buf.FieldICMPID: match.FieldICMPID, buf.FieldICMPSeq: match.FieldICMPSeq,
	buf.FieldICMPv6MTU: match.FieldICMP6MTU, buf.FieldTCPSeq: match.FieldTCPSeq, buf.FieldTCPAck: match.FieldTCPAck,
	buf.FieldTCPWindow: match.FieldTCPWindow, buf.FieldTCPMSS: match.FieldTCPMSS, buf.FieldTCPWScale: match.FieldTCPWScale,
	buf.FieldTCPFlags: match.FieldTCPFlags, buf.FieldIGMPType: match.FieldIGMPType, buf.FieldVLANLayers: match.FieldVLANLayers,
	buf.FieldSCTPVTag: match.FieldSCTPVTag, buf.FieldFlowAge: match.FieldFlowAge, buf.FieldFlowPkts: match.FieldFlowPkts,
	buf.FieldFlowPktsToServer: match.FieldFlowPktsTS, buf.FieldFlowPktsToClient: match.FieldFlowPktsTC,
	buf.FieldFlowPktsEither: match.FieldFlowPktsEither, buf.FieldFlowBytes: match.FieldFlowBytes,
	buf.FieldFlowBytesToServer: match.FieldFlowBytesTS, buf.FieldFlowBytesToClient: match.FieldFlowBytesTC,
	buf.FieldFlowBytesEither: match.FieldFlowBytesEither, buf.FieldSCTPChunkCount: match.FieldSCTPChunkCount,
	buf.FieldVLANID: match.FieldVLANID, buf.FieldL3Proto: match.FieldL3Proto, buf.FieldSCTPChunkType: match.FieldSCTPChunkType,
}

// postOps translates what a rule changes when it matched.
func (c *compiler) postOps(r *rule.Rule) ([]match.Op, error) {
	var out []match.Op
	for _, cond := range r.Post {
		switch x := cond.(type) {
		case *rule.Var:
			op, err := c.varOp(x)
			if err != nil {
				return nil, err
			}
			out = append(out, op)
		case *rule.Simple:
			switch x.Name {
			case "bypass":
				out = append(out, match.Op{Code: match.OpBypass})
			case "tls.store":
				out = append(out, match.Op{Code: match.OpTLSStore})
			case "tag":
				op, err := tagOp(x.Args)
				if err != nil {
					return nil, err
				}
				out = append(out, op)
			case "config":
				op, err := configOp(x.Args)
				if err != nil {
					return nil, err
				}
				out = append(out, op)
			case "filestore":
				op, err := filestoreOp(r, x.Args)
				if err != nil {
					return nil, err
				}
				out = append(out, op)
			default:
				return nil, fmt.Errorf("keyword %s is not there yet", x.Name)
			}
		default:
			return nil, fmt.Errorf("%T is not there yet", cond)
		}
	}
	return out, nil
}

var bitCmds = map[string]int32{"isset": match.BitIsSet, "isnotset": match.BitIsNotSet, "set": match.BitSet, "unset": match.BitUnset, "toggle": match.BitToggle}

var intOps = map[string]int32{"=": match.IntSet, "+": match.IntAdd, "-": match.IntSub, "==": match.IntEQ, "!=": match.IntNE, "<": match.IntLT,
	"<=": match.IntLE, ">": match.IntGT, ">=": match.IntGE, "isset": match.IntIsSet, "isnotset": match.IntIsNotSet}

func (c *compiler) varOp(x *rule.Var) (match.Op, error) {
	switch x.Kind {
	case "flowbits":
		op := match.Op{Code: match.OpFlowbits, A: bitCmds[x.Cmd], X: uint64(c.names.ID("flowbits", x.Names[0]))}
		if len(x.Names) > 1 {
			var ids []byte
			for _, n := range x.Names {
				ids = binary.LittleEndian.AppendUint32(ids, c.names.ID("flowbits", n))
			}
			op.Off, op.Len = c.t.put(ids)
		}
		return op, nil
	case "flowint":
		op := match.Op{Code: match.OpFlowint, A: intOps[x.Op], X: uint64(c.names.ID("flowint", x.Name)), Y: uint64(x.Value)}
		if x.ValueVar != "" {
			op.B, op.Y = 1, uint64(c.names.ID("flowint", x.ValueVar))
		}
		return op, nil
	}
	return c.sharedBitOp(x), nil
}

func (c *compiler) eventOp(x *rule.Event) (match.Op, error) {
	id, ok := x.ID()
	if !ok {
		return match.Op{}, fmt.Errorf("%s %q is not there yet", x.Kind, x.Name)
	}
	return match.Op{Code: match.OpEvent, A: int32(id)}, nil
}

var csumKinds = map[string]int32{"ipv4-csum": match.CSumIPv4, "tcpv4-csum": match.CSumTCPv4, "tcpv6-csum": match.CSumTCPv6,
	"udpv4-csum": match.CSumUDPv4, "udpv6-csum": match.CSumUDPv6, "icmpv4-csum": match.CSumICMPv4, "icmpv6-csum": match.CSumICMPv6, "igmp-csum": match.CSumIGMP}

func (c *compiler) simpleOp(r *rule.Rule, x *rule.Simple) (match.Op, error) {
	if k, ok := csumKinds[x.Name]; ok {
		op := match.Op{Code: match.OpCSum, B: k}
		if x.Args[0] == "valid" {
			op.A = 1
		}
		return op, nil
	}
	switch x.Name {
	case "sameip":
		return match.Op{Code: match.OpSameIP}, nil
	case "stream_size":
		return streamSize(x.Args)
	case "app-layer-protocol":
		op, err := appProto(x.Args)
		if isProtoOnly(r) && len(r.Lists) == 0 && !r.Firewall {
			op.C = 1
		}
		return op, err
	case "tcp.session":
		return tcpSession(x.Args)
	}
	return c.simpleOpMore(x)
}

// simpleOpMore translates the less common conditions on packets and flows.
func (c *compiler) simpleOpMore(x *rule.Simple) (match.Op, error) {
	switch x.Name {
	case "ipopts":
		return match.Op{Code: match.OpIPOpts, A: int32(rule.IPOptions[x.Args[0]])}, nil
	case "flow.elephant":
		return elephantOp(x.Args)
	case "iprep":
		return c.iprepOp(x.Args)
	case "geoip":
		return c.geoipOp(x.Args)
	case "rpc":
		return rpcOp(x.Args)
	case "pktvar", "flowvar":
		return c.octetVarOp(x)
	}
	return match.Op{}, fmt.Errorf("keyword %s is not there yet", x.Name)
}

func streamSize(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpStreamSize}
	if len(args) != 3 {
		return op, fmt.Errorf("stream_size: want SIDE,OPERATOR,NUMBER")
	}
	side, ok := map[string]int32{"server": match.SideServer, "client": match.SideClient, "both": match.SideBoth, "either": match.SideEither}[args[0]]
	n, err := strconv.ParseUint(args[2], 10, 64)
	if !ok || err != nil {
		return op, fmt.Errorf("stream_size: %s: want server, client, both or either, an operator and a number", strings.Join(args, ","))
	}
	op.B = side
	most := ^uint64(0)
	if args[1] == "<" && n == 0 || args[1] == ">" && n == most {
		return op, fmt.Errorf("stream_size: nothing is %s %d", args[1], n)
	}
	switch args[1] {
	case "<":
		op.X, op.Y = 0, n-1
	case "<=":
		op.X, op.Y = 0, n
	case ">":
		op.X, op.Y = n+1, most
	case ">=":
		op.X, op.Y = n, most
	case "=", "==":
		op.X, op.Y = n, n
	case "!=":
		op.X, op.Y, op.Neg = n, n, true
	default:
		return op, fmt.Errorf("stream_size: operator %q", args[1])
	}
	return op, nil
}
