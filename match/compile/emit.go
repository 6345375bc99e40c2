package compile

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// add analyses a rule: on what it runs, which lists go where, its fast pattern.
func (c *compiler) add(r *rule.Rule, reverse bool) error {
	r = c.withTxEvents(r)
	x := &compiled{src: r, rank: c.rankOf(r), swap: reverse, limit: ownLimit(r)}
	rec := &x.rec
	rec.SID, rec.GID, rec.Rev = r.SID, r.GID, r.Rev
	rec.Action = match.Action(r.Action)
	rec.RejectSides = r.Rejects
	rec.IPProto = ipProtos(r)
	rec.App = uint16(r.Proto.AppID)
	if r.Proto.App == "http" {
		rec.App, rec.App2 = uint16(input.AppHTTP1), uint16(input.AppHTTP2)
	}
	if r.Proto.App == "dns" || r.Proto.App == "http2" {
		rec.App2 = uint16(input.AppDoH2)
	}
	if r.Proto.App == "dcerpc" {
		rec.App2 = uint16(input.AppSMB) // whose pipes carry it
	}
	if r.Shadow {
		rec.Shadow = 1
	}
	rec.Scope = scopeIDs[r.Scope]
	c.flags(x)
	joinFiles(r)
	if err := c.hook(x); err != nil {
		return err
	}
	c.ruleFile = r.Pos.File
	if err := c.placeScripts(r); err != nil {
		return err
	}
	if err := c.flowbitsLimit(r); err != nil {
		return err
	}
	if err := c.splitLists(x); err != nil {
		return err
	}
	if r.Firewall && r.Hook.Packet() && x.rec.Flags&match.RTx != 0 {
		return fmt.Errorf("hook %s is of packets: what the rule asks of %s needs a hook of that protocol", r.Hook.Name, r.Proto.App)
	}
	x.rank.table = c.table(x)
	// Conditions are translated once here, so that a rule that cannot be compiled
	// is left out as a whole.
	if _, err := c.packetOps(r); err != nil {
		return err
	}
	if _, err := c.postOps(r); err != nil {
		return err
	}
	for i := range x.lists {
		if _, err := c.listOps(r, &x.lists[i]); err != nil {
			return err
		}
	}
	if err := transactional(r); err != nil {
		return err
	}
	if r.Hook.Name == "" || rec.Flags&match.RFirewall == 0 {
		x.fast = c.pickFast(x)
	}
	if x.fast == nil {
		rec.Flags |= match.RNoFast
	}
	c.rules = append(c.rules, x)
	return nil
}

// flowbitsLimit holds a rule against the limit on its flowbits.
func (c *compiler) flowbitsLimit(r *rule.Rule) error {
	n := 0
	for _, conds := range [...][]rule.Cond{r.Packet, r.Post} {
		for _, cond := range conds {
			if v, ok := cond.(*rule.Var); ok && v.Kind == "flowbits" {
				n++
			}
		}
	}
	if m := c.opt.MaxFlowbits; m > 0 && n > m {
		return Forbidden{fmt.Sprintf("rule %d: too many flowbits (max %d per signature)", r.SID, m)}
	}
	return nil
}

// ipProtos are the transports that a rule's header names, less those that its
// ip_proto conditions rule out: it is no candidate for packets of the others.
func ipProtos(r *rule.Rule) [4]uint64 {
	set := r.Proto.IP
	for _, cond := range r.Packet {
		x, ok := cond.(*rule.IPProto)
		if !ok || x.Mask {
			continue
		}
		for n := range uint64(256) {
			if (x.Lo <= n && n <= x.Hi) == x.Neg {
				set[n>>6] &^= 1 << (n & 63)
			}
		}
	}
	return set
}

// transactional checks a rule on both sides of a transaction.
func transactional(r *rule.Rule) error {
	if !r.Transactional {
		return nil
	}
	var dirs buf.Dirs
	streamed, fastTC := false, false
	for _, l := range r.Lists {
		dirs |= buf.Dirs(l.Dir)
		streamed = streamed || l.Dir == uint8(input.ToServer) && buf.Get(l.Buffer).Window()
		for _, c := range l.Conds {
			ct, ok := c.(*rule.Content)
			fastTC = fastTC || ok && ct.Fast && l.Dir == uint8(input.ToClient)
		}
	}
	switch {
	case dirs != buf.Both:
		return errors.New("=> is for rules that look at both sides of a transaction: write ->, or name the sides with to_server and to_client")
	case streamed && fastTC:
		return errors.New("the fast pattern cannot lie in the answer where a body of the request is looked at too: its octets are gone by then")
	}
	return nil
}

