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
	Rules RuleNames
	// Loaded, Refused and Skipped are numbers of rules; Messages say why some were
	// refused, with their places. Skipped asked for what there is not.
	Loaded, Refused, Skipped int
	Messages                 []string
	// FromCache: nothing had to be compiled.
	FromCache bool
}

// RuleNames are the rules of one bundle, for events; At is nil for an index that
// is none.
type RuleNames interface {
	At(index uint32) *eve.Rule
	Len() int
}

// Compiler is how rules become a policy; generation is the number that it is
// published under. An error means that there is none.
type Compiler func(ctx context.Context, cfg *config.Config, s *config.Sections, generation uint32) (*Policy, error)

// Restorer reads the rules' names back from a bundle that an engine handed over.
type Restorer func(octets []byte) (RuleNames, error)

// maxGenerations are the policies whose names are kept.
const maxGenerations = 8

// policies are the one in force and the names of those before.
type policies struct {
	mu         sync.RWMutex
	names      map[uint32]RuleNames
	order      []uint32
	generation uint32
	memfd      *os.File
	loaded     int
	refused    int
	skipped    int
	since      time.Time
	lastError  string
	interfaces []string
	// inputs are the files of the last attempt to load, plan its policy section;
	// octets is the size of the bundle in force.
	inputs   inputs
	plan     config.RulePlan
	octets   uint64
	appProto func(uint16) string
}

// Rule, AppProto and Interface are eve.Names.
func (p *policies) Rule(generation, index uint32) *eve.Rule {
	p.mu.RLock()
	rules := p.names[generation]
	p.mu.RUnlock()
	if rules == nil {
		return nil
	}
	return rules.At(index)
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
func (p *policies) name(generation uint32, rules RuleNames) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[uint32]RuleNames{}
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
func (p *policies) inForce(generation uint32, memfd *os.File, loaded, refused, skipped int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.memfd != nil && p.memfd != memfd {
		p.memfd.Close()
	}
	p.memfd, p.generation, p.loaded, p.refused, p.skipped = memfd, generation, loaded, refused, skipped
	p.since, p.lastError, p.octets = time.Now(), "", 0
	if memfd != nil {
		if st, err := memfd.Stat(); err == nil {
			p.octets = uint64(st.Size())
		}
	}
}

// tried notes what an attempt to load is made of.
func (p *policies) tried(in inputs, plan config.RulePlan) (bundle uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inputs, p.plan = in, plan
	return p.octets
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
	var rules RuleNames
	n := 0
	if err == nil && restore != nil {
		rules, err = restore(octets)
	}
	if err == nil && rules != nil {
		p.name(h.Generation, rules)
		n = rules.Len()
	}
	p.inForce(h.Generation, h.Bundle, n, 0, 0)
	h.Bundle = nil
	if err != nil {
		return fmt.Errorf("rules of generation %d cannot be named: %w", h.Generation, err)
	}
	return nil
}
