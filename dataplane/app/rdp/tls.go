package rdp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/match/input"
)

const (
	lenRecord = 5
	// maxRecord is the most octets of a record (RFC 8446 section 5.2), maxHandshake
	// those of a handshake message that goes over several.
	maxRecord    = 1<<14 + 256
	maxHandshake = 64 << 10

	recordCipher    = 20
	recordAlert     = 21
	recordHandshake = 22
	recordData      = 23

	handshakeCertificate = 11

	maxCerts = 16
	// maxSerial is how many octets of a serial number are kept; RFC 5280 section
	// 4.1.2.2 has 20 at most.
	maxSerial = 64
)

// records reads the records of either side, once both went over to TLS. Those of
// the server are searched for its certificates.
func (s *State) records(c *app.Call, used int) (int, app.Status) {
	for {
		b := c.Data[used:]
		if len(b) < lenRecord {
			return used, app.OK
		}
		size := int(b[3])<<8 | int(b[4])
		if b[0] < recordCipher || b[0] > recordData || b[1] != 3 || size > maxRecord {
			return used, app.Failed
		}
		if len(b) < lenRecord+size {
			return used, app.OK
		}
		if c.Dir == input.ToClient {
			switch b[0] {
			case recordCipher, recordData:
				return len(c.Data), app.Bypass
			case recordHandshake:
				if s.handshake(c, b[lenRecord:lenRecord+size]) {
					return len(c.Data), app.Bypass
				}
			}
		}
		used += lenRecord + size
	}
}

// handshake reads the server's messages. over: there is no more to be had of them.
func (s *State) handshake(c *app.Call, b []byte) (over bool) {
	if len(s.hand)+len(b) > maxHandshake {
		return true
	}
	if len(s.hand) > 0 {
		var ok bool
		if s.hand, ok = s.sh.env.Mem.Append(s.hand, b); !ok {
			return true
		}
		b = s.hand
	}
	for len(b) >= 4 {
		n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		if n > maxHandshake {
			return true
		}
		if len(b) < 4+n {
			break
		}
		if b[0] == handshakeCertificate {
			s.chain(c, b[4:4+n])
			return true
		}
		b = b[4+n:]
	}
	if len(s.hand) > 0 {
		s.hand = s.hand[:copy(s.hand, b)]
		return false
	}
	var ok bool
	s.hand, ok = s.sh.env.Mem.Append(s.hand, b)
	return !ok
}

// chain makes a transaction of the certificates of a Certificate message (RFC 5246
// section 7.4.2): their serial numbers, each behind its length.
func (s *State) chain(c *app.Call, b []byte) {
	t := s.sh.take(c.Dir, certificates)
	if t == nil {
		return
	}
	ok := true
	b = b[min(3, len(b)):]
	for n := 0; ok && n < maxCerts && len(b) >= 3; n++ {
		size := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
		if b = b[3:]; size > len(b) {
			break
		}
		if no := serial(b[:size]); no != nil {
			head := [1]byte{byte(len(no))}
			if t.text, ok = s.sh.env.Keep.Append(t.text, head[:]); ok {
				t.text, ok = s.sh.env.Keep.Append(t.text, no)
			}
		}
		b = b[size:]
	}
	s.add(c, t, ok)
}

// serial is a certificate's serial number (RFC 5280 section 4.1) without leading
// zeros, one octet at least; nil where there is none.
func serial(der []byte) []byte {
	r := ber.Read(der)
	cert := r.Take(ber.Sequence)
	tbs := cert.Take(ber.Sequence)
	tbs.Take(0xa0) // the version, in [0]
	in := tbs.Take(ber.Integer)
	no := in.Bytes()
	for len(no) > 1 && no[0] == 0 {
		no = no[1:]
	}
	if len(no) == 0 || len(no) > maxSerial {
		return nil
	}
	return no
}
