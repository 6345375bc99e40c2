package match_test

import (
	"fmt"
	"testing"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

func TestCIPService(t *testing.T) {
	part := func(kind buf.CIPPart, v uint64) uint64 { return uint64(kind)<<32 | v }
	message := map[buf.FieldID][]uint64{buf.FieldENIPCIPPart: {
		part(buf.CIPService, 10), part(buf.CIPClass, 2), part(buf.CIPInstance, 1),
		part(buf.CIPService, 16), part(buf.CIPClass, 246), part(buf.CIPAttribute, 6), part(buf.CIPAttribute, 70000),
		part(buf.CIPService, 14), part(buf.CIPClass, 7),
	}}
	for cond, want := range map[string]bool{
		"cip_service:10":           true,
		"cip_service:010":          false, // octal
		"cip_service:0x10":         true,
		"cip_service:08":           false,
		"cip_service:11":           false,
		"cip_service:16,246":       true,
		"cip_service:16,7":         false, // another service's class
		"cip_service:16, 246, 6":   true,
		"cip_service:16,246,70000": true,
		"cip_service:16,246,7":     false,
		"cip_service:16,246,!7":    true,
		"cip_service:14,7,6":       false, // another service's attribute
		"cip_service:!11":          true,
		"cip_service:!10":          false,
	} {
		r := newRig(t, fmt.Sprintf("alert enip any any -> any any (%s; sid:1;)\n", cond), compile.Options{})
		if got := r.judge(tcpPacket(r), &numbersTx{nums: message}, input.AppENIP)[1]; got != want {
			t.Errorf("%s: %v", cond, got)
		}
	}
	for _, bad := range []string{"cip_service:128", "cip_service:x", "cip_service:1,x", "cip_service:1,2,3,4"} {
		if parseOne("alert enip any any -> any any ("+bad+"; sid:1;)") == nil {
			t.Errorf("%s is no mistake", bad)
		}
	}
}
