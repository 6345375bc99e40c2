package buf

// ID is an inspection buffer.
type ID uint16

// Dirs is a set of directions.
type Dirs uint8

// Directions.
const (
	TS   Dirs = 1 << iota // to server
	TC                    // to client
	Both = TS | TC
)

// Flags say what a buffer is.
type Flags uint8

// Buffer flags.
const (
	// Multi: there may be several instances, each inspected by itself.
	Multi Flags = 1 << iota
	// Packet: taken from one packet, not from a transaction.
	Packet
	// Window: a body or stream, inspected by windows as it grows.
	Window
	// NoMPM: not usable for fast patterns.
	NoMPM
	// Lower: the parser yields lower case; upper-case contents cannot match.
	Lower
	// Hex: hex digits of a digest.
	Hex
	// File: exists for every protocol that carries files.
	File
)

// Info is the row of a buffer.
type Info struct {
	Name string
	// Legacy is the content modifier (http_uri) that selects it.
	Legacy string
	// Protos are application protocols as rule headers name them; empty: any.
	Protos []string
	Dirs   Dirs
	Flags  Flags
	// Progress is the parser step, by direction, at which the buffer is complete.
	Progress [2]Step
}

// Multi reports whether the buffer has instances.
func (i *Info) Multi() bool { return i.Flags&Multi != 0 }

// Packet reports whether the buffer comes from one packet.
func (i *Info) Packet() bool { return i.Flags&Packet != 0 }

// Window reports whether the buffer is inspected by windows.
func (i *Info) Window() bool { return i.Flags&Window != 0 }

// MPM reports whether the buffer may carry fast patterns.
func (i *Info) MPM() bool { return i.Flags&NoMPM == 0 }

// Has reports whether protocol p can have the buffer; `http` stands for both
// versions.
func (i *Info) Has(p string) bool {
	if len(i.Protos) == 0 {
		return true
	}
	for _, q := range i.Protos {
		if q == p || p == "http" && (q == "http1" || q == "http2") {
			return true
		}
	}
	return false
}

var byName = index()

func index() map[string]ID {
	m := make(map[string]ID, 2*len(table))
	for i := 1; i < len(table); i++ {
		m[table[i].Name] = ID(i)
	}
	return m
}

// Get is the row of id; the empty row for an unknown one.
func Get(id ID) *Info {
	if int(id) < len(table) {
		return &table[id]
	}
	return &table[None]
}

// Lookup finds a buffer by its canonical name.
func Lookup(name string) (ID, bool) {
	id, ok := byName[name]
	return id, ok
}

// String is the canonical name.
func (id ID) String() string { return Get(id).Name }
