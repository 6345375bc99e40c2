package supervisor

import (
	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/engine"
)

// Memory is where the memory of both processes is.
func (s *Supervisor) Memory() (m api.Memory, err error) {
	if m.Control, err = engine.MemoryParts(); err != nil {
		return m, err
	}
	m.Engine, err = s.engineClient().Memory()
	return m, err
}
