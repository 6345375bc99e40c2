package engine

import (
	"fmt"
	"os"
	"time"

	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// Housekeeping's periods.
const (
	tickEvery   = 100 * time.Millisecond
	secondTicks = 10
)

// keeper is the housekeeping thread: links, ports, the clock's anchor, what the
// runtime counts. Its place in the region is the one behind the workers'.
type keeper struct {
	e       *engine
	ctr     *counter.Local
	page    []uint64
	words   int // of counters, before the ports' rows
	beat    event.Heartbeat
	ring    *event.Ring
	rows    []PortRow
	runtime *runtimeStats
}

// run ticks until the engine stops.
func (k *keeper) run() {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for n := 0; ; n++ {
		k.tick(n)
		select {
		case <-k.e.stopped:
			return
		case <-t.C:
		}
	}
}

// tick reads ports and links, and once a second what changes slowly.
func (k *keeper) tick(n int) {
	now := k.e.walls.micros(clock.TSC())
	k.beat.Beat(now)
	for _, c := range k.e.set.SyncLinks(now) {
		k.linkChanged(now, &c)
	}
	var missed, nombuf uint64
	for i, p := range k.e.set.Ports {
		r := &k.rows[i]
		readPort(p.ID, r)
		writePort(k.page, k.words, i, r)
		missed += r.RxMissed
		nombuf += r.RxNoMbuf
	}
	k.offload(now)
	k.ctr.Set(counter.RXMissed, k.e.missedBefore+missed)
	k.ctr.Set(counter.RXNoMbuf, k.e.nombufBefore+nombuf)
	if n%secondTicks == 0 {
		k.e.walls.anchor()
		k.runtime.publish(k.ctr)
	}
	k.ctr.Publish(k.page[:k.words])
}

// offload keeps what ports drop by themselves.
func (k *keeper) offload(now int64) {
	o := k.e.set.Offload
	if o == nil {
		return
	}
	if err := o.Sync(now); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	c := o.Counts()
	k.ctr.Set(counter.OffloadActive, c.Active)
	k.ctr.Set(counter.OffloadMade, c.Made)
	k.ctr.Set(counter.OffloadRefused, c.Refused)
	k.ctr.Set(counter.FlowBypassedLocalCapturePkts, c.Packets)
	k.ctr.Set(counter.FlowBypassedLocalCaptureBytes, c.Bytes)
}

// linkChanged writes an event and a line.
func (k *keeper) linkChanged(now int64, c *port.LinkChange) {
	state := "down"
	if c.Up {
		state = "up"
	}
	why := ""
	if c.Forced {
		why = " (handed on)"
	}
	if c.Err != nil {
		why = fmt.Sprintf(" (failed: %v)", c.Err)
	}
	name := k.e.portName(c.Port)
	fmt.Fprintf(os.Stderr, "%s pair %s: link of %s is %s%s\n", time.UnixMicro(now).UTC().Format(time.RFC3339), c.Pair, name, state, why)
	w := k.ring.Begin(event.KindLog)
	if w == nil {
		return
	}
	w.Head().TimeUS = now
	w.Obj("engine")
	w.StrConst("event", "link")
	w.StrConst("pair", c.Pair)
	w.StrConst("port", name)
	w.StrConst("state", state)
	w.Bool("handed_on", c.Forced)
	if c.Err != nil {
		w.StrConst("error", c.Err.Error())
	}
	w.End()
	k.ring.Commit()
}
