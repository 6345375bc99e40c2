package app

import "github.com/weir-ips/weir/match/input"

// MaxExcerpt bounds the octets that are kept of what made a parser panic.
const MaxExcerpt = 16 << 10

// Crash tells of the last parser that panicked, for a report that it can be mended
// by: the worker writes it and clears Set.
type Crash struct {
	Set   bool
	Proto input.AppProto
	Dir   input.Dir
	// Start is where the octets stand in the stream, Gap what was missing before them.
	Start, Gap uint64
	// Length is how many octets the parser was given, Excerpt the first of them.
	Length  int
	Excerpt []byte
	// Cause is the panic's text.
	Cause string

	room [MaxExcerpt]byte
}

// take notes a panic. One that was not told yet stays.
func (c *Crash) take(f *Flow, call *Call, cause any) {
	if c.Set {
		return
	}
	c.Set, c.Proto, c.Dir, c.Start, c.Gap, c.Length, c.Excerpt, c.Cause = true, f.Final, input.DirUnknown, 0, 0, 0, nil, causeOf(cause)
	if call != nil {
		c.Dir, c.Start, c.Gap, c.Length = call.Dir, call.Start, call.Gap, len(call.Data)
		c.Excerpt = c.room[:copy(c.room[:], call.Data)]
	}
}

// causeOf is the text of what a panic was called with.
func causeOf(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case string:
		return v
	}
	return "unknown"
}
