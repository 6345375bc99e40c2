package eve

import (
	"encoding/json"
	"strconv"

	"github.com/weir-ips/weir/event"
)

// Encoder makes lines of records for one output.
type Encoder struct {
	names Names
	opts  Options
	stamp *Stamp
	buf   []byte
	// comma: the next member needs one before it.
	comma bool
	// own: the weir object was written within the body.
	own bool
}

// NewEncoder makes an encoder; stamp may be shared with others of the goroutine.
func NewEncoder(names Names, opts Options, stamp *Stamp) *Encoder {
	return &Encoder{names: names, opts: opts, stamp: stamp}
}

// Append appends a record as one JSON object without a line end. It reports
// false, with dst unchanged, when the record's body is malformed or its kind is
// none that EVE has.
func (e *Encoder) Append(dst []byte, rec *event.Record) ([]byte, bool) {
	h := &rec.Head
	if h.Kind == event.KindNone || h.Kind >= event.NumKinds || h.Kind == event.KindFileData || h.Kind == event.KindState {
		return dst, false
	}
	start := len(dst)
	e.buf, e.comma, e.own = append(dst, '{'), false, false
	c := event.NewCursor(rec.Body)
	var m event.Member
	more := c.Next(&m)
	eventType := []byte(nil)
	if more && m.Type == event.TypeStr && string(m.Key) == event.EventTypeKey {
		if eventType = m.Bytes; string(eventType) == "http2" {
			// Outputs choose by this name; what they print is an http record.
			eventType = eventType[:4]
		}
		more = c.Next(&m)
	}
	e.head(h, eventType)
	e.kindHead(h)
	if h.Kind == event.KindAlert {
		e.alertOpen(h)
		if more && m.Type == event.TypeObj && string(m.Key) == "alert" {
			e.members(&c)
			more = c.Next(&m)
		}
		e.buf = append(e.buf, '}')
		e.comma = true
		e.firewall(h)
	}
	for ; more; more = c.Next(&m) {
		if e.omit(h.Kind, m.Key) {
			skip(&c, &m)
			continue
		}
		e.member(&c, &m, h)
	}
	if c.Broken() || c.Depth() != 0 {
		return e.buf[:start], false
	}
	e.tail(h)
	out := append(e.buf, '}')
	e.buf = nil
	return out, true
}

// member writes a member of the top level.
func (e *Encoder) member(c *event.Cursor, m *event.Member, h *event.Head) {
	if m.Type == event.TypeObj && string(m.Key) == "weir" && !e.own {
		e.key("weir")
		e.buf = append(e.buf, '{')
		e.comma = false
		e.weirMembers(h)
		e.own = true
		e.members(c)
		e.buf = append(e.buf, '}')
		e.comma = true
		return
	}
	e.value(m, false)
	if m.Type == event.TypeObj || m.Type == event.TypeArr {
		e.inside(c, m.Type)
	}
}

// members writes what stands in the container just opened, up to its end,
// without the brackets.
func (e *Encoder) members(c *event.Cursor) {
	depth := c.Depth()
	var m event.Member
	for c.Next(&m) {
		if m.Type == event.TypeEnd && c.Depth() < depth {
			return
		}
		e.value(&m, false)
		if m.Type == event.TypeObj || m.Type == event.TypeArr {
			e.inside(c, m.Type)
		}
	}
}

// inside writes the rest of a container whose bracket is written, and all in it.
func (e *Encoder) inside(c *event.Cursor, t event.Type) {
	// arrays has a bit for each open level: set for arrays.
	var arrays uint64
	if t == event.TypeArr {
		arrays = 1
	}
	level := 1
	var m event.Member
	for level > 0 && c.Next(&m) {
		if m.Type == event.TypeEnd {
			b := byte('}')
			if arrays&1 != 0 {
				b = ']'
			}
			e.buf = append(e.buf, b)
			e.comma = true
			arrays >>= 1
			level--
			continue
		}
		e.value(&m, arrays&1 != 0)
		switch m.Type {
		case event.TypeObj:
			arrays <<= 1
			level++
		case event.TypeArr:
			arrays = arrays<<1 | 1
			level++
		}
	}
}

// skip passes over a member and all in it.
func skip(c *event.Cursor, m *event.Member) {
	if m.Type != event.TypeObj && m.Type != event.TypeArr {
		return
	}
	depth := c.Depth()
	for c.Depth() >= depth && c.Next(m) {
	}
}

