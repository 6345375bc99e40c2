package rpc

import "github.com/weir-ips/weir/event"

// Log writes an interface's identifier and version into an open object.
func (i *Iface) Log(w *event.Writer) {
	var text [UUIDLen]byte
	w.Str("uuid", i.UUID.Text(&text))
	var v [11]byte
	out := decimal(v[:0], i.Major)
	out = append(out, '.')
	w.Str("version", decimal(out, i.Minor))
}

// LogNames writes the names of a known interface, and of one of its operations
// unless op is below 0.
func (i *Iface) LogNames(w *event.Writer, op int) {
	s := serviceOf(&i.UUID)
	if s == nil {
		return
	}
	w.StrConst("service", s.name)
	if name := s.procedure(op); name != "" {
		w.StrConst("procedure", name)
	}
}

func decimal(out []byte, n uint16) []byte {
	var d [5]byte
	at := len(d)
	for {
		at--
		d[at] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return append(out, d[at:]...)
		}
	}
}
