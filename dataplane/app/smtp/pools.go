package smtp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/app/mime"
	"github.com/weir-ips/weir/match/input"
)

// shared is what the flows of one worker have in common.
type shared struct {
	env      *app.Env
	opt      *Options
	messages *mime.Pool
	free     []*Tx
	made     int
	// refused counts transactions for which there was no place.
	refused uint64
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
	env.Shared[input.AppSMTP] = sh
	return sh
}

func (sh *shared) take() *Tx {
	if n := len(sh.free); n > 0 {
		t := sh.free[n-1]
		sh.free = sh.free[:n-1]
		return t
	}
	if sh.made == sh.opt.Transactions {
		sh.refused++
		return nil
	}
	sh.made++
	return &Tx{files: make([]*file.File, 0, 2), rcpts: make([]span, 0, 4)}
}
