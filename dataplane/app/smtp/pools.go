package smtp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/mime"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// shared is what the flows of one worker have in common.
type shared struct {
	env      *app.Env
	opt      *Options
	messages *mime.Pool
	txs      slab.List[Tx]
	rcpts    slab.Wide[span]
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppSMTP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppSMTP].(*Options); ok && o != nil {
		sh.opt = o
	}
	sh.messages = mime.NewPool(sh.opt.Message, env.Keep, env.Files)
	if env.Reserving() {
		sh.messages.Reserve()
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	sh.rcpts.Max = maxRcpts
	env.Shared[input.AppSMTP] = sh
	return sh
}

// fresh gives a new transaction room of its own for the usual mail.
func fresh(t *Tx) { t.files, t.rcpts = t.fewFiles[:0], t.fewRcpts[:0] }
