package quiet

import (
	"bytes"
	"log"
	"testing"
)

func TestFilterDropsOneLine(t *testing.T) {
	var b bytes.Buffer
	l := log.New(&filter{&b, []byte("stall")}, "", 0)
	l.Print("no stall information")
	l.Print("something else")
	if b.String() != "something else\n" {
		t.Errorf("%q", b.String())
	}
}
