package input

// EventID is a decode or stream event (`decode-event`, `stream-event`), an
// index into EventNames. IDs are append-only: counters and dashboards name
// them.
type EventID uint16

// EventSet is a fixed bit set of the events that a packet raised.
type EventSet [6]uint64

// MaxEvents bounds EventID.
const MaxEvents = 6 * 64

// Set adds an event; IDs out of range are ignored.
func (s *EventSet) Set(id EventID) {
	if id < MaxEvents {
		s[id>>6] |= 1 << (id & 63)
	}
}

// Has reports whether the event is set.
func (s *EventSet) Has(id EventID) bool {
	return id < MaxEvents && s[id>>6]&(1<<(id&63)) != 0
}

// Any reports whether any event is set.
func (s *EventSet) Any() bool {
	return s[0]|s[1]|s[2]|s[3]|s[4]|s[5] != 0
}

// Note raises an event of the packet; one that is raised already is kept as said
// once more, as far as there is room.
func (p *Packet) Note(id EventID) {
	if !p.Events.Has(id) {
		p.Events.Set(id)
		return
	}
	if int(p.Agains) < len(p.Again) {
		p.Again[p.Agains] = id
		p.Agains++
	}
}
