package match

import "github.com/weir-ips/weir/match/input"

// Field is a numeric fact of a packet or flow that OpUint compares.
type Field uint16

// Packet and flow fields.
const (
	FieldNone Field = iota
	FieldTTL
	FieldIPID
	FieldTOS
	FieldFragOffset
	FieldIType
	FieldICode
	FieldICMPID
	FieldICMPSeq
	FieldICMP6MTU
	FieldTCPSeq
	FieldTCPAck
	FieldTCPWindow
	FieldTCPMSS
	FieldTCPWScale
	FieldIGMPType
	FieldFlowAge
	FieldFlowPktsTS
	FieldFlowPktsTC
	FieldFlowPkts
	FieldFlowBytesTS
	FieldFlowBytesTC
	FieldFlowBytes
	FieldFlowPktsEither
	FieldFlowBytesEither
	FieldVLANID // of several layers, as FieldSCTPChunkType is of several chunks
	FieldSCTPChunkType
	FieldVLANLayers
	FieldL3Proto
	FieldSCTPVTag
	FieldSCTPChunkCount
	FieldTCPFlags
)

// packetField reads a field; ok is false where the packet has none.
func packetField(f Field, p *input.Packet) (uint64, bool) {
	switch f {
	case FieldTTL:
		return uint64(p.TTL), p.IPVersion != 0
	case FieldIPID:
		return uint64(p.IPID), p.IPVersion == 4
	case FieldTOS:
		return uint64(p.TOS), p.IPVersion == 4
	case FieldFragOffset:
		// The number in the header: units of eight octets in IPv4; in IPv6, where only
		// a fragment has one, it stands above three other bits and reads as octets.
		if p.IPVersion == 6 {
			return uint64(p.FragOff), p.Fragment
		}
		return uint64(p.FragOff >> 3), p.IPVersion == 4
	case FieldIType:
		return uint64(p.ICMPType), isICMP(p)
	case FieldICode:
		return uint64(p.ICMPCode), isICMP(p)
	case FieldICMPID:
		return uint64(p.ICMPID), p.HasICMPID
	case FieldICMPSeq:
		return uint64(p.ICMPSeq), p.HasICMPID
	case FieldICMP6MTU:
		return uint64(p.ICMPMTU), p.Proto == 58 && p.L4Off > 0 && p.ICMPType == 2
	case FieldTCPSeq:
		return uint64(p.TCP.Seq), isTCP(p)
	case FieldTCPAck:
		return uint64(p.TCP.Ack), isTCP(p)
	case FieldTCPWindow:
		return uint64(p.TCP.Window), isTCP(p)
	case FieldTCPFlags:
		return uint64(p.TCP.Flags), isTCP(p)
	case FieldTCPMSS:
		return uint64(p.TCP.MSS), isTCP(p) && p.TCP.Opts&input.OptMSS != 0
	case FieldTCPWScale:
		return uint64(p.TCP.WScale), isTCP(p) && p.TCP.Opts&input.OptWScale != 0
	case FieldIGMPType:
		l4 := p.L4()
		if p.Proto != 2 || len(l4) < 8 {
			return 0, false
		}
		return uint64(l4[0]), true
	case FieldVLANLayers:
		return uint64(p.VLANCount), true
	case FieldL3Proto:
		return uint64(p.EtherType), p.EtherType != 0
	case FieldSCTPVTag:
		return uint64(p.SCTPVTag), isSCTP(p)
	case FieldSCTPChunkCount:
		return uint64(p.SCTPChunks), isSCTP(p)
	}
	return flowField(f, p)
}

func isSCTP(p *input.Packet) bool { return p.Proto == 132 && p.L4Off > 0 }

func isTCP(p *input.Packet) bool { return p.Proto == 6 && p.L4Off > 0 }

// flowField reads a fact of the packet's flow.
func flowField(f Field, p *input.Packet) (uint64, bool) {
	fl := p.Flow
	if fl == nil {
		return 0, false
	}
	switch f {
	case FieldFlowAge:
		return uint64(max(0, fl.LastUS-fl.StartUS)) / 1_000_000, true
	case FieldFlowPktsTS:
		return fl.PktsTS, true
	case FieldFlowPktsTC:
		return fl.PktsTC, true
	case FieldFlowPkts:
		return fl.PktsTS + fl.PktsTC, true
	case FieldFlowBytesTS:
		return fl.BytesTS, true
	case FieldFlowBytesTC:
		return fl.BytesTC, true
	case FieldFlowBytes:
		return fl.BytesTS + fl.BytesTC, true
	}
	return 0, false
}

func isICMP(p *input.Packet) bool { return (p.Proto == 1 || p.Proto == 58) && p.L4Off > 0 }
