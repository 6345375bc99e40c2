package port

import "encoding/binary"

// Block types of pcapng (draft-ietf-opsawg-pcapng, section 4).
const (
	ngSection   = 0x0a0d0d0a
	ngInterface = 1
	ngPacket    = 2 // obsolete
	ngSimple    = 3
	ngEnhanced  = 6

	ngOrderMagic  = 0x1a2b3c4d
	ngMinBlock    = 12
	ngMaxIfaces   = 65536
	ngOptEnd      = 0
	ngOptTSResol  = 9
	ngOptTSOffset = 14
)

// ngIface is what the packets of an interface need to know.
type ngIface struct {
	snaplen uint32
	resol   uint8
	offset  int64 // s
}

// section reads a section header block at off: it sets the byte order and
// forgets the interfaces.
func (r *recordReader) section(off int) bool {
	b := r.buf[off:]
	if len(b) < 28 {
		return r.stop("a section header is cut off at %d of 28 octets", len(b))
	}
	switch binary.LittleEndian.Uint32(b[8:]) {
	case ngOrderMagic:
		r.order = binary.LittleEndian
	case 0x4d3c2b1a:
		r.order = binary.BigEndian
	default:
		return r.stop("a section header without the byte-order magic")
	}
	if major := r.order.Uint16(b[12:]); major != 1 {
		return r.stop("pcapng version %d, known is 1", major)
	}
	r.ifaces = r.ifaces[:0]
	return true
}

// nextNG reads blocks up to the next one with a packet.
func (r *recordReader) nextNG(rec *record) bool {
	for r.off < len(r.buf) {
		b := r.buf[r.off:]
		if len(b) < ngMinBlock {
			return r.stop("the file ends within a block's header: %d of %d octets", len(b), ngMinBlock)
		}
		kind := r.order.Uint32(b)
		if kind == ngSection && !r.section(r.off) {
			return false
		}
		size := r.order.Uint32(b[4:])
		if size < ngMinBlock || size%4 != 0 {
			return r.stop("a block claims %d octets", size)
		}
		if uint64(size) > uint64(len(b)) {
			return r.stop("the file ends within a block: %d of %d octets", len(b), size)
		}
		if end := r.order.Uint32(b[size-4:]); end != size {
			return r.stop("a block says %d octets at its start and %d at its end", size, end)
		}
		body := b[8 : size-4]
		packet := false
		switch kind {
		case ngInterface:
			if !r.iface(body) {
				return false
			}
		case ngEnhanced, ngPacket:
			if packet = r.enhanced(rec, body, kind == ngPacket); !packet {
				return false
			}
		case ngSimple:
			if packet = r.simple(rec, body); !packet {
				return false
			}
		}
		r.off += int(size)
		if packet {
			return true
		}
	}
	return false
}

// iface reads an interface description block.
func (r *recordReader) iface(b []byte) bool {
	if len(b) < 8 || len(r.ifaces) == ngMaxIfaces {
		return r.stop("an interface description of %d octets, or one too many", len(b))
	}
	link := uint32(r.order.Uint16(b))
	if r.typed && link != r.linkType {
		return r.stop("an interface of link type %d beside one of %d", link, r.linkType)
	}
	f := ngIface{snaplen: r.order.Uint32(b[4:]), resol: 6}
	for o := b[8:]; len(o) >= 4; {
		code, n := r.order.Uint16(o), int(r.order.Uint16(o[2:]))
		if code == ngOptEnd || len(o)-4 < n {
			break
		}
		v := o[4 : 4+n]
		switch {
		case code == ngOptTSResol && n >= 1:
			f.resol = v[0]
			r.nano = r.nano || v[0]&0x80 == 0 && v[0] > 6
		case code == ngOptTSOffset && n >= 8:
			f.offset = int64(r.order.Uint64(v))
		}
		o = o[min(4+(n+3)&^3, len(o)):]
	}
	if !r.typed {
		r.linkType, r.snaplen, r.typed = link, f.snaplen, true
	}
	r.ifaces = append(r.ifaces, f)
	return true
}

// enhanced reads an enhanced packet block, or the packet block before it, which
// has a drop count in the upper half of the interface number.
func (r *recordReader) enhanced(rec *record, b []byte, old bool) bool {
	if len(b) < 20 {
		return r.stop("a packet block of %d octets", len(b))
	}
	id := r.order.Uint32(b)
	if old {
		id = uint32(r.order.Uint16(b))
	}
	if uint64(id) >= uint64(len(r.ifaces)) {
		return r.stop("a packet of interface %d, there are %d", id, len(r.ifaces))
	}
	caplen, wirelen := r.order.Uint32(b[12:]), r.order.Uint32(b[16:])
	if caplen > maxCaplen || uint64(caplen) > uint64(len(b)-20) {
		return r.stop("a packet claims %d octets, its block has %d", caplen, len(b)-20)
	}
	f := &r.ifaces[id]
	ts := uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:]))
	rec.micros = toMicros(ts, f.resol, f.offset)
	r.fill(rec, b[20:], caplen, wirelen)
	return true
}

// simple reads a simple packet block: it has no time and no length but the
// wire's.
func (r *recordReader) simple(rec *record, b []byte) bool {
	if len(b) < 4 || len(r.ifaces) == 0 {
		return r.stop("a simple packet block of %d octets, %d interfaces", len(b), len(r.ifaces))
	}
	wirelen := r.order.Uint32(b)
	caplen := wirelen
	if s := r.ifaces[0].snaplen; s > 0 {
		caplen = min(caplen, s)
	}
	if caplen > maxCaplen || uint64(caplen) > uint64(len(b)-4) {
		return r.stop("a packet claims %d octets, its block has %d", caplen, len(b)-4)
	}
	rec.micros = 0
	r.fill(rec, b[4:], caplen, wirelen)
	return true
}
