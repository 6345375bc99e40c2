package compile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

var bitTracks = map[string]uint8{"ip_src": match.TrackSrc, "ip_dst": match.TrackDst, "ip_pair": match.TrackBoth, "tx": match.TrackTx}

// bitKinds are the name spaces of bits: xbits of a host and hostbits share one.
var bitKinds = map[string]string{"ip_src": "hostbits", "ip_dst": "hostbits", "ip_pair": "xbits", "tx": "txbits"}

// sharedBitOp is an xbits or hostbits condition or change.
func (c *compiler) sharedBitOp(x *rule.Var) match.Op {
	op := match.Op{Code: match.OpXbits, A: bitCmds[x.Cmd], B: int32(bitTracks[x.Track]),
		X: uint64(c.names.ID(bitKinds[x.Track], x.Name)), Y: uint64(x.Expire)}
	if x.Kind == "hostbits" {
		op.Code = match.OpHostbits
	}
	if x.Track == "tx" {
		op.Y = txBitSeconds
	}
	return op
}

// txBitSeconds is how long a bit of a transaction is kept at most: they have no
// expiry of their own and go when room is needed.
const txBitSeconds = 3600

// tagOp reads session|host[,COUNT,packets|bytes|seconds[,src|dst]].
func tagOp(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpTag, X: maxTagPackets, C: match.TagPackets, B: int32(match.TrackDst)}
	switch args[0] {
	case "session":
		op.A = match.TagSession
	case "host":
		op.A = match.TagHost
	default:
		return op, fmt.Errorf("tag: %q, want session or host", args[0])
	}
	if len(args) == 1 {
		return op, nil
	}
	if len(args) < 3 || len(args) > 4 {
		return op, fmt.Errorf("tag: want session or host, a count, packets, bytes or seconds, and perhaps src or dst")
	}
	n, err := strconv.ParseUint(args[1], 10, 32)
	if err != nil {
		return op, fmt.Errorf("tag: count %q is no number from 0 to 4294967295", args[1])
	}
	op.X = n
	switch args[2] {
	case "packets":
		op.X = min(op.X, maxTagPackets)
	case "bytes":
		op.C = match.TagBytes
	case "seconds":
		op.C = match.TagSeconds
	default:
		return op, fmt.Errorf("tag: %q, want packets, bytes or seconds", args[2])
	}
	if len(args) == 4 {
		switch args[3] {
		case "src":
			op.B = int32(match.TrackSrc)
		case "dst":
		default:
			return op, fmt.Errorf("tag: %q, want src or dst", args[3])
		}
	}
	return op, nil
}

// maxTagPackets bounds a tag by packets, and is its count when none is given.
const maxTagPackets = 256

// configOp reads `logging|tracking disable, type tx|flow, scope tx|flow|packet`.
// What takes effect is switching off the log of a transaction; the rest is
// accepted and does nothing, as in Suricata outside of firewall hooks.
func configOp(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpConfig}
	if len(args) != 3 {
		return op, fmt.Errorf("config: want logging disable, type tx, scope tx")
	}
	of := func(item, word string, values ...string) (string, error) {
		f := strings.Fields(item)
		if len(f) == 2 && f[0] == word && slices.Contains(values, f[1]) {
			return f[1], nil
		}
		return "", fmt.Errorf("config: %q, want %s %s", item, word, strings.Join(values, "|"))
	}
	subsys := strings.Fields(args[0])
	if len(subsys) != 2 || subsys[0] != "logging" && subsys[0] != "tracking" || subsys[1] != "disable" {
		return op, fmt.Errorf("config: %q, want logging disable or tracking disable", args[0])
	}
	kind, err := of(args[1], "type", "tx", "flow")
	if err != nil {
		return op, err
	}
	scope, err := of(args[2], "scope", "tx", "flow", "packet")
	if err != nil {
		return op, err
	}
	if subsys[0] == "tracking" && kind == "flow" && scope == "packet" {
		return op, fmt.Errorf("config: flow tracking is disabled in the pre_flow hook only, which is not there yet")
	}
	if subsys[0] == "logging" && kind == "tx" && scope == "tx" {
		op.A = match.ConfigNoTxLog
	}
	return op, nil
}
