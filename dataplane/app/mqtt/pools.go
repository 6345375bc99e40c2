package mqtt

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
	// text is where a text that is cut gets its end.
	text []byte
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppMQTT].(*shared); ok {
		return sh
	}
	o, ok := env.Options[input.AppMQTT].(Options)
	if !ok {
		o = DefaultOptions()
	}
	sh := &shared{env: env, opt: o, txs: app.NewList[Tx](env, o.Transactions), text: make([]byte, 0, o.Text+64)}
	env.Shared[input.AppMQTT] = sh
	return sh
}

// fresh gives a new transaction room of its own: it has four messages at most
// unless a side repeats itself.
func fresh(t *Tx) { t.msgs = t.few[:0] }
