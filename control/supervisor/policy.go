package supervisor

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/event/eve"
)

// Policy is what rules were compiled to.
type Policy struct {
	// Octets are the bundle.
	Octets []byte
	// Rules are what events say of a rule, by its index.
	Rules []eve.Rule
	// Loaded and Refused are numbers of rules; Messages say why some were refused,
	// with their places.
	Loaded, Refused int
	Messages        []string
}

// Compiler is how rules become a policy; generation is the number that it is
// published under. An error means that there is none.
type Compiler func(ctx context.Context, cfg *config.Config, s *config.Sections, generation uint32) (*Policy, error)

// Restorer reads the rules' names back from a bundle that an engine handed over.
type Restorer func(octets []byte) ([]eve.Rule, error)

// maxGenerations are the policies whose names are kept.
const maxGenerations = 8

// policies are the one in force and the names of those before.
type policies struct {
	mu         sync.RWMutex
	names      map[uint32][]eve.Rule
	order      []uint32
	generation uint32
	memfd      *os.File
	loaded     int
	refused    int
	since      time.Time
	lastError  string
	interfaces []string
	appProto   func(uint16) string
}

// Rule, AppProto and Interface are eve.Names.
func (p *policies) Rule(generation, index uint32) *eve.Rule {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if rules := p.names[generation]; int64(index) < int64(len(rules)) {
		return &rules[index]
	}
	return nil
}

// AppProto names a protocol.
func (p *policies) AppProto(id uint16) string {
	if p.appProto == nil {
		return ""
	}
	return p.appProto(id)
}

// Interface names a port.
func (p *policies) Interface(port uint8) string {
	if int(port) < len(p.interfaces) {
		return p.interfaces[port]
	}
	return ""
}

// name makes a generation's names known before any event carries it.
func (p *policies) name(generation uint32, rules []eve.Rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[uint32][]eve.Rule{}
	}
	if _, ok := p.names[generation]; !ok {
		p.order = append(p.order, generation)
	}
	p.names[generation] = rules
	if len(p.order) > maxGenerations {
		delete(p.names, p.order[0])
		p.order = p.order[1:]
	}
}

// inForce notes the policy that workers run. memfd is the policies' from now on.
func (p *policies) inForce(generation uint32, memfd *os.File, loaded, refused int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.memfd != nil && p.memfd != memfd {
		p.memfd.Close()
	}
	p.memfd, p.generation, p.loaded, p.refused = memfd, generation, loaded, refused
	p.since, p.lastError = time.Now(), ""
}

func (p *policies) failed(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastError = err.Error()
}

func (p *policies) next() uint32 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.generation + 1
}

// adopt takes over what an engine runs.
func (p *policies) adopt(h *engine.Held, restore Restorer) error {
	if h.Bundle == nil {
		return nil
	}
	octets, err := engine.ReadSealed(h.Bundle)
	var rules []eve.Rule
	if err == nil && restore != nil {
		rules, err = restore(octets)
	}
	if err == nil {
		p.name(h.Generation, rules)
	}
	p.inForce(h.Generation, h.Bundle, len(rules), 0)
	h.Bundle = nil
	if err != nil {
		return fmt.Errorf("rules of generation %d cannot be named: %w", h.Generation, err)
	}
	return nil
}
