package port

import (
	"errors"
	"syscall"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// linkSettle is how long a link may take to come up after its port was started
// or raised, µs: until then its being down is not handed on.
const linkSettle = 5_000_000

// linkPort is what SyncLinks needs of an ethdev.
type linkPort interface {
	Link() (dpdk.Link, error)
	SetLink(up bool) error
}

// LinkChange is what SyncLinks saw or did.
type LinkChange struct {
	Pair   string
	Port   string
	Up     bool
	Forced bool  // weir did it, since the other side's link changed
	Err    error // it could not
}

// linkEnd is one side of a pair.
type linkEnd struct {
	name   string
	dev    linkPort
	up     bool
	forced bool  // taken down by us
	until  int64 // µs; being down is not handed on before
}

// linkPair hands the loss of one side's link on to the other, so that the
// neighbours of a bump in the wire see what they would see of a wire.
type linkPair struct {
	name      string
	ends      [2]linkEnd
	propagate bool
	started   bool
}

// sync polls both links. A side that was taken down by us says nothing about
// its own link, so it comes back when the other side does.
func (p *linkPair) sync(now int64, out []LinkChange) []LinkChange {
	for i := range p.ends {
		e := &p.ends[i]
		l, err := e.dev.Link()
		if err != nil {
			out = append(out, LinkChange{Pair: p.name, Port: e.name, Err: err})
			return out
		}
		if l.Up != e.up {
			e.up = l.Up
			if !e.forced {
				out = append(out, LinkChange{Pair: p.name, Port: e.name, Up: l.Up})
			}
		}
		if !p.started || l.Up {
			// Up, or never yet seen: a link that was up and went down is
			// handed on at once.
			e.until = 0
		}
		if !p.started {
			e.until = now + linkSettle
		}
	}
	p.started = true
	if !p.propagate {
		return out
	}
	for i := range p.ends {
		a, b := &p.ends[i], &p.ends[1-i]
		switch {
		case a.forced:
		case b.forced && a.up:
			out = p.force(b, true, out)
			b.until = now + linkSettle
		case !b.forced && !a.up && b.up && now >= a.until:
			out = p.force(b, false, out)
		}
	}
	return out
}

func (p *linkPair) force(e *linkEnd, up bool, out []LinkChange) []LinkChange {
	err := e.dev.SetLink(up)
	if errors.Is(err, syscall.ENOTSUP) {
		p.propagate = false // said once; the PMD will not learn it
	}
	e.forced = !up && err == nil
	return append(out, LinkChange{Pair: p.name, Port: e.name, Up: up, Forced: true, Err: err})
}
