package status

import (
	"sort"
	"testing"
)

func TestNames(t *testing.T) {
	if len(codes) < 2000 || !sort.SliceIsSorted(codes, func(i, j int) bool { return codes[i] < codes[j] }) {
		t.Fatalf("%d values, or out of order", len(codes))
	}
	for _, c := range []struct{ got, want string }{
		{NT(Success), "STATUS_SUCCESS"}, {NT(EndOfFile), "STATUS_END_OF_FILE"}, {NT(0xc0000022), "STATUS_ACCESS_DENIED"},
		{NT(Pending), "STATUS_PENDING"}, {NT(BufferOverflow), "STATUS_BUFFER_OVERFLOW"}, {NT(0xffffffff), ""},
		{NT(MoreProcessingRequired), "STATUS_MORE_PROCESSING_REQUIRED"},
		{DOS(ClassSRV, 0x5b), "SRV_BADUID"}, {DOS(ClassDOS, 5), "DOS_NOACCESS"}, {DOS(ClassDOS, 14), ""}, {DOS(3, 1), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	for _, list := range [][]dosError{dosErrors, srvErrors} {
		if !sort.SliceIsSorted(list, func(i, j int) bool { return list[i].code < list[j].code }) {
			t.Error("out of order")
		}
	}
	if n := testing.AllocsPerRun(10, func() { NT(0xc0000022); DOS(1, 5) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
