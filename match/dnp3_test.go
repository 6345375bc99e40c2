package match_test

import (
	"fmt"
	"testing"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

func TestDNP3Conditions(t *testing.T) {
	ind := func(v uint64) map[buf.FieldID][]uint64 { return map[buf.FieldID][]uint64{buf.FieldDNP3Ind: {v}} }
	objects := map[buf.FieldID][]uint64{buf.FieldDNP3Object: {60<<8 | 2, 22<<8 | 1}}
	for _, c := range []struct {
		cond string
		nums map[buf.FieldID][]uint64
		want bool
	}{
		{"dnp3_obj:22,01", objects, true},
		{"dnp3_obj:22,2", objects, false},
		{"dnp3_obj:1,22", objects, false},
		{"dnp3_func:direct_operate", map[buf.FieldID][]uint64{buf.FieldDNP3Func: {5}}, true},
		{"dnp3_func:5", map[buf.FieldID][]uint64{buf.FieldDNP3Func: {6}}, false},
		{"dnp3_ind:device_restart,all_stations", ind(0x8000), true},
		{"dnp3_ind:*device_restart,all_stations", ind(0x0200), false},
		{"dnp3_ind:+device_restart,all_stations", ind(0x8000), false},
		{"dnp3_ind:+device_restart,all_stations", ind(0x8101), true},
		{"dnp3_ind:=device_restart", ind(0x8001), false},
		{"dnp3_ind:=device_restart", ind(0x8000), true},
		{"dnp3_ind:-need_time", ind(0x8000), true},
		{"dnp3_ind:-need_time", ind(0x9000), false},
		{"dnp3_ind:-need_time,device_restart", ind(0x9000), false},
		{"dnp3.ind:-need_time,device_restart", ind(0x8000), true},
		{"dnp3_ind:>0x7fff", ind(0x8000), true},
	} {
		t.Run(c.cond, func(t *testing.T) {
			r := newRig(t, fmt.Sprintf("alert dnp3 any any -> any any (%s; sid:1;)\n", c.cond), compile.Options{})
			p := tcpPacket(r)
			p.Dir = input.ToClient
			if got := r.judge(p, &numbersTx{nums: c.nums}, input.AppDNP3)[1]; got != c.want {
				t.Errorf("%+v: %v", c.nums, got)
			}
		})
	}
	for _, bad := range []string{"dnp3_obj:22", "dnp3_obj:256,1", "dnp3_ind:device_restart,nothing", "dnp3_ind:nothing", "dnp3_func:nothing"} {
		if parseOne("alert dnp3 any any -> any any ("+bad+"; sid:1;)") == nil {
			t.Errorf("%s is no mistake", bad)
		}
	}
}
