package smb1

// TransRequest is TRANSACTION or TRANSACTION2 ([MS-CIFS] sections 2.2.4.33.1 and
// 2.2.4.46.1).
type TransRequest struct {
	// Setup are the setup words: the subcommand, and a pipe's id.
	Setup        []byte
	Params, Data []byte
}

const transWords = 28

// ReadTransRequest reads one.
func ReadTransRequest(b []byte, k *Block) (m TransRequest, ok bool) {
	if len(k.Words) < transWords {
		return m, false
	}
	n := 2 * int(k.Words[26])
	if n > len(k.Words)-transWords {
		return m, false
	}
	m.Setup = k.Words[transWords : transWords+n]
	params, data := int(le16(k.Words, 18)), int(le16(k.Words, 22))
	if m.Params, ok = at(b, int(le16(k.Words, 20)), params); !ok {
		return m, false
	}
	m.Data, ok = at(b, int(le16(k.Words, 24)), data)
	return m, ok
}

// Pipe is the id of the pipe that a TRANSACTION's data go to; ok is false when there
// is none.
func (m *TransRequest) Pipe() (fid uint16, ok bool) {
	if len(m.Setup) != 4 || len(m.Data) == 0 {
		return 0, false
	}
	return le16(m.Setup, 2), true
}

// Subcommand is that of a TRANSACTION2.
func (m *TransRequest) Subcommand() uint16 {
	if len(m.Setup) < 2 {
		return 0
	}
	return le16(m.Setup, 0)
}

// ReadTransResponse is the data of section 2.2.4.33.2.
func ReadTransResponse(b []byte, k *Block) (data []byte, ok bool) {
	if len(k.Words) == 0 {
		return nil, true
	}
	if len(k.Words) < 20 {
		return nil, false
	}
	return at(b, int(le16(k.Words, 14)), int(le16(k.Words, 12)))
}

// Subcommands of TRANSACTION2 (section 2.2.2.2), and levels of information
// ([MS-SMB] section 2.2.2.3.5, with 1000 added to those of [MS-FSCC]).
const (
	SetPathInfo      = 6
	SetFileInfo      = 8
	LevelRename      = 1010
	LevelDisposition = 1013
)

// SetInfo is a TRANSACTION2 that names or deletes a file. Old is a path's name
// (SetPathInfo), FID a file's id (SetFileInfo).
type SetInfo struct {
	Level    uint16
	Old, New []byte
	FID      uint16
	Delete   bool
}

// ReadSetInfo reads one. known is false for levels of no interest.
func ReadSetInfo(h *Header, m *TransRequest) (s SetInfo, known, ok bool) {
	p := m.Params
	if m.Subcommand() == SetPathInfo {
		if len(p) < 6 {
			return s, false, false
		}
		s.Level = le16(p, 0)
		s.Old, _, _ = Text(p[6:], 0, h.Unicode())
	} else {
		if len(p) < 4 {
			return s, false, false
		}
		s.FID, s.Level = le16(p, 0), le16(p, 2)
	}
	d := m.Data
	switch s.Level {
	case LevelDisposition:
		if len(d) < 1 {
			return s, false, false
		}
		s.Delete = d[0]&1 != 0
	case LevelRename:
		if len(d) < 12 || uint64(le32(d, 8)) > uint64(len(d)-12) {
			return s, false, false
		}
		s.New = d[12 : 12+le32(d, 8)]
	default:
		return s, false, true
	}
	return s, true, true
}
