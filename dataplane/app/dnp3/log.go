package dnp3

import (
	"math"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Log writes the record of a fragment that came whole; that a response arrived has
// none of its own.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if !t.whole || t.function() == fnConfirm {
		return false
	}
	w.EventType("dnp3")
	t.Meta(w)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) {
	if !t.whole {
		return
	}
	w.Obj("dnp3")
	w.StrConst("type", t.kind())
	c := t.link.control
	w.Obj("control")
	w.Bool("dir", c&ctlMaster != 0)
	w.Bool("pri", c&ctlPrimary != 0)
	w.Bool("fcb", c&ctlFCB != 0)
	w.Bool("fcv", c&ctlFCV != 0)
	w.Uint("function_code", uint64(c&ctlFunction))
	w.End()
	w.Uint("src", uint64(t.link.src))
	w.Uint("dst", uint64(t.link.dst))
	t.application(w)
	if t.dir == input.ToClient {
		indications(w, t.indications())
	}
	w.End()
}

func (t *Tx) kind() string {
	switch {
	case t.dir == input.ToServer:
		return "request"
	case t.unsolicited():
		return "unsolicited_response"
	}
	return "response"
}

func (t *Tx) application(w *event.Writer) {
	w.Obj("application")
	c := t.data[0]
	w.Obj("control")
	w.Bool("fir", c&appFirst != 0)
	w.Bool("fin", c&appFinal != 0)
	w.Bool("con", c&appConfirm != 0)
	w.Bool("uns", c&appUnsolicited != 0)
	w.Uint("sequence", uint64(c&appSeq))
	w.End()
	w.Uint("function_code", uint64(t.function()))
	k := walk{fn: t.function(), b: t.data[t.head():], opt: &t.sh.opt}
	any := false
	for !w.Full() && k.next() {
		if !any {
			any = true
			w.Arr("objects")
		}
		writeObject(w, &k)
	}
	if any {
		w.End()
	}
	w.Bool("complete", t.read)
	w.End()
}

func writeObject(w *event.Writer, k *walk) {
	o := k.o
	w.Obj("")
	w.Uint("group", uint64(o.group))
	w.Uint("variation", uint64(o.variation))
	w.Uint("qualifier", uint64(o.qualifier))
	w.Uint("prefix_code", uint64(o.prefix()))
	w.Uint("range_code", uint64(o.rangeCode()))
	w.Uint("start", uint64(o.first))
	w.Uint("stop", uint64(o.last))
	w.Uint("count", o.count)
	if s := k.shape; s != nil {
		w.Arr("points")
		for k.point() {
			if w.Full() {
				continue // what follows is not written, but the next object found
			}
			w.Obj("")
			w.Uint("prefix", uint64(k.p.prefix))
			w.Uint("index", uint64(k.p.index))
			if o.sized() {
				w.Uint("size", uint64(k.p.prefix))
			}
			writePoint(w, s, &k.p, o.sized())
			w.End()
		}
		w.End()
	}
	w.End()
}

// writePoint writes the fields of one point.
func writePoint(w *event.Writer, s *shape, p *point, sized bool) {
	if s.packed > 0 && !sized {
		w.Uint(s.fields[0].name, uint64(p.bits))
		return
	}
	b, at := p.b, 0
	var sizes [8]int // of the first fields: lengths of texts stand there
	for i := range s.fields {
		f := &s.fields[i]
		n := int(f.size)
		if f.kind >= text {
			if n = len(b); f.size > 0 {
				n = min(n, sizes[f.size])
			}
		} else if f.kind == bits {
			n = 1
		}
		if n > len(b) {
			return
		}
		v := value(b[:min(n, 8)])
		switch f.kind {
		case bits:
			w.Uint(f.name, v>>at&(1<<f.size-1))
			if at += int(f.size); at < 8 {
				continue
			}
			at = 0
		case number:
			w.Uint(f.name, v)
			if i < len(sizes) {
				sizes[i] = int(min(v, maxFragment))
			}
		case signed:
			shift := 64 - 8*n
			w.Int(f.name, int64(v<<shift)>>shift)
		case float:
			if n == 4 {
				w.Float(f.name, float64(math.Float32frombits(uint32(v))))
			} else {
				w.Float(f.name, math.Float64frombits(v))
			}
		case text:
			w.Str(f.name, b[:n])
		case octets:
			w.Base64(f.name, b[:n])
		}
		b = b[n:]
	}
}

// indicators are the names of internal indications (IEEE 1815 section 4.2.2.6), in
// the order in which they are written.
var indicators = [...]struct {
	bit  uint16
	name string
}{
	{0x0100, "all_stations"}, {0x0200, "class_1_events"}, {0x0400, "class_2_events"}, {0x0800, "class_3_events"},
	{0x1000, "need_time"}, {0x2000, "local_control"}, {0x4000, "device_trouble"}, {0x8000, "device_restart"},
	{0x0001, "no_func_code_support"}, {0x0002, "object_unknown"}, {0x0004, "parameter_error"}, {0x0008, "event_buffer_overflow"},
	{0x0010, "already_executing"}, {0x0020, "config_corrupt"}, {0x0040, "reserved_2"}, {0x0080, "reserved_1"},
}

func indications(w *event.Writer, v uint16) {
	w.Obj("iin")
	if v != 0 {
		w.Arr("indicators")
		for i := range indicators {
			if v&indicators[i].bit != 0 {
				w.StrConst("", indicators[i].name)
			}
		}
		w.End()
	}
	w.End()
}
