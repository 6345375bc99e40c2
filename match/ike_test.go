package match_test

import (
	"testing"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

func TestChosenSAAttribute(t *testing.T) {
	chosen := map[buf.FieldID][]uint64{buf.FieldIKESA: {1<<32 | 7, 14<<32 | 128}}
	for cond, want := range map[string]bool{
		"ike.chosen_sa_attribute:alg_enc=7":            true,
		"ike.chosen_sa_attribute: Alg_Enc = 7":         true,
		"ike.chosen_sa_attribute:alg_enc=128":          false,
		"ike.chosen_sa_attribute:sa_key_length=128":    true,
		"ike.chosen_sa_attribute:sa_life_duration=128": false,
	} {
		r := newRig(t, "alert ike any any -> any any ("+cond+"; sid:1;)\n", compile.Options{})
		p := tcpPacket(r)
		p.Proto, p.Dir = 17, input.ToClient
		if got := r.judge(p, &numbersTx{nums: chosen}, input.AppIKE)[1]; got != want {
			t.Errorf("%s: %v", cond, got)
		}
	}
	for _, bad := range []string{"alg_enc", "alg_enc=x", "alg=7", "alg_enc=4294967296"} {
		if parseOne("alert ike any any -> any any (ike.chosen_sa_attribute:"+bad+"; sid:1;)") == nil {
			t.Errorf("%s is no mistake", bad)
		}
	}
}
