package compile

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

func TestAppProto(t *testing.T) {
	bits := func(ids ...input.AppProto) (m uint64) {
		for _, id := range ids {
			m |= 1 << id
		}
		return m
	}
	for in, want := range map[string]match.Op{
		"http":               {X: bits(input.AppHTTP, input.AppHTTP1, input.AppHTTP2)},
		"http1,original":     {X: bits(input.AppHTTP1), B: match.SideOriginal},
		"!tls,either":        {X: bits(input.AppTLS), B: match.SideEither, Neg: true},
		"ssh|smtp,to_client": {X: bits(input.AppSSH, input.AppSMTP), B: match.SideClient},
		"dns":                {X: bits(input.AppDNS, input.AppDoH2)},
		"dns,exact,final":    {X: bits(input.AppDNS), B: match.SideFinal},
		"failed":             {X: bits(input.AppFailed)},
		"unknown,to_server":  {X: bits(input.AppUnknown), B: match.SideServer},
	} {
		want.Code = match.OpAppProto
		if got, err := appProto(strings.Split(in, ",")); err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"nothing":          `unknown protocol "nothing"`,
		"!unknown":         "cannot be negated",
		"tls,sideways":     `"sideways" is none of`,
		"tls,either,final": "modes either and final",
		"tls||ssh":         `unknown protocol ""`,
	} {
		if _, err := appProto(strings.Split(in, ",")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}
