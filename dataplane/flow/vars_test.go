package flow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// TestVars holds the variables of flows against maps, over kinds, many names and
// changes, and sees that all memory comes back.
func TestVars(t *testing.T) {
	v, err := NewVars(4096)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	var heads [3]uint32
	bits, ints := [3]map[uint32]bool{}, [3]map[uint32]uint32{}
	texts, reals := [3]map[uint32]string{}, [3]map[uint32]float64{}
	for i := range heads {
		bits[i], ints[i], texts[i], reals[i] = map[uint32]bool{}, map[uint32]uint32{}, map[uint32]string{}, map[uint32]float64{}
	}
	for range 20000 {
		i := r.IntN(3)
		f := &input.Flow{Vars: &heads[i]}
		id := uint32(r.IntN(30))
		switch r.IntN(4) {
		case 0:
			on := r.IntN(2) == 0
			v.SetFlowBit(f, id, on)
			bits[i][id] = on
		case 1:
			n := r.Uint32()
			v.SetFlowInt(f, id, n)
			ints[i][id] = n
		case 2:
			s := bytes.Repeat([]byte{byte(r.IntN(256))}, r.IntN(300))
			v.SetFlowVar(f, id, s)
			texts[i][id] = string(s)
		case 3:
			x := r.Float64()
			v.SetEntropy(f, id, x)
			reals[i][id] = x
		}
		id = uint32(r.IntN(30))
		n, ok := v.FlowInt(f, id)
		want, had := ints[i][id]
		text, isText := texts[i][id]
		if v.FlowBit(f, id) != bits[i][id] || ok != had || n != want || string(v.FlowVar(f, id)) != text || (v.FlowVar(f, id) != nil) != isText {
			t.Fatalf("flow %d, variable %d differs", i, id)
		}
	}
	for i, head := range heads {
		seen := map[string]bool{}
		var x Variable
		for c := Walk(head); v.Next(&c, &x); {
			k := fmt.Sprint(x.Kind, x.ID)
			if seen[k] {
				t.Errorf("flow %d: %s twice", i, k)
			}
			seen[k] = true
			switch x.Kind {
			case VarBit:
				if !bits[i][x.ID] {
					t.Errorf("flow %d: bit %d is not set", i, x.ID)
				}
			case VarInt:
				if ints[i][x.ID] != x.Num {
					t.Errorf("flow %d: counter %d is %d", i, x.ID, x.Num)
				}
			case VarOctets:
				if texts[i][x.ID] != string(x.Data) {
					t.Errorf("flow %d: octets %d differ", i, x.ID)
				}
			case VarEntropy:
				if reals[i][x.ID] != x.Real {
					t.Errorf("flow %d: entropy %d is %v", i, x.ID, x.Real)
				}
			}
		}
		v.Release(head)
	}
	if v.Used() != 0 || v.octets.Used() != 0 {
		t.Errorf("%d nodes and %d octets did not come back", v.Used(), v.octets.Used())
	}
}

// TestVarsKeepOrder: events tell variables in the order in which they were set.
func TestVarsKeepOrder(t *testing.T) {
	v, err := NewVars(64)
	if err != nil {
		t.Fatal(err)
	}
	var head uint32
	f := &input.Flow{Vars: &head}
	for id := range uint32(40) {
		v.SetFlowBit(f, 39-id, true)
	}
	want := uint32(39)
	var x Variable
	for c := Walk(head); v.Next(&c, &x); want-- {
		if x.ID != want {
			t.Fatalf("bit %d, want %d", x.ID, want)
		}
	}
}

// TestVarsFull: without room a variable is not set, and that is counted.
func TestVarsFull(t *testing.T) {
	v, err := NewVars(1)
	if err != nil {
		t.Fatal(err)
	}
	var head uint32
	f := &input.Flow{Vars: &head}
	for id := range uint32(20) {
		v.SetFlowBit(f, id, true)
		v.SetFlowVar(f, id, []byte("octets"))
	}
	if v.Full == 0 || v.FlowBit(f, 19) {
		t.Errorf("full %d", v.Full)
	}
	if !v.FlowBit(f, 0) || string(v.FlowVar(f, 0)) != "octets" {
		t.Error("the first are lost")
	}
	v.Release(head)
	if v.octets.Used() != 0 {
		t.Errorf("%d octets did not come back", v.octets.Used())
	}
}
