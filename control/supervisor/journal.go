package supervisor

import (
	"sync"
	"time"

	"github.com/weir-ips/weir/event"
)

// journal is control's own ring: what control has to say goes the same way as
// what workers say, into the same outputs.
type journal struct {
	mu   sync.Mutex
	ring *event.Ring
	mem  []byte
}

func newJournal() (*journal, *event.Reader, error) {
	mem := make([]byte, event.RingSpace(event.MinRing))
	if err := event.FormatRing(mem, event.MinRing); err != nil {
		return nil, nil, err
	}
	ring, err := event.NewRing(mem)
	if err != nil {
		return nil, nil, err
	}
	reader, err := event.NewReader(mem)
	return &journal{ring: ring, mem: mem}, reader, err
}

// say writes an event of type engine; fill adds members to its object. A full
// ring is counted loss, here too.
func (j *journal) say(what string, fill func(w *event.Writer)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := j.ring.Begin(event.KindLog)
	if w == nil {
		return
	}
	w.Head().TimeUS = time.Now().UnixMicro()
	w.Obj("engine")
	w.StrConst("event", what)
	if fill != nil {
		fill(w)
	}
	w.End()
	j.ring.Commit()
}
