package api

// MemoryPart is what one part of a process holds, octets.
type MemoryPart struct {
	Name string `json:"name"`
	// Mapped is the address space of a table, 0 where that says nothing; Resident
	// is what it takes of the machine.
	Mapped   uint64 `json:"mapped,omitempty"`
	Resident uint64 `json:"resident"`
}

// Memory is where memory goes, by process.
type Memory struct {
	Engine  []MemoryPart `json:"engine"`
	Control []MemoryPart `json:"control"`
}

// Memory asks where memory goes.
func (c *Client) Memory() (m Memory, err error) {
	err = c.do("GET", "/v1/memory", nil, &m)
	return m, err
}
