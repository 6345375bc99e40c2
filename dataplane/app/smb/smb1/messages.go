package smb1

import "bytes"

// Functions take the message b, its header included, and the block of a command
// in it.

// NegotiateResponse is [MS-CIFS] section 2.2.4.52.2. GUID is nil when the server
// says none.
type NegotiateResponse struct {
	Dialect int
	GUID    []byte
}

// ReadNegotiateResponse reads one.
func ReadNegotiateResponse(k *Block) (m NegotiateResponse, ok bool) {
	if len(k.Words) == 0 {
		return m, true
	}
	if len(k.Words) < 2 {
		return m, false
	}
	m.Dialect = int(le16(k.Words, 0))
	if len(k.Words) >= 34 && len(k.Data) >= 16 {
		m.GUID = k.Data[:16]
	}
	return m, true
}

// Dialects calls f with each dialect of a request (section 2.2.4.52.1); bad: one is
// malformed.
func Dialects(k *Block, f func(name []byte)) (bad bool) {
	d := k.Data
	for len(d) > 0 {
		end := bytes.IndexByte(d, 0)
		if end < 0 {
			return true
		}
		if end < 2 {
			bad = true
		}
		if end > 0 {
			f(d[1:end])
		}
		d = d[end+1:]
	}
	return bad
}

// SessionSetup is what a SESSION_SETUP_ANDX says ([MS-SMB] section 2.2.4.6,
// [MS-CIFS] section 2.2.4.53). Account and Domain are of the older form.
type SessionSetup struct {
	Blob            []byte
	Account, Domain []byte
	OS, LM          []byte
}

// ReadSessionSetupRequest reads one.
func ReadSessionSetupRequest(h *Header, k *Block) (m SessionSetup, ok bool) {
	d, off := k.Data, k.Bytes
	skip := 0
	switch len(k.Words) {
	case 24: // extended security
		skip = int(le16(k.Words, 14))
		if skip > len(d) {
			return m, false
		}
		m.Blob = d[:skip]
	case 26:
		skip = int(le16(k.Words, 14)) + int(le16(k.Words, 16))
	case 20:
		skip = int(le16(k.Words, 14))
	default:
		return m, false
	}
	if skip > len(d) {
		return m, false
	}
	d, off = d[skip:], off+skip
	next := func() []byte {
		text, rest, _ := Text(d, off, h.Unicode())
		off += len(d) - len(rest)
		d = rest
		return text
	}
	if len(k.Words) != 24 {
		m.Account, m.Domain = next(), next()
	}
	m.OS, m.LM = next(), next()
	return m, true
}

// ReadSessionSetupResponse reads what a server says of itself.
func ReadSessionSetupResponse(h *Header, k *Block) (m SessionSetup, ok bool) {
	d, off := k.Data, k.Bytes
	if len(k.Words) == 8 {
		n := int(le16(k.Words, 6))
		if n > len(d) {
			return m, false
		}
		m.Blob = d[:n]
		d, off = d[n:], off+n
	}
	var rest []byte
	m.OS, rest, _ = Text(d, off, h.Unicode())
	m.LM, _, _ = Text(rest, off+len(d)-len(rest), h.Unicode())
	return m, true
}

// ReadTreeConnectRequest is path and service ([MS-CIFS] section 2.2.4.55.1).
func ReadTreeConnectRequest(h *Header, k *Block) (path, service []byte, ok bool) {
	if len(k.Words) < 8 {
		return nil, nil, false
	}
	n := int(le16(k.Words, 6))
	if n > len(k.Data) {
		return nil, nil, false
	}
	path, rest, ok := Text(k.Data[n:], k.Bytes+n, h.Unicode())
	if !ok {
		return nil, nil, false
	}
	service, _, ok = Text(rest, 0, false)
	return path, service, ok
}

// ReadTreeConnectResponse is the service.
func ReadTreeConnectResponse(k *Block) (service []byte, ok bool) {
	if len(k.Words) < 4 {
		return nil, false
	}
	service, _, ok = Text(k.Data, 0, false)
	return service, ok
}

// CreateRequest is NT_CREATE_ANDX ([MS-CIFS] section 2.2.4.64.1).
type CreateRequest struct {
	Disposition, Options uint32
	Name                 []byte
}

