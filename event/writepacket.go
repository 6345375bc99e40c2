package event

// DropInfo is the header of a dropped packet, for WriteDrop. Fields of protocols
// other than Head.IPVersion and Head.Proto are not written.
type DropInfo struct {
	// Len is the IPv4 total length or the IPv6 payload length.
	Len       uint16
	TOS, TTL  uint8 // IPv6: traffic class, hop limit
	IPID      uint16
	FlowLabel uint32
	// HasL4: the fields of the transport header below are known.
	HasL4          bool
	Seq, Ack       uint32
	Window         uint16
	TCPFlags       uint8
	TCPReserved    uint8
	Urgent         uint16
	UDPLen         uint16
	ICMPID, ICMPSq uint16
}

// WriteDrop writes the drop object of a KindDrop record from d, Head.Reason,
// Head.IPVersion and Head.Proto.
func WriteDrop(w *Writer, d *DropInfo) {
	h := w.Head()
	w.Obj("drop")
	switch h.IPVersion {
	case 4:
		w.Uint("len", uint64(d.Len))
		w.Uint("tos", uint64(d.TOS))
		w.Uint("ttl", uint64(d.TTL))
		w.Uint("ipid", uint64(d.IPID))
	case 6:
		w.Uint("len", uint64(d.Len))
		w.Uint("tc", uint64(d.TOS))
		w.Uint("hoplimit", uint64(d.TTL))
		w.Uint("flowlbl", uint64(d.FlowLabel))
	}
	if d.HasL4 && h.IPVersion != 0 {
		writeDropL4(w, d, h.Proto)
	}
	if h.Reason != ReasonNone {
		w.StrConst("reason", h.Reason.String())
	}
	w.End()
}

func writeDropL4(w *Writer, d *DropInfo, proto uint8) {
	switch proto {
	case 6:
		w.Uint("tcpseq", uint64(d.Seq))
		w.Uint("tcpack", uint64(d.Ack))
		w.Uint("tcpwin", uint64(d.Window))
		w.Bool("syn", d.TCPFlags&0x02 != 0)
		w.Bool("ack", d.TCPFlags&0x10 != 0)
		w.Bool("psh", d.TCPFlags&0x08 != 0)
		w.Bool("rst", d.TCPFlags&0x04 != 0)
		w.Bool("urg", d.TCPFlags&0x20 != 0)
		w.Bool("fin", d.TCPFlags&0x01 != 0)
		w.Uint("tcpres", uint64(d.TCPReserved))
		w.Uint("tcpurgp", uint64(d.Urgent))
	case 17:
		w.Uint("udplen", uint64(d.UDPLen))
	case 1, 58:
		w.Uint("icmp_id", uint64(d.ICMPID))
		w.Uint("icmp_seq", uint64(d.ICMPSq))
	}
}

// TunnelInfo is the outer packet of a tunnelled one, for WriteTunnel.
type TunnelInfo struct {
	Src, Dst         [16]byte
	IPVersion        uint8
	SrcPort, DstPort uint16
	Proto            uint8
	Depth            uint8
	PktNum           uint64
	Source           Source
}

// WriteTunnel writes the tunnel object of an alert on an inner packet.
func WriteTunnel(w *Writer, t *TunnelInfo) {
	w.Obj("tunnel")
	w.IP("src_ip", &t.Src, t.IPVersion)
	w.Uint("src_port", uint64(t.SrcPort))
	w.IP("dest_ip", &t.Dst, t.IPVersion)
	w.Uint("dest_port", uint64(t.DstPort))
	writeProto(w, "proto", t.Proto)
	w.Uint("depth", uint64(t.Depth))
	if t.PktNum != 0 {
		w.Uint("pcap_cnt", t.PktNum)
	}
	w.StrConst("pkt_src", t.Source.String())
	w.End()
}

