package packetbuild

import "encoding/binary"

// SMB1 builds an SMB1 message in its NetBIOS session frame ([MS-CIFS] §2.2.3):
// the fixed header with a command, then parameter words and data octets.
func SMB1(command uint8, words []uint16, data []byte) []byte {
	le := binary.LittleEndian
	m := []byte{0xff, 'S', 'M', 'B', command}
	m = append(m, 0, 0, 0, 0)             // status
	m = append(m, 0x18, 0x07, 0xc0)       // flags, flags2
	m = append(m, make([]byte, 12)...)    // PID high, signature, reserved
	m = append(m, 0x00, 0x08, 0xff, 0xfe) // TID, PID
	m = append(m, 0x00, 0x08, 0x40, 0x00) // UID, MID
	m = append(m, byte(len(words)))
	for _, w := range words {
		m = le.AppendUint16(m, w)
	}
	m = le.AppendUint16(m, uint16(len(data)))
	return netbios(append(m, data...))
}

// SMB1Negotiate is the first message of an SMB1 client: the dialects it speaks.
func SMB1Negotiate(dialects ...string) []byte {
	var d []byte
	for _, s := range dialects {
		d = append(append(append(d, 2), s...), 0)
	}
	return SMB1(0x72, nil, d)
}

// SMB1Trans2 is a TRANSACTION2 request with a subcommand and data ([MS-CIFS]
// §2.2.4.46).
func SMB1Trans2(subcommand uint16, data []byte) []byte {
	n := uint16(len(data))
	return SMB1(0x32, []uint16{12, n, 1, 0, 0, 0, 0, 0, 0, 12, 66, n, 78, 1, subcommand}, data)
}

func netbios(m []byte) []byte {
	n := len(m)
	return append([]byte{0, byte(n >> 16), byte(n >> 8), byte(n)}, m...)
}