// flags of the header.
func (c *compiler) flags(x *compiled) {
	r, f := x.src, &x.rec.Flags
	if r.Proto.V4 {
		*f |= match.RIPv4
	}
	if r.Proto.V6 {
		*f |= match.RIPv6
	}
	if r.Proto.Other {
		*f |= match.RNoFlow
	}
	if r.Proto.ARP {
		*f |= match.RARP
	}
	if r.NoAlert || r.Firewall && !r.Alerts() {
		*f |= match.RNoAlert
	}
	if r.Firewall {
		*f |= match.RFirewall
	}
	if r.Transactional {
		*f |= match.RTransactional
	}
	if r.AlsoPass {
		*f |= match.RAlsoPass
	}
	if r.Hook.UpTo {
		*f |= match.RUpTo
	}
	if r.LogPass && r.Action == rule.Pass {
		*f |= match.RLogPass
	}
	for _, cond := range r.Post {
		if s, ok := cond.(*rule.Simple); ok && s.Name == "tag" {
			*f |= match.RTag
		}
	}
	if r.ToServer {
		*f |= match.RToServer
	}
	if r.ToClient {
		*f |= match.RToClient
	}
}

// splitLists decides where each list is inspected.
func (c *compiler) splitLists(x *compiled) error {
	r := x.src
	needsPacket := r.Proto.Packet
	onlyStream, noStream := r.Proto.Stream, false
	for _, cond := range r.Packet {
		switch v := cond.(type) {
		case *rule.FlowCond:
			onlyStream = onlyStream || v.OnlyStream
			noStream = noStream || v.NoStream
		case *rule.Numeric:
			if buf.Field(v.Field).Flags&buf.PacketField != 0 {
				needsPacket = true
			}
		case *rule.BitMask:
			needsPacket = true
		case *rule.Event:
			if v.Kind == "decode-event" {
				x.rec.Flags |= match.RDeOnly
			}
		}
	}
	for _, l := range r.Lists {
		for _, cond := range l.Conds {
			if ct, ok := cond.(*rule.Content); ok && ct.Replace != nil {
				// What is rewritten is the packet at hand.
				needsPacket = true
			}
		}
	}
	tcp := r.Proto.IP[0]&(1<<6) != 0
	onlyTCP := r.Proto.IP == [4]uint64{1 << 6}
	for _, l := range r.Lists {
		if len(l.Conds) == 0 {
			continue
		}
		k, err := c.bufKey(l)
		if err != nil {
			return err
		}
		e := list{src: l, key: k}
		if c.t.keys[k].Flags&match.KWindow != 0 {
			x.rec.Flags |= match.RWindows
		}
		if c.t.keys[k].Flags&match.KMulti != 0 {
			x.rec.Flags |= match.RInstances
		}
		info := buf.Get(l.Buffer)
		switch {
		case l.Buffer == buf.Frame:
			x.rec.Flags |= match.RTx | match.RFrame
		case l.Buffer == buf.None || len(info.Protos) > 0:
			x.rec.Flags |= match.RTx
			if e.files = isFileList(l); e.files || info.Flags&buf.File != 0 {
				x.rec.Flags |= match.RFile
			}
		case l.Buffer == buf.Payload:
			x.rec.Flags |= match.RNeedPayload
			positioned := false
			for _, cond := range l.Conds {
				if ct, ok := cond.(*rule.Content); ok && (ct.Depth.Set || ct.Offset.Set) {
					positioned = true
				}
			}
			switch {
			case needsPacket || noStream || !tcp:
				e.packet = true
			case onlyStream:
				e.stream = true
			default:
				// A pattern at a fixed place may mean the stream's or the packet's
				// start: both are looked at. Other transports have no stream.
				e.stream = true
				e.packet = positioned || !onlyTCP
				e.loose = !positioned
			}
			if e.stream {
				x.rec.Flags |= match.RStream
			}
		}
		x.lists = append(x.lists, e)
	}
	if x.rec.Hook == match.HookApp {
		x.rec.Flags |= match.RTx
	}
	if x.rec.Flags&match.RTx == 0 && len(r.Lists) == 0 {
		only, like := isIPOnly(r)
		switch {
		case only:
			x.rec.Flags |= match.RIPOnly
		case like, isProtoOnly(r), r.Proto.AppID != 0 && !asksPacket(r):
			x.rec.Flags |= match.RFlowAction
		}
	}
	if needsPacket {
		x.rec.Flags |= match.RPacket
	}
	return nil
}

// isIPOnly reports whether a rule has nothing but a protocol, addresses and
// ports, and changes nothing but bits: its verdict is the flow's. like is true
// for one whose addresses have a negation or a range, which is judged on every
// packet; the others are judged once a flow and direction.
func isIPOnly(r *rule.Rule) (only, like bool) {
	if r.Proto.AppID != 0 || r.Proto.Other || r.Proto.Packet || r.Proto.Stream || r.Hook.Name != "" {
		return false, false
	}
	if len(r.Lists) > 0 || r.ToServer || r.ToClient {
		return false, false
	}
	for _, cond := range r.Packet {
		switch v := cond.(type) {
		case *rule.Var:
			if v.Kind != "xbits" && v.Kind != "hostbits" {
				return false, false
			}
		case *rule.Simple:
			if v.Name != "iprep" {
				return false, false
			}
		default:
			return false, false
		}
	}
	for _, cond := range r.Post {
		switch v := cond.(type) {
		case *rule.Var:
			if v.Kind == "flowint" || v.Kind == "flowbits" && v.Cmd != "set" {
				return false, false
			}
		case *rule.Simple:
			if v.Name != "tag" {
				return false, false
			}
		}
	}
	if r.Src.Shaped || r.Dst.Shaped {
		return false, true
	}
	return true, false
}

