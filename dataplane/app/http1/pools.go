package http1

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxOverflow is how many messages of a worker may have more than inlineHeaders
// headers at a time.
const maxOverflow = 512

// Shared is what the flows of one worker have in common. Stats count refusals.
type Shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]

	overflow [][]header
	overs    int
	dec      decoders

	scan    headerScanner
	scratch []byte
	outs    [maxLayers][]byte
	Stats   Stats
}

// Stats count what was refused for want of room.
type Stats struct {
	NoTx, NoOverflow, NoDecoder uint64
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *Shared {
	if sh, ok := env.Shared[input.AppHTTP1].(*Shared); ok {
		return sh
	}
	sh := &Shared{env: env, opt: DefaultOptions()}
	switch o := env.Options[input.AppHTTP1].(type) {
	case Options:
		sh.opt = o
	case *Options:
		sh.opt = *o
	}
	sh.scratch = make([]byte, 0, 64<<10)
	sh.scan.fold = make([]byte, 0, 32<<10)
	for i := range sh.outs {
		sh.outs[i] = make([]byte, 16<<10)
	}
	sh.dec.init(env, sh.opt.Decoders)
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	if env.Reserving() {
		sh.reserve()
	}
	env.Shared[input.AppHTTP1] = sh
	return sh
}

func (sh *Shared) takeTx() *Tx {
	t := sh.txs.Take(fresh)
	if t == nil {
		sh.Stats.NoTx++
	}
	return t
}

// fresh gives a new transaction room of its own for the usual number of files.
func fresh(t *Tx) { t.files = t.few[:0] }

func (sh *Shared) takeOverflow(m *message) bool {
	if n := len(sh.overflow); n > 0 {
		m.many = sh.overflow[n-1]
		sh.overflow = sh.overflow[:n-1]
		return true
	}
	if sh.overs == maxOverflow {
		sh.Stats.NoOverflow++
		return false
	}
	sh.overs++
	m.many = make([]header, sh.longest())
	return true
}

// longest is how many headers an overflow list has room for.
func (sh *Shared) longest() int {
	n := sh.opt.HeadersLimit
	for i := range sh.opt.Servers {
		n = max(n, sh.opt.Servers[i].Options.HeadersLimit)
	}
	return n + 2
}

// reserve makes all overflow lists now.
func (sh *Shared) reserve() {
	n := sh.longest()
	all := make([]header, maxOverflow*n)
	for ; len(all) > 0; all = all[n:] {
		sh.overflow = append(sh.overflow, all[:n:n])
	}
	sh.overs = maxOverflow
}

func (sh *Shared) putOverflow(m *message) {
	if m.many != nil {
		sh.overflow = append(sh.overflow, m.many)
		m.many = nil
	}
}
