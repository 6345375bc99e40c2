package smb2

// All functions take a whole message, its header included.

// NegotiateRequest is [MS-SMB2] section 2.2.3.
type NegotiateRequest struct {
	GUID []byte
	// Dialects are two octets each.
	Dialects []byte
}

// ReadNegotiateRequest reads one.
func ReadNegotiateRequest(b []byte) (m NegotiateRequest, ok bool) {
	p, ok := body(b, 36)
	if !ok {
		return m, false
	}
	m.GUID = p[12:28]
	n := 2 * int(le16(p, 2))
	if n > len(p)-36 {
		return m, false
	}
	m.Dialects = p[36 : 36+n]
	return m, true
}

// NegotiateResponse is section 2.2.4.
type NegotiateResponse struct {
	Dialect           uint16
	GUID              []byte
	MaxRead, MaxWrite uint32
}

// ReadNegotiateResponse reads one.
func ReadNegotiateResponse(b []byte) (m NegotiateResponse, ok bool) {
	p, ok := body(b, 40)
	if !ok {
		return m, false
	}
	return NegotiateResponse{Dialect: le16(p, 4), GUID: p[8:24], MaxRead: le32(p, 32), MaxWrite: le32(p, 36)}, true
}

// ReadSessionSetupRequest is the security blob (section 2.2.5).
func ReadSessionSetupRequest(b []byte) (blob []byte, ok bool) {
	p, ok := body(b, 24)
	if !ok {
		return nil, false
	}
	return part(b, int(le16(p, 12)), int(le16(p, 14)))
}

// ReadTreeConnectRequest is the path (section 2.2.9).
func ReadTreeConnectRequest(b []byte) (path []byte, ok bool) {
	p, ok := body(b, 8)
	if !ok {
		return nil, false
	}
	return part(b, int(le16(p, 4)), int(le16(p, 6)))
}

// Share types (section 2.2.10).
const (
	ShareDisk uint8 = 1 + iota
	SharePipe
	SharePrint
)

// ReadTreeConnectResponse is the share's type.
func ReadTreeConnectResponse(b []byte) (share uint8, ok bool) {
	p, ok := body(b, 16)
	if !ok {
		return 0, false
	}
	return p[2], true
}

// CreateRequest is section 2.2.13.
type CreateRequest struct {
	Disposition, Options uint32
	Name                 []byte
}

// Create options.
const (
	OptionDirectory     = 0x00000001
	OptionDeleteOnClose = 0x00001000
)

// ReadCreateRequest reads one.
func ReadCreateRequest(b []byte) (m CreateRequest, ok bool) {
	p, ok := body(b, 56)
	if !ok {
		return m, false
	}
	m.Disposition, m.Options = le32(p, 36), le32(p, 40)
	m.Name, ok = part(b, int(le16(p, 44)), int(le16(p, 46)))
	return m, ok
}

// CreateResponse is section 2.2.14. Times are Windows file times: created,
// accessed, modified, changed.
type CreateResponse struct {
	Times [4]uint64
	Size  uint64
	FID   [16]byte
}

// ReadCreateResponse reads one.
func ReadCreateResponse(b []byte) (m CreateResponse, ok bool) {
	p, ok := body(b, 80)
	if !ok {
		return m, false
	}
	for i := range m.Times {
		m.Times[i] = le64(p, 8+8*i)
	}
	m.Size = le64(p, 48)
	copy(m.FID[:], p[64:80])
	return m, true
}

// ReadCloseRequest is the file's id (section 2.2.15).
func ReadCloseRequest(b []byte) (fid [16]byte, ok bool) {
	p, ok := body(b, 24)
	if ok {
		copy(fid[:], p[8:24])
	}
	return fid, ok
}

// ReadRequest is section 2.2.19.
type ReadRequest struct {
	Length uint32
	Offset uint64
	FID    [16]byte
}

// ReadReadRequest reads one.
func ReadReadRequest(b []byte) (m ReadRequest, ok bool) {
	p, ok := body(b, 48)
	if !ok {
		return m, false
	}
	m.Length, m.Offset = le32(p, 4), le64(p, 8)
	copy(m.FID[:], p[16:32])
	return m, true
}

// Data is where the octets of a READ response or WRITE request are: At behind the
// message's start, Length of them, as the message says.
type Data struct {
	At     int
	Length uint32
	// Offset and FID are those of a WRITE.
	Offset uint64
	FID    [16]byte
}

// DataHead is how many octets of a message say where its data are.
const DataHead = HeaderLen + 48

// ReadReadResponse reads section 2.2.20.
func ReadReadResponse(b []byte) (d Data, ok bool) {
	p, ok := body(b, 16)
	if !ok {
		return d, false
	}
	d = Data{At: int(p[2]), Length: le32(p, 4)}
	if d.At < HeaderLen+16 {
		d.At = HeaderLen + 16
	}
	return d, true
}

// ReadWriteRequest reads section 2.2.21.
func ReadWriteRequest(b []byte) (d Data, ok bool) {
	p, ok := body(b, 48)
	if !ok {
		return d, false
	}
	d = Data{At: int(le16(p, 2)), Length: le32(p, 4), Offset: le64(p, 8)}
	copy(d.FID[:], p[16:32])
	if d.At < DataHead {
		d.At = DataHead
	}
	return d, true
}

// Ioctl codes that parsers act on ([MS-SMB2] section 2.2.31).
const IoctlPipeTransceive = 0x0011c017

// IoctlMessage is a request or a response (sections 2.2.31 and 2.2.32).
type IoctlMessage struct {
	Function uint32
	FID      [16]byte
	Data     []byte
}

// ReadIoctl reads a request's input or a response's output.
func ReadIoctl(b []byte, response bool) (m IoctlMessage, ok bool) {
	n, at := 56, 24
	if response {
		n, at = 48, 32
	}
	p, ok := body(b, n)
	if !ok {
		return m, false
	}
	m.Function = le32(p, 4)
	copy(m.FID[:], p[8:24])
	off, size := uint64(le32(p, at)), uint64(le32(p, at+4))
	if off+size > uint64(len(b)) {
		return m, false
	}
	m.Data, ok = part(b, int(off), int(size))
	return m, ok
}

// Classes and levels of SET_INFO ([MS-FSCC] section 2.4).
const (
	InfoFile         = 1
	LevelRename      = 10
	LevelDisposition = 13
)

// SetInfoRequest is section 2.2.39.
type SetInfoRequest struct {
	Class, Level uint8
	FID          [16]byte
	// Name is the new one (LevelRename); Delete is said by LevelDisposition.
	Name   []byte
	Delete bool
}

// ReadSetInfo reads one.
func ReadSetInfo(b []byte) (m SetInfoRequest, ok bool) {
	p, ok := body(b, 32)
	if !ok {
		return m, false
	}
	m.Class, m.Level = p[2], p[3]
	copy(m.FID[:], p[16:32])
	if m.Class != InfoFile || m.Level != LevelRename && m.Level != LevelDisposition {
		return m, true
	}
	size := uint64(le32(p, 4))
	if size > uint64(len(b)) {
		return m, false
	}
	in, ok := part(b, int(le16(p, 8)), int(size))
	switch {
	case !ok:
	case m.Level == LevelDisposition:
		if ok = len(in) > 0; ok {
			m.Delete = in[0]&1 != 0
		}
	case len(in) < 20 || uint64(le32(in, 16)) > uint64(len(in)-20):
		return m, false
	default:
		m.Name = in[20 : 20+le32(in, 16)]
	}
	return m, ok
}
