package supervisor

import (
	"errors"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/event"
)

// Sets carries out a command on a data set of the rules in force. Changes are told
// as events: they decide what is dropped.
func (s *Supervisor) Sets(c api.SetCommand) (api.SetAnswer, error) {
	a, err := s.engineClient().Sets(c)
	if err == nil && a.Changed {
		s.journal.say("dataset", func(w *event.Writer) {
			w.StrConst("op", c.Op)
			w.StrConst("set", c.Set)
			w.StrConst("value", c.Value)
		})
	}
	return a, err
}

// ClearBlocks takes back all blocks that were made by hand.
func (s *Supervisor) ClearBlocks() (n int, err error) {
	if n, err = s.blocks.clear(); err != nil || n == 0 {
		return n, err
	}
	if err = s.engineClient().Block(anomaly.Command{Op: anomaly.BlockClear}); err != nil && !errors.Is(err, errAbsent) {
		return n, err
	}
	s.journal.say("unblock", func(w *event.Writer) { w.StrConst("prefix", "all") })
	return n, nil
}

// Resume lets mitigation act again after it went beyond what it may hold back
// without a person having looked.
func (s *Supervisor) Resume() error {
	if err := s.engineClient().Block(anomaly.Command{Op: anomaly.ResumeMitigation}); err != nil {
		return err
	}
	s.journal.say("mitigation-resumed", func(*event.Writer) {})
	return nil
}
