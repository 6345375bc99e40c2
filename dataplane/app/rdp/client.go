package rdp

import (
	"encoding/binary"

	"github.com/weir-ips/weir/event"
)

// cursor reads the fields of the client core data in their order. What is not there,
// or was refused, ends it: each optional field needs the one before.
type cursor struct {
	b    []byte
	over bool
}

func (c *cursor) take(n int) []byte {
	if c.over || len(c.b) < n {
		c.over = true
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) u16() (uint32, bool) {
	if b := c.take(2); b != nil {
		return uint32(binary.LittleEndian.Uint16(b)), true
	}
	return 0, false
}

func (c *cursor) u32() (uint32, bool) {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b), true
	}
	return 0, false
}

// within is a number that ends the cursor when it is out of its range.
func (c *cursor) within(lo, hi uint32) (uint32, bool) {
	v, ok := c.u32()
	c.over = c.over || v < lo || v > hi
	return v, ok && !c.over
}

const unknown = "unknown"

func named(w *event.Writer, key, name string) {
	if name == "" {
		name = unknown
	}
	w.StrConst(key, name)
}

// client writes what the client told of itself (MS-RDPBCGR section 2.2.1.3.2).
func (t *Tx) client(w *event.Writer) {
	c := cursor{b: t.text}
	version, _ := c.u32()
	name := ""
	if version>>16 == 8 {
		name = nameOf(versions[:], version&0xffff)
	}
	named(w, "version", name)
	width, _ := c.u16()
	height, _ := c.u16()
	w.Uint("desktop_width", uint64(width))
	w.Uint("desktop_height", uint64(height))
	color, _ := c.u16()
	c.u16() // the sequence that wakes a session, always the same
	if depth := t.depth(color); depth != 0 {
		w.Uint("color_depth", depth)
	}
	layout, _ := c.u32()
	named(w, "keyboard_layout", locale(layout))
	build, _ := c.u32()
	named(w, "build", system(build))
	text(w, "client_name", t.sh.utf16le(c.take(32)))
	typ, _ := c.u32()
	if kb := nameOf(keyboards[:], typ); kb != "" {
		w.StrConst("keyboard_type", kb)
	}
	subtype, _ := c.u32()
	notZero(w, "keyboard_subtype", subtype)
	keys, _ := c.u32()
	notZero(w, "function_keys", keys)
	text(w, "ime", t.sh.utf16le(c.take(64)))
	t.optional(w, &c)
}

func text(w *event.Writer, key string, v []byte) {
	if len(v) > 0 {
		w.Str(key, v)
	}
}

func notZero(w *event.Writer, key string, v uint32) {
	if v != 0 {
		w.Uint(key, uint64(v))
	}
}

// optional writes the fields that newer clients send.
func (t *Tx) optional(w *event.Writer, c *cursor) {
	post, _ := c.u16()
	c.over = c.over || post != 0 && beta2(post) == 0
	if id, ok := c.u16(); ok {
		w.Uint("product_id", uint64(id))
	}
	no, _ := c.u32()
	notZero(w, "serial_number", no)
	high, _ := c.u16()
	c.over = c.over || high != 0 && highColor(high) == 0
	depths, _ := c.u16()
	c.over = c.over || depths&^0xf != 0
	caps, _ := c.u16()
	if c.over = c.over || caps&^0x7ff != 0; !c.over {
		flags(w, "capabilities", uint16(caps), capabilities[:])
	}
	text(w, "id", t.sh.utf16le(c.take(64)))
	hint := c.take(2) // and a pad
	if hint == nil || hint[0] > 7 {
		return
	}
	if hint[0] != 0 {
		w.StrConst("connection_hint", hints[hint[0]])
	}
	chosen, _ := c.u32()
	c.over = c.over || chosen&^0xf != 0
	for _, key := range [...]string{"physical_width", "physical_height"} {
		if mm, ok := c.within(10, 10000); ok {
			w.Uint(key, uint64(mm))
		}
	}
	turned, ok := c.u16()
	if ok {
		if c.over = turned%90 != 0 || turned > 270; !c.over {
			w.Uint("desktop_orientation", uint64(turned))
		}
	}
	if scale, ok := c.within(100, 500); ok {
		w.Uint("scale_factor", uint64(scale))
	}
	if scale, ok := c.u32(); ok && (scale == 100 || scale == 140 || scale == 180) {
		w.Uint("device_scale_factor", uint64(scale))
	}
}

// Offsets of the three fields that tell of colours.
const (
	offBeta2 = lenCore
	offHigh  = lenCore + 8
)

// depth is the bits of a pixel: the newest field that says so counts. 0: none does.
func (t *Tx) depth(color uint32) uint64 {
	b := t.text
	post := uint32(0)
	if len(b) >= offBeta2+2 {
		post = uint32(binary.LittleEndian.Uint16(b[offBeta2:]))
	}
	if (post == 0 || beta2(post) != 0) && len(b) >= offHigh+2 {
		if v := highColor(uint32(binary.LittleEndian.Uint16(b[offHigh:]))); v != 0 {
			return v
		}
	}
	if v := beta2(post); v != 0 {
		return v
	}
	if color <= 0xca01 {
		return beta2(color)
	}
	return 0
}

func beta2(v uint32) uint64 {
	if v < 0xca00 || v > 0xca04 {
		return 0
	}
	return [...]uint64{4, 8, 15, 16, 24}[v-0xca00]
}

func highColor(v uint32) uint64 {
	switch v {
	case 4, 8, 15, 16, 24:
		return uint64(v)
	}
	return 0
}
