package compile

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// rowOf gives a test of whether a list's buffer or field exists for a protocol;
// nil when it exists for all.
func rowOf(l *rule.List) func(input.AppProto) bool {
	protos := buf.Get(l.Buffer).Protos
	if len(l.Protos) > 0 {
		protos = l.Protos
	} else if l.Buffer == buf.None && len(l.Conds) > 0 {
		if n, ok := l.Conds[0].(*rule.Numeric); ok {
			protos = buf.Field(n.Field).Protos
		}
	}
	if len(l.Protos) > 0 {
		protos = l.Protos
	}
	if len(protos) == 0 {
		return nil
	}
	return func(app input.AppProto) bool {
		for _, p := range protos {
			id, ok := input.AppProtoOf(p)
			if ok && (id == app || id == input.AppHTTP && (app == input.AppHTTP1 || app == input.AppHTTP2)) || ok && id == input.AppHTTP2 && app == input.AppDoH2 {
				return true
			}
		}
		return false
	}
}
