package app

import (
	"math"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Where mallocs are not wanted (Layer.Warm), what a parser may ever need is
// reserved when its first state is made: address space, of which the system gives
// what is used. Elsewhere it grows in blocks.

// NewState is a zero state of the protocol's, out of a block.
func NewState[T any](env *Env, id input.AppProto) *T {
	l, ok := env.states[id].(*slab.List[T])
	if !ok {
		l = &slab.List[T]{Max: math.MaxInt}
		l.Reserve(env.room)
		env.states[id] = l
	}
	return l.Take(nil)
}

// Reserving reports whether what may ever be needed is to be reserved now.
func (e *Env) Reserving() bool { return e.room > 0 }

// NewList is a list for the transactions, or other things, of all flows of a
// parser, limit at a time.
func NewList[T any](env *Env, limit int) slab.List[T] {
	l := slab.List[T]{Max: limit}
	if env.Reserving() {
		l.Reserve(limit)
	}
	return l
}
