package compile

import (
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// industrialOp translates the conditions of control systems' protocols, whose
// values were checked when they were read; ok is false for others.
func industrialOp(x *rule.TxCond) (op match.Op, ok bool) {
	switch x.Name {
	case "cip_service":
		op = cipService(x.Args)
		op.Neg = x.Negated
		return op, true
	}
	return op, false
}

// cipService is SERVICE[,CLASS[,ATTRIBUTE]]. A negated attribute stands for any.
func cipService(args []string) match.Op {
	op := match.Op{Code: match.OpCIPService, A: int32(number(args[0]))}
	if len(args) > 1 {
		op.B, op.X = 1, number(args[1])
	}
	if len(args) > 2 && !strings.HasPrefix(args[2], "!") {
		op.B, op.Y = 2, number(args[2])
	}
	return op
}

// modbusAddress is a range of addresses, and one of values.
func modbusAddress(x *rule.ModbusAddress) match.Op {
	op := match.Op{Code: match.OpModbusAddress, A: int32(x.Address.Lo), B: int32(min(x.Address.Hi, 0xffff)), C: int32(x.Value.Lo), D: int32(min(x.Value.Hi, 0xffff))}
	if x.Address.Neg {
		op.Flags |= match.MNegAddress
	}
	if x.HasValue {
		op.Flags |= match.MValue
	}
	if x.Value.Neg {
		op.Flags |= match.MNegValue
	}
	return op
}

func number(s string) uint64 {
	v, err := strconv.ParseUint(strings.TrimSpace(s), 0, 64)
	if err != nil {
		v, _ = strconv.ParseUint(strings.TrimSpace(s), 10, 64) // 08 is no octal number
	}
	return v
}
