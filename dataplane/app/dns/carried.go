package dns

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Carried is a message that another protocol carries (RFC 8484), as a transaction
// that belongs to no flow: the carrier asks it for views, numbers and its log, and
// releases it. nil: b is no message, or there is no room.
func Carried(env *app.Env, b []byte, d input.Dir) *Tx {
	sh := sharedOf(env, input.AppDNS)
	tx := sh.take()
	if tx == nil {
		return nil
	}
	if tx.msg.Parse(env.Mem, b) != Parsed {
		tx.Release()
		return nil
	}
	tx.dir, tx.response = d, d == input.ToClient
	tx.judge(input.AppDNS)
	return tx
}
