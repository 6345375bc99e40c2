package smb

import (
	"math/rand/v2"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxName bounds a text that is kept, octets.
const maxName = 4096

// shared is what the flows of one worker have in common.
type shared struct {
	env    *app.Env
	opt    Options
	txs    slab.List[Tx]
	chunks slab.List[chunk]
	live   slab.Wide[*Tx] // for states with many transactions
	pipes  slab.List[pipe]
	tables tables
	flows  uint64 // number of the latest flow
	// name is where a text loses its zeros; the digits of a number fit, too.
	name [maxName]byte
	// refused counts transactions that a flow had no place for, unqueued octets of
	// files that found no memory.
	refused, unqueued uint64
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppSMB].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppSMB].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs, sh.chunks = app.NewList[Tx](env, sh.opt.Transactions), app.NewList[chunk](env, sh.opt.Chunks)
	sh.pipes = app.NewList[pipe](env, sh.opt.Pipes)
	sh.live.Max = app.MaxTxs
	sh.tables.init(env.Mem, &sh.opt, rand.Uint64(), env.Reserving())
	env.Shared[input.AppSMB] = sh
	return sh
}

// plain is a text in UTF-16 without the zeros: what names look like to rules and in
// records. It holds until the next call.
func (sh *shared) plain(text []byte) []byte {
	out := sh.name[:0]
	for _, c := range text {
		if c != 0 {
			if len(out) == maxName {
				break
			}
			out = append(out, c)
		}
	}
	return out
}
