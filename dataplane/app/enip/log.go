package enip

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// Log writes the transaction's record.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if !t.side[0].there && !t.side[1].there {
		return false
	}
	w.EventType("enip")
	t.Meta(w)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("enip")
	if m := &t.side[0]; m.there {
		w.Obj("request")
		t.common(w, m)
		w.End()
	}
	if m := &t.side[1]; m.there {
		w.Obj("response")
		t.common(w, m)
		t.device(w, m)
		w.End()
	}
	w.End()
}

// common writes what requests and answers may have.
func (t *Tx) common(w *event.Writer, m *message) {
	t.name(w, "command", commandNames, uint32(m.command))
	t.name(w, "status", statusNames, m.status)
	if m.options != 0 {
		w.Uint("options", uint64(m.options))
	}
	if version, options, ok := m.registration(); ok {
		w.Obj("register_session")
		w.Uint("protocol_version", uint64(version))
		w.Uint("options", uint64(options))
		w.End()
	}
	if m.cip > 0 {
		if s, ok := readService(m.data[m.cip:m.cip+m.cipLen], false); ok {
			w.Obj("cip")
			t.service(w, &s)
			w.End()
		}
	}
}

// device writes what a device says of itself.
func (t *Tx) device(w *event.Writer, m *message) {
	if s, ok := m.services(); ok {
		w.Obj("list_services")
		w.Uint("protocol_version", uint64(s.version))
		w.Uint("capabilities", uint64(s.capabilities))
		w.Str("service_name", s.name)
		w.End()
	}
	d, ok := m.identity()
	if !ok {
		return
	}
	w.Obj("identity")
	w.Uint("protocol_version", uint64(d.version))
	b := strconv.AppendUint(t.sh.room[:0], uint64(d.major), 10)
	w.Str("revision", strconv.AppendUint(append(b, '.'), uint64(d.minor), 10))
	t.name(w, "vendor_id", vendorNames, uint32(d.vendor))
	t.name(w, "device_type", deviceNames, uint32(d.device))
	w.Uint("product_code", uint64(d.product))
	w.Uint("status", uint64(d.status))
	w.Uint("serial", uint64(d.serial))
	w.Str("product_name", d.name)
	w.Uint("state", uint64(d.state))
	w.End()
}

// service writes a message of CIP, and those in it.
func (t *Tx) service(w *event.Writer, s *service) {
	t.name(w, "service", serviceNames, uint32(s.code))
	if s.reply {
		t.name(w, "status", cipStatusNames, uint32(s.status))
		if len(s.extended) > 0 {
			w.Hex("status_extended", s.extended)
			if len(s.extended) == 2 {
				if text := extendedNames.of(uint32(s.extended[0]) | uint32(s.extended[1])<<8); text != "" {
					w.StrConst("status_extended_meaning", text)
				}
			}
		}
	} else {
		t.path(w, s.path)
	}
	if s.count() == 0 {
		return
	}
	w.Arr("multiple")
	for i := 0; i < s.count() && !w.Full(); i++ {
		if _, p, ok := s.part(i); ok {
			w.Obj("")
			t.service(w, &p) // once: a packet in a packet is not opened
			w.End()
		}
	}
	w.End()
}

// path writes where a request goes, and the name of the last class in it.
func (t *Tx) path(w *event.Writer, path []byte) {
	if len(path) == 0 {
		return
	}
	class, has := uint32(0), false
	w.Arr("path")
	for len(path) > 0 {
		typ, value, n := segment(path)
		if n == 0 {
			break
		}
		path = path[n:]
		if typ>>2 == segClass {
			class, has = value, true
		}
		w.Obj("")
		if text := segmentNames.of(uint32(typ >> 2)); text != "" {
			w.StrConst("segment_type", text)
		} else {
			t.unknown(w, "segment_type", uint32(typ))
		}
		w.Uint("value", uint64(value))
		w.End()
	}
	w.End()
	if has {
		t.name(w, "class_name", classNames, class)
	}
}

// name writes a number by its name.
func (t *Tx) name(w *event.Writer, key string, list names, v uint32) {
	if text := list.of(v); text != "" {
		w.StrConst(key, text)
		return
	}
	t.unknown(w, key, v)
}

// unknown writes a number that has no name.
func (t *Tx) unknown(w *event.Writer, key string, v uint32) {
	w.Str(key, strconv.AppendUint(append(t.sh.room[:0], "unknown-"...), uint64(v), 10))
}
