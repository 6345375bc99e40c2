package eve

import (
	"strconv"

	"github.com/weir-ips/weir/event"
)

// head writes what every event begins with.
func (e *Encoder) head(h *event.Head, eventType []byte) {
	e.key("timestamp")
	e.buf = append(e.buf, '"')
	e.buf = e.stamp.Append(e.buf, h.TimeUS)
	e.buf = append(e.buf, '"')
	if h.FlowID != 0 {
		e.num("flow_id", h.FlowID)
		if h.ParentID != 0 {
			e.num("parent_id", h.ParentID)
		}
	}
	if h.Flags&event.HasPort != 0 {
		if n := e.names.Interface(h.Port); n != "" {
			e.str("in_iface", n)
		}
	}
	if h.PktNum != 0 {
		e.num("pcap_cnt", h.PktNum)
	}
	if eventType != nil {
		e.key("event_type")
		e.buf = appendString(e.buf, eventType)
	} else {
		e.raw("event_type", h.Kind.String())
	}
	if n := min(int(h.VLANCount), len(h.VLAN)); n > 0 {
		e.key("vlan")
		for i, v := range h.VLAN[:n] {
			b := byte(',')
			if i == 0 {
				b = '['
			}
			e.buf = strconv.AppendUint(append(e.buf, b), uint64(v), 10)
		}
		e.buf = append(e.buf, ']')
	}
	e.tuple(h)
	e.raw("pkt_src", h.Source.String())
	if e.opts.Version != "" {
		e.str("suricata_version", e.opts.Version)
	}
	if e.opts.CommunityID && h.FlowID != 0 && h.IPVersion != 0 {
		e.key("community_id")
		e.buf = append(e.buf, '"')
		e.buf = AppendCommunityID(e.buf, h, e.opts.Seed)
		e.buf = append(e.buf, '"')
	}
	if h.TenantID != 0 {
		e.num("tenant_id", uint64(h.TenantID))
	}
}

// addr is the part of an address field that the IP version uses.
func addr(a *[16]byte, version uint8) []byte {
	if version == 4 {
		return a[:4]
	}
	return a[:]
}

func (e *Encoder) ip(k string, a *[16]byte, version uint8) {
	e.key(k)
	e.buf = append(e.buf, '"')
	e.buf = AppendIP(e.buf, addr(a, version), e.opts.IPv6Compress)
	e.buf = append(e.buf, '"')
}

// tuple writes addresses, ports and protocol of an IP packet.
func (e *Encoder) tuple(h *event.Head) {
	if h.IPVersion != 4 && h.IPVersion != 6 {
		return
	}
	ports := h.Flags&event.HasPorts != 0
	e.ip("src_ip", &h.Src, h.IPVersion)
	if ports {
		e.num("src_port", uint64(h.SrcPort))
	}
	e.ip("dest_ip", &h.Dst, h.IPVersion)
	if ports {
		e.num("dest_port", uint64(h.DstPort))
	}
	e.key("proto")
	e.buf = append(e.buf, '"')
	if n := event.ProtoName(h.Proto); n != "" {
		e.buf = append(e.buf, n...)
	} else {
		e.buf = strconv.AppendUint(e.buf, uint64(h.Proto), 10)
	}
	e.buf = append(e.buf, '"')
	e.num("ip_v", uint64(h.IPVersion))
	if h.Flags&event.HasICMP != 0 {
		e.num("icmp_type", uint64(h.ICMPType))
		e.num("icmp_code", uint64(h.ICMPCode))
	}
}

// kindHead writes what the head yields for the kind, before the body.
func (e *Encoder) kindHead(h *event.Head) {
	if h.Flags&event.HasTx != 0 {
		e.num("tx_id", h.TxID)
		if h.Flags&event.TxGuessed != 0 {
			e.yes("tx_guessed")
		}
	}
	switch h.Kind {
	case event.KindAlert:
		if h.FlowID != 0 {
			e.appProtos(h)
			e.direction(h)
		}
	case event.KindDrop:
		if h.FlowID != 0 {
			e.direction(h)
		}
	case event.KindFlow:
		e.appProtos(h)
	case event.KindNetflow, event.KindFileInfo, event.KindFrame:
		e.appProto("app_proto", h.AppProto)
	}
}

func (e *Encoder) direction(h *event.Head) {
	d := "to_client"
	if h.Dir == event.DirToServer {
		d = "to_server"
	}
	e.raw("direction", d)
}

// appProtos writes the protocol, and its relatives where they differ from it.
func (e *Encoder) appProtos(h *event.Head) {
	e.appProto("app_proto", h.AppProto)
	for _, p := range [...]struct {
		key string
		id  uint16
	}{{"app_proto_ts", h.AppProtoTS}, {"app_proto_tc", h.AppProtoTC}, {"app_proto_orig", h.AppProtoOrig}, {"app_proto_expected", h.AppProtoExpected}} {
		if p.id != h.AppProto {
			e.appProto(p.key, p.id)
		}
	}
}

func (e *Encoder) appProto(key string, id uint16) {
	if id == 0 {
		return
	}
	if n := e.names.AppProto(id); n != "" {
		e.str(key, n)
	}
}

// tail writes what stands behind the body.
func (e *Encoder) tail(h *event.Head) {
	switch {
	case h.Kind == event.KindAlert && (e.opts.Alert.Verdict || h.Flags&event.WouldDrop != 0), h.Kind == event.KindDrop && e.opts.DropVerdict:
		e.verdict(h)
	}
	if h.Kind == event.KindDrop && e.opts.DropAlerts && h.Flags&event.HasRule != 0 {
		e.alertOpen(h)
		e.buf = append(e.buf, '}')
		e.comma = true
	}
	if !e.own && h.Flags&(event.HasPort|event.WouldDrop|event.Truncated) != 0 {
		e.key("weir")
		e.buf = append(e.buf, '{')
		e.comma = false
		e.weirMembers(h)
		e.buf = append(e.buf, '}')
		e.comma = true
	}
	if e.opts.PcapFile != "" {
		e.str("pcap_filename", e.opts.PcapFile)
	}
	if e.opts.Sensor != "" {
		e.str("host", e.opts.Sensor)
	}
}

// weirMembers writes what only weir has: where the packet came in, and what a
// shadow would have done.
func (e *Encoder) weirMembers(h *event.Head) {
	if h.Flags&event.HasPort != 0 {
		e.num("pair", uint64(h.Pair))
		from := "outside"
		if h.Flags&event.FromInside != 0 {
			from = "inside"
		}
		e.raw("from", from)
		e.num("worker", uint64(h.Worker))
	}
	if h.Flags&event.WouldDrop != 0 {
		e.yes("would_drop")
	}
	if h.Flags&event.Truncated != 0 {
		e.yes("truncated")
	}
}
