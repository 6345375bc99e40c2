package rpc

import "github.com/weir-ips/weir/event"

// Log writes an interface's identifier and version into an open object.
func (i *Iface) Log(w *event.Writer) {
	i.UUID.Log(w, "uuid")
	var v [event.ShortLen]byte
	n := decimal(&v, 0, i.Major)
	v[n] = '.'
	w.Short("version", &v, decimal(&v, n+1, i.Minor))
}

// Log writes an identifier.
func (u *UUID) Log(w *event.Writer, key string) {
	var text [event.ShortLen]byte
	u.Text((*[UUIDLen]byte)(text[:]))
	w.Short(key, &text, UUIDLen)
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

// decimal writes a number at a place of out and returns where it ends.
func decimal(out *[event.ShortLen]byte, at int, v uint16) int {
	n := 1
	for x := v / 10; x > 0; x /= 10 {
		n++
	}
	for i := n - 1; i >= 0; i-- {
		out[at+i] = byte('0' + v%10)
		v /= 10
	}
	return at + n
}
