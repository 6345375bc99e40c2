package worker

import (
	"crypto/rand"
	"encoding/binary"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/dataset"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/state"
)

// store is what rules may read and change beyond the packet: variables of
// flows, which are the worker's own, and the tables of thresholds, bits and
// tags and the data sets, which all workers share. Together they are the match
// engine's State.
type store struct {
	*flow.Vars
	*state.Tables
	*dataset.Sets
	scorer *anomaly.Scorer // nil: no detectors run
}

// Finding asks the detectors about the packet's source, then its destination; of
// two findings the higher score counts.
func (s *store) Finding(detector int32, p *input.Packet) (score uint8, ok bool) {
	if s.scorer == nil || p.IPVersion == 0 || uint32(detector) >= uint32(anomaly.NumDetectors) {
		return 0, false
	}
	id := anomaly.ID(detector)
	role := anomaly.Detectors[id].Role
	score, ok = s.scorer.Active(id, role, &p.Src, p.IPVersion)
	if other, too := s.scorer.Active(id, role, &p.Dst, p.IPVersion); too {
		score, ok = max(score, other), true
	}
	return score, ok
}

// SharedSets are empty data sets for all workers of a process.
func SharedSets() (*dataset.Sets, error) {
	c := dataset.DefaultConfig()
	mem, err := slab.Map(c.Size())
	if err != nil {
		return nil, err
	}
	return dataset.New(c, mem, dataset.Seed())
}

// privateState are tables for a worker that shares none.
func privateState() (*state.Tables, error) {
	c := state.DefaultConfig()
	mem, err := slab.Map(c.Size())
	if err != nil {
		return nil, err
	}
	var key [16]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, err
	}
	return state.New(c, mem, [2]uint64{binary.LittleEndian.Uint64(key[:]), binary.LittleEndian.Uint64(key[8:])})
}

// emitTagged logs a packet that a rule's tag asks for.
func (w *Worker) emitTagged(wt *waiting) {
	wr := w.begin(event.KindPacket)
	if wr == nil {
		return
	}
	w.head(wr.Head(), wt.p, wt.slot)
	writePacket(wr, wt.p)
	w.cfg.Ring.Commit()
}
