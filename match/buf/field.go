package buf

// FieldID names a numeric field of packets, flows or transactions. Append-only.
type FieldID uint16

// FieldFlags say where a field comes from.
type FieldFlags uint8

// Field flags.
const (
	PacketField FieldFlags = 1 << iota // of one packet
	FlowField                          // of the flow
	Array                              // may have several values; an index may be given
	Signed                             // compared as a signed number
	Bits                               // a set of bits, named ones
)

// FieldInfo is the row of a numeric field.
type FieldInfo struct {
	// Name is the keyword.
	Name string
	// Protos are application protocols; empty for packet and flow fields.
	Protos []string
	Dirs   Dirs
	// Width in bits.
	Width int
	Flags FieldFlags
	// Enum names values.
	Enum map[string]uint64
}

// Field is the row of id; the empty row for an unknown one.
func Field(id FieldID) *FieldInfo {
	if int(id) < len(fields) {
		return &fields[id]
	}
	return &fields[FieldNone]
}

// LookupField finds a numeric field by its keyword.
func LookupField(name string) (FieldID, bool) {
	for i := range fields {
		if i > 0 && fields[i].Name == name {
			return FieldID(i), true
		}
	}
	return FieldNone, false
}
