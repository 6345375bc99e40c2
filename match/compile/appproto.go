package compile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// appSides are the modes of app-layer-protocol: whose protocol is meant.
var appSides = map[string]int32{"direction": match.SideFlow, "to_server": match.SideServer, "to_client": match.SideClient,
	"final": match.SideFinal, "either": match.SideEither, "original": match.SideOriginal}

// appProto translates app-layer-protocol:[!]NAME[|NAME…][,MODE][,exact]. The
// protocols become a set of bits.
func appProto(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpAppProto}
	names := strings.TrimPrefix(args[0], "!")
	op.Neg = names != args[0]
	exact, mode := false, ""
	for _, w := range args[1:] {
		side, ok := appSides[w]
		switch {
		case w == "exact" && !exact:
			exact = true
		case ok && mode == "":
			op.B, mode = side, w
		case ok:
			return op, fmt.Errorf("app-layer-protocol: modes %s and %s, want one", mode, w)
		default:
			return op, fmt.Errorf("app-layer-protocol: %q is none of to_server, to_client, either, direction, final, original, exact", w)
		}
	}
	for _, n := range strings.Split(names, "|") {
		n = strings.TrimSpace(n)
		id, ok := input.AppProtoOf(n)
		switch {
		case n == "failed":
			id, ok = input.AppFailed, true
		case n == "unknown" && op.Neg:
			return op, errors.New("app-layer-protocol: unknown cannot be negated: name the protocols that are meant")
		}
		if !ok {
			return op, fmt.Errorf("app-layer-protocol: unknown protocol %q", n)
		}
		op.X |= appLike(id, exact)
	}
	return op, nil
}

// appLike is the set of protocols that a rule's word for one stands for.
func appLike(id input.AppProto, exact bool) uint64 {
	set := uint64(1) << id
	if exact && id != input.AppHTTP {
		return set
	}
	for _, like := range map[input.AppProto][]input.AppProto{
		input.AppHTTP:   {input.AppHTTP1, input.AppHTTP2},
		input.AppHTTP2:  {input.AppDoH2},
		input.AppDNS:    {input.AppDoH2},
		input.AppDoH2:   {input.AppHTTP2, input.AppDNS},
		input.AppDCERPC: {input.AppSMB},
	}[id] {
		set |= 1 << like
	}
	return set
}

var sessionPhases = []string{"setup", "established", "closing"}

// tcpSession reads the phases of tcp.session.
func tcpSession(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpTCPSession}
	for _, a := range args {
		i := slices.Index(sessionPhases, a)
		if i < 0 {
			return op, fmt.Errorf("tcp.session: phase %q, want %s", a, strings.Join(sessionPhases, ", "))
		}
		if op.A&(1<<i) != 0 {
			return op, fmt.Errorf("tcp.session: %s stands twice", a)
		}
		op.A |= 1 << i
	}
	return op, nil
}
