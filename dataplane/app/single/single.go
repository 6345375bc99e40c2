package single

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Pool is where a worker's transactions of one protocol come from. T embeds Base[T].
type Pool[T any] struct {
	Env *app.Env
	// Room is for numbers and names that are written out.
	Room []byte
	txs  slab.List[T]
	base func(*T) *Base[T]
}

// Of is the worker's pool of a protocol; the first state makes it, for at most
// transactions and with room octets of Room. base finds what T embeds.
func Of[T any](env *app.Env, proto input.AppProto, most, room int, base func(*T) *Base[T]) *Pool[T] {
	if p, ok := env.Shared[proto].(*Pool[T]); ok {
		return p
	}
	p := &Pool[T]{Env: env, Room: make([]byte, 0, room), txs: app.NewList[T](env, most), base: base}
	env.Shared[proto] = p
	return p
}

// Take begins the transaction of a message; nil: all are in use.
func (p *Pool[T]) Take(c *app.Call) *T {
	t := p.txs.Take(nil)
	if t == nil {
		return nil
	}
	b := p.base(t)
	b.Pool, b.self, b.Dir = p, t, c.Dir
	return t
}

// Base is what transactions of one message embed.
type Base[T any] struct {
	// Pool is where the transaction came from, Dir the direction that the message
	// went.
	Pool *Pool[T]
	Dir  input.Dir
	// Text are octets that a View may show.
	Text  []byte
	self  *T
	id    uint64
	times [maxEvents]uint8
	det   input.TxDetect
}

// Keep appends octets to Text; false: no memory.
func (b *Base[T]) Keep(octets []byte) (ok bool) {
	b.Text, ok = b.Pool.Env.Keep.Append(b.Text, octets)
	return ok
}

// Add makes the transaction the flow's, if all went well so far; else it is given
// back, and must not be used any more.
func (b *Base[T]) Add(c *app.Call, ok bool) bool {
	if ok {
		b.id, ok = c.Flow.NewTx(any(b.self).(app.Tx))
	}
	if !ok {
		b.Release()
	}
	return ok
}

// maxEvents is how many events a protocol may have; each is counted up to 255.
const maxEvents = 16

// Raise notes an event, below maxEvents.
func (b *Base[T]) Raise(ev uint16) { b.times[ev] = uint8(min(int(b.times[ev])+1, 255)) }

// Times is app.Repeated's.
func (b *Base[T]) Times(id uint16) int {
	if id < maxEvents {
		return int(b.times[id])
	}
	return 0
}

// Event is input.Tx's.
func (b *Base[T]) Event(id uint16) bool { return b.Times(id) > 0 }

// Only is app.OneSided's.
func (b *Base[T]) Only() input.Dir { return b.Dir }

// Done is app.Tx's: a message is complete when it is there.
func (b *Base[T]) Done(input.Dir) bool { return true }

// Progress is input.Tx's: there are no steps.
func (b *Base[T]) Progress(input.Dir) uint8 { return input.Complete }

// Detect is input.Tx's.
func (b *Base[T]) Detect() *input.TxDetect { return &b.det }

// ID is input.Tx's.
func (b *Base[T]) ID() uint64 { return b.id }

// Release is app.Tx's.
func (b *Base[T]) Release() {
	p, t := b.Pool, b.self
	if p == nil {
		return
	}
	p.Env.Keep.Later(b.Text)
	var empty T
	*t = empty
	p.txs.Put(t)
}
