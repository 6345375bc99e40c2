package ftp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt *Options
	txs slab.List[Tx]
	// lines lends room to long replies.
	lines slab.Wide[reply]
	// kept are the octets of commands and replies that all flows hold.
	kept int
	// refused counts what had to be left out for want of room.
	refused uint64
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppFTP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppFTP].(*Options); ok && o != nil {
		sh.opt = o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	sh.lines.Max = maxReplies
	env.Shared[input.AppFTP] = sh
	return sh
}

// fresh gives a new transaction room of its own for the usual reply.
func fresh(t *Tx) { t.lines = t.few[:0] }
