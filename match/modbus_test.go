package match_test

import (
	"testing"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// writesTx writes 25 to address 1000 among those from 999 to 1001.
type writesTx struct{ numbersTx }

func (*writesTx) WrittenAt(address uint16) (uint16, bool) { return 25, address == 1000 }

func TestModbusConditions(t *testing.T) {
	request := map[buf.FieldID][]uint64{buf.FieldModbusUnit: {10}, buf.FieldModbusFunction: {16}, buf.FieldModbusCategory: {buf.ModbusAssigned},
		buf.FieldModbusAccess:      {buf.ModbusWrite | buf.ModbusHolding | buf.ModbusMultiple},
		buf.FieldModbusAddress:     {999, 1001},
		buf.FieldModbusSubfunction: {4}}
	for cond, want := range map[string]bool{
		"unit 10":                                                true,
		"unit 10, function 16":                                   true,
		"unit 11, function 16":                                   false,
		"unit <11":                                               true,
		"unit >10":                                               false,
		"unit 5<>11, function assigned":                          true,
		"function 16":                                            true,
		"function 15":                                            false,
		"function 16, subfunction 4":                             true,
		"function 16, subfunction 5":                             false,
		"function public":                                        true,
		"function reserved":                                      false,
		"function !reserved":                                     true,
		"function !assigned":                                     false,
		"function all":                                           true,
		"access write":                                           true,
		"access read":                                            false,
		"access write holding":                                   true,
		"access write coils":                                     false,
		"access write, address 1000":                             true,
		"access write holding, address 998":                      false,
		"access write holding, address 999":                      true,
		"access write holding, address <999":                     false,
		"access write holding, address >1000":                    true,
		"access write holding, address >1001":                    false,
		"access write holding, address 500<>1000":                true,
		"access write holding, address 1000, value 25":           true,
		"access write holding, address 1000, value 26":           false,
		"access write holding, address 1000, value 20<>30":       true,
		"access write holding, address 1001, value 25":           false,
		"unit 10, access write holding, address 1000, value >24": true,
		"unit 11, access write holding, address 1000, value >24": false,
	} {
		r := newRig(t, "alert modbus any any -> any any (modbus:"+cond+"; sid:1;)\n", compile.Options{})
		if got := r.judge(tcpPacket(r), &writesTx{numbersTx{nums: request}}, input.AppModbus)[1]; got != want {
			t.Errorf("%s: %v", cond, got)
		}
	}
	for _, bad := range []string{"", "function 0", "function 256", "function nothing", "access write input", "access read, value 1", "address 5",
		"access read holding, address 5, value 1", "access write holding, address 5<>9, value 1", "function 1, unit 3", "access write holding, address &1", "access fly"} {
		if parseOne("alert modbus any any -> any any (modbus:"+bad+"; sid:1;)") == nil {
			t.Errorf("%q is no mistake", bad)
		}
	}
}
