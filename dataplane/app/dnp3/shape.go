package dnp3

// kind is how a field of a point is encoded.
type kind uint8

const (
	bits   kind = iota // size bits of an octet that is shared, the lowest first
	number             // size octets, unsigned
	signed
	float
	text   // as many octets as the field of that place says, 0: all that are left
	octets // as text, written in base 64
)

// field is one field of a point.
type field struct {
	name string
	kind kind
	size uint8
}

// shape is what the points of an object look like (IEEE 1815 annex A).
type shape struct {
	fields []field
	// octets are those that a point has at least.
	octets int
	// packed, if not 0, is how many bits a point takes.
	packed int
}

// empty are points of which nothing is read but what stands in front.
var empty shape

// hasData reports whether a function's objects have values, and not only say what
// is meant (IEEE 1815 section 4.4). Those with a size in front have them always: what
// is read of a file is named by its block.
func hasData(fn, group uint8) bool {
	switch {
	case fn >= 2 && fn <= 6, fn >= 25 && fn <= 33, fn >= 129:
		return true
	case fn == 11 || fn == 12: // freeze at a time
		return group == 50
	}
	return false
}

// key is an object's group and variation.
type key struct{ group, variation uint8 }

func shapeOf(group, variation uint8) *shape {
	if group >= 110 && group <= 113 {
		return &strings8[variation]
	}
	if i := places[group]; i != 0 && int(variation) < len(shapes[i]) {
		return shapes[i][variation]
	}
	return nil
}

// places are where a group's shapes stand; strings8 those of octet strings, whose
// variation is their length.
var (
	places   [256]uint8
	shapes   [][]*shape
	strings8 [256]shape
)

func init() {
	for i := range strings8 {
		strings8[i] = shape{fields: []field{{"data", octets, 0}}, octets: i}
	}
	shapes = make([][]*shape, 1)
	for k, f := range objects {
		if places[k.group] == 0 {
			places[k.group] = uint8(len(shapes))
			shapes = append(shapes, nil)
		}
		row := &shapes[places[k.group]]
		for len(*row) <= int(k.variation) {
			*row = append(*row, nil)
		}
		(*row)[k.variation] = newShape(f)
	}
}

func newShape(f []field) *shape {
	s := &shape{fields: f}
	n := 0
	for _, x := range f {
		switch x.kind {
		case bits:
			n += int(x.size)
		case number, signed, float:
			n += 8 * int(x.size)
		}
	}
	if n < 8 {
		s.packed = n
	}
	s.octets = n / 8
	return s
}