// isProtoOnly reports whether a rule asks for the application protocol and for
// nothing else of packets: its verdict is the flow's.
func isProtoOnly(r *rule.Rule) bool {
	found := false
	for _, cond := range r.Packet {
		switch v := cond.(type) {
		case *rule.Simple:
			if v.Name != "app-layer-protocol" && v.Name != "iprep" {
				return false
			}
			found = found || v.Name == "app-layer-protocol"
		case *rule.FlowCond:
			if *v != (rule.FlowCond{}) {
				return false
			}
		case *rule.Var:
			if v.Kind != "xbits" && v.Kind != "hostbits" {
				return false
			}
		default:
			return false
		}
	}
	return found && r.Proto.AppID == 0 && r.Hook.Name == ""
}

// asksPacket reports whether a rule has a condition on packets or their flow,
// the direction aside.
func asksPacket(r *rule.Rule) bool {
	for _, cond := range r.Packet {
		if v, ok := cond.(*rule.FlowCond); !ok || *v != (rule.FlowCond{}) {
			return true
		}
	}
	return false
}

// bufKey finds or makes the key of a list's buffer and transforms.
func (c *compiler) bufKey(l *rule.List) (uint32, error) {
	name := fmt.Sprint(l.Buffer, l.Transforms)
	if id, ok := c.t.keyIDs[name]; ok {
		return id, nil
	}
	info := buf.Get(l.Buffer)
	k := match.BufKey{Buf: l.Buffer, Progress: [2]uint8{uint8(info.Progress[0]), uint8(info.Progress[1])}}
	if len(info.Protos) > 0 || l.Buffer == buf.Frame {
		k.Flags |= match.KTx
	}
	if info.Multi() {
		k.Flags |= match.KMulti
	}
	if info.Flags&buf.File != 0 {
		k.Flags |= match.KFile
	}
	if info.Window() && l.Buffer != buf.Payload {
		k.Flags |= match.KWindow
	}
	if info.Dirs&buf.TS != 0 {
		k.Flags |= match.KTS
	}
	if info.Dirs&buf.TC != 0 {
		k.Flags |= match.KTC
	}
	ops, err := c.transformOps(l.Transforms)
	if err != nil {
		return 0, err
	}
	k.Transforms = c.t.addOps(ops)
	c.t.keys = append(c.t.keys, k)
	id := uint32(len(c.t.keys) - 1)
	c.t.keyIDs[name] = id
	return id, nil
}

// emit writes a rule into the tables under its rank.
func (c *compiler) emit(id uint32, x *compiled) {
	r, t := x.src, c.t
	rec := x.rec
	src, dst, sp, dp := &r.Src, &r.Dst, &r.SrcPort, &r.DstPort
	if x.swap {
		src, dst, sp, dp = dst, src, dp, sp
	}
	rec.Src, rec.Dst = c.addrs(src), c.addrs(dst)
	rec.SrcPort, rec.DstPort = c.ports(sp), c.ports(dp)
	ops, _ := c.packetOps(r)
	rec.PacketOps = t.addOps(ops)
	ops, _ = c.postOps(r)
	rec.PostOps = t.addOps(ops)
	rec.Lists = match.Span{Off: uint32(len(t.lists)), N: uint32(len(x.lists))}
	for i := range x.lists {
		l := &x.lists[i]
		ops, _ := c.listOps(r, l)
		t.lists = append(t.lists, match.ListRec{Key: l.key, Ops: t.addOps(ops), Dir: input.Dir(l.src.Dir), Packet: l.packet, Stream: l.stream, Loose: l.loose, Files: l.files})
	}
	rec.Threshold = c.thresholds(x)
	t.rules = append(t.rules, rec)
}

func (c *compiler) addrs(s *rule.AddrSet) uint32 {
	if s.Any {
		return 0
	}
	v4 := make([]match.V4Range, len(s.V4))
	for i, r := range s.V4 {
		v4[i] = match.V4Range(r)
	}
	v6 := make([]match.V6Range, len(s.V6))
	for i, r := range s.V6 {
		v6[i] = match.V6Range(r)
	}
	return c.t.addrSet(v4, v6)
}

func (c *compiler) ports(s *rule.PortSet) uint32 {
	if s.Any {
		return 0
	}
	r := make([]match.PortRange, len(s.Ranges))
	for i, x := range s.Ranges {
		r[i] = match.PortRange(x)
	}
	return c.t.portSet(r)
}