// ReadCreateRequest reads one.
func ReadCreateRequest(h *Header, k *Block) (m CreateRequest, ok bool) {
	if len(k.Words) < 48 {
		return m, false
	}
	m.Disposition, m.Options = le32(k.Words, 35), le32(k.Words, 39)
	n := int(le16(k.Words, 5))
	d := k.Data
	if h.Unicode() && k.Bytes%2 == 1 && len(d) > 0 {
		d = d[1:]
	}
	m.Name = d[:min(n, len(d))]
	return m, true
}

// CreateResponse is [MS-CIFS] section 2.2.4.64.2. Times are Windows file times:
// created, accessed, modified, changed.
type CreateResponse struct {
	FID   uint16
	Times [4]uint64
	Size  uint64
}

// ReadCreateResponse reads one.
func ReadCreateResponse(k *Block) (m CreateResponse, ok bool) {
	if len(k.Words) < 63 {
		return m, false
	}
	m.FID = le16(k.Words, 5)
	for i := range m.Times {
		m.Times[i] = le64(k.Words, 11+8*i)
	}
	m.Size = le64(k.Words, 47)
	return m, true
}

// ReadRequest is READ_ANDX ([MS-CIFS] section 2.2.4.42.1).
type ReadRequest struct {
	FID    uint16
	Offset uint64
}

// ReadReadRequest reads one.
func ReadReadRequest(k *Block) (m ReadRequest, ok bool) {
	if len(k.Words) < 20 {
		return m, false
	}
	m.FID, m.Offset = le16(k.Words, 4), uint64(le32(k.Words, 6))
	if len(k.Words) >= 24 {
		m.Offset |= uint64(le32(k.Words, 20)) << 32
	}
	return m, true
}

// Data is where the octets of a read or write are: At behind the message's start,
// Length of them, as the message says.
type Data struct {
	FID    uint16
	At     int
	Length uint32
	Offset uint64
}

// ReadReadResponse reads section 2.2.4.42.2.
func ReadReadResponse(k *Block) (d Data, ok bool) {
	if len(k.Words) < 24 {
		return d, false
	}
	d = Data{Length: uint32(le16(k.Words, 10)) | uint32(le16(k.Words, 14))<<16}
	d.At = k.place(int(le16(k.Words, 12)), d.Length)
	return d, true
}

// ReadWrite reads a request of WRITE_ANDX, WRITE or WRITE_AND_CLOSE (sections
// 2.2.4.43.1, 2.2.4.12.1, 2.2.4.40.1).
func ReadWrite(command uint8, k *Block) (d Data, ok bool) {
	switch command {
	case WriteAndX:
		if len(k.Words) < 24 {
			return d, false
		}
		d = Data{FID: le16(k.Words, 4), Length: uint32(le16(k.Words, 20)) | uint32(le16(k.Words, 18))<<16, Offset: uint64(le32(k.Words, 6))}
		if len(k.Words) >= 28 {
			d.Offset |= uint64(le32(k.Words, 24)) << 32
		}
		d.At = k.place(int(le16(k.Words, 22)), d.Length)
		return d, true
	case Write:
		if len(k.Words) < 10 {
			return d, false
		}
		d = Data{FID: le16(k.Words, 0), Length: uint32(le16(k.Words, 2)), Offset: uint64(le32(k.Words, 4)), At: k.Bytes + 3}
	default:
		if len(k.Words) < 12 {
			return d, false
		}
		d = Data{FID: le16(k.Words, 0), Length: uint32(le16(k.Words, 2)), Offset: uint64(le32(k.Words, 4)), At: k.Bytes + 1}
	}
	return d, true
}

// place is where data begin: where the message says, or in front of nothing else
// when that is no place for them.
func (k *Block) place(off int, length uint32) int {
	if off >= k.Bytes {
		return off
	}
	if pad := k.Count - int(min(length, 1<<20)); pad > 0 && pad <= 8 {
		return k.Bytes + pad
	}
	return k.Bytes
}

// ReadCloseRequest is the file's id (section 2.2.4.5.1).
func ReadCloseRequest(k *Block) (fid uint16, ok bool) {
	if len(k.Words) < 2 {
		return 0, false
	}
	return le16(k.Words, 0), true
}

// ReadRename is the names of section 2.2.4.8.1.
func ReadRename(h *Header, k *Block) (from, to []byte, ok bool) {
	if len(k.Data) < 1 {
		return nil, nil, false
	}
	from, rest, ok := Text(k.Data[1:], k.Bytes+1, h.Unicode())
	if !ok || len(rest) < 1 {
		return nil, nil, false
	}
	off := k.Bytes + len(k.Data) - len(rest)
	to, _, ok = Text(rest[1:], off+1, h.Unicode())
	return from, to, ok
}
