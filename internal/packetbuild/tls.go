package packetbuild

import "encoding/binary"

// TLSRecord puts a handshake or other message into a TLS 1.2 record (RFC 8446
// §5.1): type 22 handshake, 21 alert, 23 application data.
func TLSRecord(typ uint8, body []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{typ, 3, 3}, uint16(len(body)))
	return append(b, body...)
}

// TLSClientHello builds a ClientHello record with a server name and ALPN
// protocols (RFC 8446 §4.1.2, RFC 6066 §3, RFC 7301). An empty name leaves the
// extension out. The random octets are fixed.
func TLSClientHello(serverName string, alpn ...string) []byte {
	be := binary.BigEndian
	var ext []byte
	add := func(typ uint16, body []byte) {
		ext = be.AppendUint16(ext, typ)
		ext = append(ext, vec16(body)...)
	}
	if serverName != "" {
		add(0, vec16(append([]byte{0}, vec16([]byte(serverName))...)))
	}
	add(10, vec16([]byte{0, 29, 0, 23, 0, 24}))             // supported groups
	add(11, vec8([]byte{0}))                                // point formats
	add(13, vec16([]byte{4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5})) // signature algorithms
	if len(alpn) > 0 {
		var list []byte
		for _, p := range alpn {
			list = append(list, vec8([]byte(p))...)
		}
		add(16, vec16(list))
	}
	add(43, vec8([]byte{3, 4, 3, 3})) // supported versions 1.3, 1.2
	body := append([]byte{3, 3}, fixedRandom(0x20)...)
	body = append(body, vec8(fixedRandom(0x60))...)
	body = append(body, vec16([]byte{0x13, 0x01, 0x13, 0x02, 0xc0, 0x2b, 0xc0, 0x2f, 0x00, 0x9c})...)
	body = append(body, vec8([]byte{0})...)
	return TLSRecord(22, handshake(1, append(body, vec16(ext)...)))
}

// TLSServerHello builds a TLS 1.3 ServerHello record (RFC 8446 §4.1.3).
func TLSServerHello() []byte {
	body := append([]byte{3, 3}, fixedRandom(0x80)...)
	body = append(body, vec8(fixedRandom(0x60))...)
	body = append(body, 0x13, 0x01, 0)
	return TLSRecord(22, handshake(2, append(body, vec16([]byte{0, 43, 0, 2, 3, 4})...)))
}

func handshake(typ uint8, body []byte) []byte {
	n := len(body)
	return append([]byte{typ, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

func vec8(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }

func vec16(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
}

// fixedRandom is 32 octets that look random enough and never change.
func fixedRandom(seed byte) []byte {
	out := make([]byte, 32)
	for i := range out {
		out[i] = seed + byte(i)*37
	}
	return out
}
