package packetbuild

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Epoch is the time of the first packet: 2026-01-01 00:00:00 UTC in
// microseconds.
const Epoch int64 = 1767225600_000000

// Step is the time between two packets unless Wait adds to it, microseconds.
const Step int64 = 100

// Frame is one packet as it stands on the wire, with its time in microseconds
// since the Unix epoch.
type Frame struct {
	TimeUS int64
	Data   []byte
}

// Capture collects frames in the order in which they are made.
type Capture struct {
	frames []Frame
	now    int64
	ipID   uint16
}

// NewCapture returns an empty capture whose clock stands at Epoch.
func NewCapture() *Capture { return &Capture{now: Epoch} }

// Frames returns what was built so far, in time order.
func (c *Capture) Frames() []Frame { return c.frames }

// Now is the time that the next frame will carry, microseconds.
func (c *Capture) Now() int64 { return c.now }

// Wait moves the clock on by so many microseconds.
func (c *Capture) Wait(us int64) { c.now += us }

// Raw adds a frame as it is, at the clock's time.
func (c *Capture) Raw(frame []byte) {
	c.frames = append(c.frames, Frame{TimeUS: c.now, Data: frame})
	c.now += Step
}

// Layers adds a frame made of gopacket layers; lengths and checksums are filled
// in.
func (c *Capture) Layers(l ...gopacket.SerializableLayer) { c.Raw(Serialize(l...)) }

// IP adds one IP datagram between two hosts, wrapped from the inside out and
// framed as Ethernet. reply says which way wraps that have a direction point.
func (c *Capture) IP(datagram []byte, reply bool, wraps ...Wrap) {
	c.Raw(EthernetFrame(datagram, reply, wraps...))
}

func (c *Capture) nextID() uint16 {
	c.ipID++
	return c.ipID
}

// Serialize turns layers into octets, with lengths and checksums computed.
func Serialize(l ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, l...); err != nil {
		panic("packetbuild: " + err.Error())
	}
	return append([]byte(nil), buf.Bytes()...)
}

// MAC is the link-layer address of a host: locally administered, made of the
// last four octets of its IP address.
func MAC(a netip.Addr) []byte {
	b := a.AsSlice()
	return append([]byte{0x02, 0x00}, b[len(b)-4:]...)
}

// EthernetFrame wraps an IP datagram from the inside out and puts an Ethernet
// header with the addresses of its outermost IP hosts around it.
func EthernetFrame(datagram []byte, reply bool, wraps ...Wrap) []byte {
	pdu := PDU{Type: etherTypeOf(datagram), Data: datagram}
	src, dst := addresses(datagram)
	for _, w := range wraps {
		pdu = w(pdu, reply)
		if isIP(pdu.Type) {
			src, dst = addresses(pdu.Data)
		}
	}
	return Serialize(&layers.Ethernet{SrcMAC: MAC(src), DstMAC: MAC(dst), EthernetType: pdu.Type}, gopacket.Payload(pdu.Data))
}

func isIP(t layers.EthernetType) bool {
	return t == layers.EthernetTypeIPv4 || t == layers.EthernetTypeIPv6
}

func etherTypeOf(datagram []byte) layers.EthernetType {
	if datagram[0]>>4 == 6 {
		return layers.EthernetTypeIPv6
	}
	return layers.EthernetTypeIPv4
}

func addresses(datagram []byte) (src, dst netip.Addr) {
	if datagram[0]>>4 == 6 {
		return netip.AddrFrom16([16]byte(datagram[8:24])), netip.AddrFrom16([16]byte(datagram[24:40]))
	}
	return netip.AddrFrom4([4]byte(datagram[12:16])), netip.AddrFrom4([4]byte(datagram[16:20]))
}
