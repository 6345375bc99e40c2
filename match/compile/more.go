package compile

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/rule"
)

// bufferOpMore translates the less common conditions on buffers.
func (c *compiler) bufferOpMore(r *rule.Rule, l *list, cond rule.Cond) (match.Op, error) {
	switch x := cond.(type) {
	case *rule.Dataset:
		return c.datasetOp(r, x)
	case *rule.LuaCond:
		code := match.OpLuaBuffer
		if l.src.Buffer == buf.None {
			code = match.OpLua
		}
		return c.luaOp(r, x, code)
	case *rule.Base64Decode:
		op := match.Op{Code: match.OpBase64Decode, A: int32(x.Bytes), B: int32(x.Offset)}
		if x.Relative {
			op.Flags |= match.FRelative
		}
		return op, nil
	case *rule.Entropy:
		return c.entropyOp(l, x), nil
	case *rule.TxCond:
		if _, ok := digests[x.Name]; ok {
			return c.digestOp(x)
		}
		if x.Name == "filestore" {
			return match.Op{Code: match.OpFilestore}, nil
		}
		if op, ok := industrialOp(x); ok {
			return op, nil
		}
		return match.Op{}, fmt.Errorf("keyword %s is not there yet", x.Name)
	case *rule.ModbusAddress:
		return modbusAddress(x), nil
	case *rule.Var:
		return c.varOp(x)
	case *rule.Simple:
		switch x.Name {
		case "base64_data":
			return match.Op{Code: match.OpBase64Data}, nil
		case "asn1":
			return asn1Op(x.Args)
		}
	}
	return match.Op{}, fmt.Errorf("%T is not there yet", cond)
}

func (c *compiler) entropyOp(l *list, x *rule.Entropy) match.Op {
	op := match.Op{Code: match.OpEntropy, Neg: x.Neg, A: int32(x.Bytes), B: int32(x.Offset),
		C: int32(c.names.ID("entropy", entropyName(l.src.Buffer))), X: math.Float64bits(x.Lo), Y: math.Float64bits(x.Hi)}
	if x.OpenLo {
		op.Flags |= match.EntropyOpenLo
	}
	if x.OpenHi {
		op.Flags |= match.EntropyOpenHi
	}
	return op
}

// entropyName is what events call a buffer whose entropy was computed.
func entropyName(id buf.ID) string {
	switch id {
	case buf.Payload:
		return "content"
	case buf.FileData:
		return "file_data"
	}
	if row := buf.Get(id); row.Legacy != "" {
		return row.Legacy
	}
	return id.String()
}

// asn1Op reads bitstring_overflow, double_overflow, oversize_length N,
// absolute_offset N and relative_offset N.
func asn1Op(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpASN1, Flags: match.ASN1Absolute}
	for _, item := range args {
		word, arg, _ := strings.Cut(item, " ")
		n, err := strconv.ParseInt(strings.TrimSpace(arg), 0, 32)
		switch {
		case word == "bitstring_overflow" && arg == "":
			op.Flags |= match.ASN1BitString
		case word == "double_overflow" && arg == "":
			op.Flags |= match.ASN1Double
		case word == "oversize_length" && err == nil && n > 0:
			op.Flags |= match.ASN1Oversize
			op.A = int32(n)
		case word == "absolute_offset" && err == nil && n >= 0:
			op.B = int32(n)
		case word == "relative_offset" && err == nil:
			op.B = int32(n)
			op.Flags = op.Flags&^match.ASN1Absolute | match.FRelative
		default:
			return op, fmt.Errorf("asn1: %q, want bitstring_overflow, double_overflow, oversize_length N, absolute_offset N or relative_offset N", item)
		}
	}
	if op.Flags&(match.ASN1BitString|match.ASN1Double|match.ASN1Oversize) == 0 {
		return op, errors.New("asn1: nothing to look for: want bitstring_overflow, double_overflow or oversize_length N")
	}
	return op, nil
}

// rangeOp is a comparison of one number.
func rangeOp(code match.Code, r *rule.Range) match.Op {
	op := match.Op{Code: code, Neg: r.Neg, X: r.Lo, Y: r.Hi}
	if r.Mask {
		op.Flags |= match.FMask
	}
	return op
}

var indexModes = map[rule.IndexMode]int32{rule.IndexAny: match.IndexAny, rule.IndexAll: match.IndexAll, rule.IndexAllOrAbsent: match.IndexAllOrAbsent,
	rule.IndexOrAbsent: match.IndexOrAbsent, rule.IndexAt: match.IndexAt, rule.IndexAtOrOut: match.IndexAtOrOut,
	rule.IndexMatches: match.IndexMatches, rule.IndexCount: match.IndexCount}

// numberOp is a comparison of a field that may have several values.
func numberOp(field uint16, x *rule.Numeric) (match.Op, error) {
	op := rangeOp(match.OpUint, &x.Range)
	op.Field = field
	i := &x.Index
	op.A, op.B = indexModes[i.Mode], int32(i.N)
	if i.Sub {
		op.Flags |= match.FIndexSub
		op.C, op.D = int32(i.From), int32(i.To)
	}
	if i.Mode == rule.IndexMatches || i.Mode == rule.IndexCount {
		if i.Count.Mask {
			return op, errors.New("a number of values is not compared under a mask")
		}
		op.Off, op.Len = uint32(min(i.Count.Lo, math.MaxUint32)), uint32(min(i.Count.Hi, math.MaxUint32))
		if i.Count.Neg {
			op.Flags |= match.FCountNeg
		}
	}
	return op, nil
}

// elephantOp reads toserver, toclient, either or both.
func elephantOp(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpElephant}
	side := ""
	if len(args) == 1 {
		side = args[0]
	}
	switch side {
	case "toserver":
		op.A = 1
	case "toclient":
		op.A = 2
	case "either":
		op.A = 3
	case "both":
		op.A, op.B = 3, 1
	default:
		return op, fmt.Errorf("flow.elephant: %q, want toserver, toclient, either or both", strings.Join(args, ","))
	}
	return op, nil
}

// rpcOp reads PROGRAM[,VERSION|*[,PROCEDURE|*]].
func rpcOp(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpRPC}
	if len(args) < 1 || len(args) > 3 {
		return op, errors.New("rpc: want PROGRAM,VERSION|*,PROCEDURE|*")
	}
	for i, to := range []*int32{&op.A, &op.B, &op.C}[:len(args)] {
		if i > 0 && args[i] == "*" {
			continue
		}
		n, err := strconv.ParseUint(args[i], 10, 32)
		if err != nil {
			return op, fmt.Errorf("rpc: %q is no number from 0 to 4294967295", args[i])
		}
		*to = int32(uint32(n))
		op.Flags |= [...]uint16{0, match.RPCVersion, match.RPCProcedure}[i]
	}
	return op, nil
}

// octetVarOp is a pktvar or flowvar condition: NAME,VALUE.
func (c *compiler) octetVarOp(x *rule.Simple) (match.Op, error) {
	op := match.Op{Code: match.OpPktVar, Neg: x.Negated, X: uint64(c.names.ID(x.Name, x.Args[0]))}
	if x.Name == "flowvar" {
		op.Code = match.OpFlowVar
	}
	op.Off, op.Len = c.t.put([]byte(x.Args[1]))
	return op, nil
}