// value writes a member's key, outside arrays, and its value; of a container
// the opening bracket.
func (e *Encoder) value(m *event.Member, inArray bool) {
	if m.Type == event.TypeMagic && e.opts.Magic == nil {
		return
	}
	if e.comma {
		e.buf = append(e.buf, ',')
	}
	e.comma = true
	if !inArray {
		e.buf = append(appendString(e.buf, m.Key), ':')
	}
	switch m.Type {
	case event.TypeObj:
		e.buf = append(e.buf, '{')
		e.comma = false
	case event.TypeArr:
		e.buf = append(e.buf, '[')
		e.comma = false
	case event.TypeStr:
		e.buf = appendString(e.buf, m.Bytes)
	case event.TypeText:
		e.buf = appendText(e.buf, m.Bytes)
	case event.TypeMagic:
		e.buf = appendString(e.buf, []byte(e.opts.Magic(m.Bytes)))
	case event.TypePrintable:
		e.buf = appendPrintable(e.buf, m.Bytes)
	case event.TypeBase64:
		e.buf = appendBase64(e.buf, m.Bytes)
	case event.TypeHex:
		e.buf = appendHex(e.buf, m.Bytes)
	case event.TypeHexColon, event.TypeMAC:
		e.buf = appendHexColon(e.buf, m.Bytes)
	case event.TypeUint:
		e.buf = strconv.AppendUint(e.buf, m.Num, 10)
	case event.TypeInt:
		e.buf = strconv.AppendInt(e.buf, int64(m.Num), 10)
	case event.TypeFloat:
		e.buf = appendFloat(e.buf, m.Float())
	case event.TypeJSON:
		// A cut one, or one of a broken engine, would break the event.
		if json.Valid(m.Bytes) {
			e.buf = append(e.buf, m.Bytes...)
		} else {
			e.buf = append(e.buf, "null"...)
		}
	case event.TypeTrue:
		e.buf = append(e.buf, "true"...)
	case event.TypeFalse:
		e.buf = append(e.buf, "false"...)
	case event.TypeIP4, event.TypeIP6:
		e.buf = append(e.buf, '"')
		e.buf = AppendIP(e.buf, m.Bytes, e.opts.IPv6Compress)
		e.buf = append(e.buf, '"')
	case event.TypeTime:
		e.buf = append(e.buf, '"')
		e.buf = e.stamp.Append(e.buf, int64(m.Num))
		e.buf = append(e.buf, '"')
	default:
		e.buf = append(e.buf, "null"...)
	}
}

// omit says which members of the top level this output does not want.
func (e *Encoder) omit(k event.Kind, key []byte) bool {
	switch string(key) {
	case "metadata", "traffic":
		return !e.opts.Metadata && k != event.KindMetadata
	case "ether":
		return !e.opts.Ethernet
	}
	if k != event.KindAlert {
		return false
	}
	a := &e.opts.Alert
	switch string(key) {
	case "payload":
		return !a.Payload
	case "payload_printable":
		return !a.PayloadPrintable
	case "payload_length":
		return !a.PayloadLength
	case "stream":
		return !a.Payload && !a.PayloadPrintable && !a.PayloadLength
	case "packet", "packet_info":
		return !a.Packet
	case "flow":
		return !a.Flow
	case "alert":
		return true // only a leading one is merged; two keys alike are no JSON
	case "tunnel", "firewall", "frame", "weir", "igmp", "rgmp", "sctp", "spi", "capture_file":
		return false
	case "files":
		return !a.RuleMetadata
	}
	return !a.AppLayer
}

// Members of the encoder's own.

func (e *Encoder) key(k string) {
	if e.comma {
		e.buf = append(e.buf, ',')
	}
	e.comma = true
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, k...)
	e.buf = append(e.buf, '"', ':')
}

// str writes a string that needs escapes; raw one that needs none.
func (e *Encoder) str(k, v string) {
	e.key(k)
	e.buf = appendString(e.buf, []byte(v))
}

func (e *Encoder) raw(k, v string) {
	e.key(k)
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, v...)
	e.buf = append(e.buf, '"')
}

func (e *Encoder) num(k string, v uint64) {
	e.key(k)
	e.buf = strconv.AppendUint(e.buf, v, 10)
}

func (e *Encoder) yes(k string) {
	e.key(k)
	e.buf = append(e.buf, "true"...)
}
