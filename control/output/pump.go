package output

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
)

// format makes a line of a record.
type format interface {
	want(rec *event.Record) bool
	append(dst []byte, rec *event.Record) ([]byte, bool)
}

// output is a format and where its lines go.
type output struct {
	format
	prefix string
	stats  bool
	sink   Sink
}

// Pump drains the rings of all workers into the outputs.
type Pump struct {
	mu      sync.Mutex
	rings   []*source
	outs    []*output
	line    []byte
	observe func(*event.Record)
	records atomic.Uint64
	broken  atomic.Uint64
}

// source is a ring and the record that waits at its head.
type source struct {
	r    *event.Reader
	rec  event.Record
	full bool
}

// NewPump opens all outputs. observe, which may be nil, is shown every record
// before it is written (metrics, the page, the file store); it must not keep it.
// All mistakes in the options come back together.
func NewPump(readers []*event.Reader, names eve.Names, opts []Options, observe func(*event.Record), report Report) (*Pump, error) {
	p := &Pump{observe: observe}
	stamp := eve.NewStamp(nil)
	var errs []error
	for i := range opts {
		o := &opts[i]
		out := &output{prefix: o.Prefix}
		switch o.Format {
		case "", "eve":
			out.format = newEveLog(o, names, stamp)
			out.stats = o.Types["stats"]
		case "fast":
			out.format = &fastLog{names: names}
		case "stats":
			out.format = &statsLog{opts: o.Encode.Stats}
		default:
			errs = append(errs, fmt.Errorf("output: format %q is none of eve, fast, stats", o.Format))
			continue
		}
		sink, err := o.openSink(report)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out.sink = sink
		p.outs = append(p.outs, out)
	}
	if len(errs) > 0 {
		p.Close()
		return nil, errors.Join(errs...)
	}
	for _, r := range readers {
		p.rings = append(p.rings, &source{r: r})
	}
	return p, nil
}

// Poll writes up to limit records, the oldest at the rings' heads first, and
// returns their number. Rings that are empty at the moment are not waited for,
// so records of different workers may come a little out of order.
func (p *Pump) Poll(limit int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for n < limit {
		s := p.oldest()
		if s == nil {
			break
		}
		p.write(&s.rec)
		s.full = false
		n++
	}
	for _, s := range p.rings {
		if s.full {
			s.r.ReleaseOthers()
		} else {
			s.r.Release()
		}
	}
	return n
}

// oldest is the source with the oldest record, or nil when all are empty.
func (p *Pump) oldest() *source {
	var best *source
	for _, s := range p.rings {
		if !s.full {
			if !s.r.Next(&s.rec) {
				continue
			}
			s.full = true
		}
		if best == nil || s.rec.Head.TimeUS < best.rec.Head.TimeUS {
			best = s
		}
	}
	return best
}

// write gives a record to everyone who wants it.
func (p *Pump) write(rec *event.Record) {
	p.records.Add(1)
	if p.observe != nil {
		p.observe(rec)
	}
	for _, o := range p.outs {
		if !o.want(rec) {
			continue
		}
		line, ok := o.append(append(p.line[:0], o.prefix...), rec)
		p.line = line
		if !ok {
			p.broken.Add(1)
			continue
		}
		p.line = append(line, '\n')
		o.sink.Write(p.line)
	}
}

// idleSleep is how long Run sleeps when there is nothing; with rings of
// megabytes it is far shorter than the time to fill one.
const idleSleep = time.Millisecond

// Run polls until the context ends, then drains what is left.
func (p *Pump) Run(ctx context.Context) {
	t := time.NewTimer(idleSleep)
	defer t.Stop()
	flushed := time.Now()
	for {
		n := p.Poll(4096)
		if now := time.Now(); n == 0 || now.Sub(flushed) > 200*time.Millisecond {
			p.Flush()
			flushed = now
		}
		if n > 0 && ctx.Err() == nil {
			continue
		}
		t.Reset(idleSleep)
		select {
		case <-ctx.Done():
			p.Drain()
			return
		case <-t.C:
		}
	}
}

// Drain writes all records that are in the rings now.
func (p *Pump) Drain() {
	for p.Poll(4096) > 0 {
	}
	p.Flush()
}

// Stats writes a stats event to every eve output that wants it, and tables of counters.
func (p *Pump) Stats(s *eve.Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.outs {
		switch l := o.format.(type) {
		case *eveLog:
			if !o.stats {
				continue
			}
			p.line = l.enc.AppendStats(append(p.line[:0], o.prefix...), s)
			p.line = append(p.line, '\n')
		case *statsLog:
			p.line = l.table(p.line[:0], s)
		default:
			continue
		}
		o.sink.Write(p.line)
	}
}

// Flush hands over what the sinks have buffered.
func (p *Pump) Flush() { p.each(Sink.Flush) }

// Reopen opens all files and sockets again, after a rotation.
func (p *Pump) Reopen() { p.each(Sink.Reopen) }

// Close closes the sinks; it does not drain.
func (p *Pump) Close() { p.each(Sink.Close) }

func (p *Pump) each(f func(Sink)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.outs {
		f(o.sink)
	}
}

// Status says how the pump and its sinks fare.
type Status struct {
	// Records were read from the rings; Broken ones an output could not format.
	Records, Broken uint64
	Sinks           []SinkStatus
}

// Status may be called at any time.
func (p *Pump) Status() Status {
	s := Status{Records: p.records.Load(), Broken: p.broken.Load()}
	for _, o := range p.outs {
		s.Sinks = append(s.Sinks, o.sink.Status())
	}
	return s
}