// writeProto writes the name of an IP protocol, or its number as a string.
func writeProto(w *Writer, key string, proto uint8) {
	if n := ProtoName(proto); n != "" {
		w.StrConst(key, n)
		return
	}
	b := [3]byte{'0' + proto/100, '0' + proto/10%10, '0' + proto%10}
	s := b[:]
	for len(s) > 1 && s[0] == '0' {
		s = s[1:]
	}
	w.Str(key, s)
}

// PayloadParts says which forms of a payload are wanted.
type PayloadParts uint8

// Payload parts, as eve-log's alert options name them.
const (
	PayloadBase64    PayloadParts = 1 << iota // payload
	PayloadPrintable                          // payload_printable
	PayloadLength                             // payload_length
)

// WritePayload writes a payload in the wanted forms, and stream, which says
// whether it is reassembled data or the packet's own.
func WritePayload(w *Writer, data []byte, parts PayloadParts, stream bool) {
	if parts == 0 {
		return
	}
	if parts&PayloadBase64 != 0 {
		w.Base64("payload", data)
	}
	if parts&PayloadLength != 0 {
		w.Uint("payload_length", uint64(len(data)))
	}
	if parts&PayloadPrintable != 0 {
		w.Printable("payload_printable", data)
	}
	n := uint64(0)
	if stream {
		n = 1
	}
	w.Uint("stream", n)
}

// WritePacket writes the frame, a link header that lies apart before it, in
// base64, and its pcap link type.
func WritePacket(w *Writer, link, frame []byte, linkType uint16) {
	w.Base64Parts("packet", link, frame)
	w.Obj("packet_info")
	if linkType == 101 {
		linkType = 12 // libpcap hands LINKTYPE_RAW out as DLT_RAW, and so does EVE
	}
	w.Uint("linktype", uint64(linkType))
	w.StrConst("linktype_name", LinkName(linkType))
	w.End()
}

// LinkName is the name of a pcap link type as libpcap gives it.
func LinkName(linkType uint16) string {
	switch linkType {
	case 0:
		return "NULL"
	case 1:
		return "EN10MB"
	case 9:
		return "PPP"
	case 12, 101:
		return "RAW"
	case 104:
		return "C_HDLC"
	case 108:
		return "LOOP"
	case 113:
		return "LINUX_SLL"
	case 228:
		return "IPv4"
	case 229:
		return "IPv6"
	case 276:
		return "LINUX_SLL2"
	}
	return "n/a"
}

// WriteEther writes the ether object of a packet.
func WriteEther(w *Writer, etherType uint16, src, dst *[6]byte) {
	w.Obj("ether")
	w.Uint("ether_type", uint64(etherType))
	w.MAC("src_mac", src)
	w.MAC("dest_mac", dst)
	w.End()
}

// WriteARP writes the arp object; addresses are those within the ARP packet.
func WriteARP(w *Writer, opcode uint16, srcMAC, dstMAC *[6]byte, src, dst *[16]byte) {
	op := "unknown"
	switch opcode {
	case 1:
		op = "request"
	case 2:
		op = "reply"
	case 3:
		op = "request_reverse"
	case 4:
		op = "reply_reverse"
	}
	w.Obj("arp")
	w.StrConst("hw_type", "ethernet")
	w.StrConst("proto_type", "ipv4")
	w.StrConst("opcode", op)
	w.MAC("src_mac", srcMAC)
	w.IP("src_ip", src, 4)
	w.MAC("dest_mac", dstMAC)
	w.IP("dest_ip", dst, 4)
	w.End()
}

// Anomaly types, as anomaly.type prints them.
const (
	AnomalyDecode   = "decode"
	AnomalyStream   = "stream"
	AnomalyAppLayer = "applayer"
	AnomalyDetector = "detector"
)

// WriteAnomaly writes the anomaly object. appProto and layer (proto_detect,
// parser, proto_parser) are for AnomalyAppLayer, empty otherwise.
func WriteAnomaly(w *Writer, kind, event, appProto, layer string) {
	w.Obj("anomaly")
	writeConst(w, "app_proto", appProto)
	w.StrConst("type", kind)
	w.StrConst("event", event)
	writeConst(w, "layer", layer)
	w.End()
}
