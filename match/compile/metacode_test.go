package compile

import (
	"reflect"
	"testing"
)

func someMeta() *Meta {
	return &Meta{
		Rules: []RuleMeta{
			{SID: 1, GID: 1, Rev: 2, Priority: 3, Msg: "m", Class: "c", Action: "drop", Target: "src_ip", Raw: "raw", Mode: "shadow", Hook: "packet:filter", Policy: "accept:flow",
				References: [][2]string{{"cve", "1"}}, Metadata: [][2]string{{"a", "b"}, {"a", ""}}},
			{SID: 1<<32 - 1},
		},
		Names:   map[string]uint32{"flowbits\x00x": 0, "xbits\x00x": 7},
		Refused: 3, Disabled: 9, Skipped: 4, Report: []string{"one", ""}, Files: [][2]string{{"/r", "7"}}, Inputs: [][2]string{{"/a", "sum"}},
	}
}

func TestMetaComesBack(t *testing.T) {
	want := someMeta()
	got, err := decodeMeta(want.encode())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// FuzzMeta: whatever the section holds, it is read within its own size, and what
// is read says the same when it is written again.
func FuzzMeta(f *testing.F) {
	f.Add(someMeta().encode())
	f.Add((&Meta{}).encode())
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeMeta(b)
		if err != nil {
			return
		}
		again, err := decodeMeta(m.encode())
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v became %+v, %v", m, again, err)
		}
	})
}

func TestNamesAdopt(t *testing.T) {
	a := NewNames()
	x, y := a.ID("flowbits", "x"), a.ID("flowbits", "y")
	b := NewNames()
	if !b.Adopt(a.All()) || b.ID("flowbits", "y") != y || b.ID("flowbits", "new") <= max(x, y) {
		t.Error("numbers were not taken over")
	}
	c := NewNames()
	c.ID("flowbits", "z") // has x's number
	if c.Adopt(a.All()) || len(c.All()) != 1 {
		t.Error("a contradiction was taken over")
	}
}
