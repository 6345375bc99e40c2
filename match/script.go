package match

import (
	_ "embed"
	"fmt"

	"github.com/weir-ips/weir/cgo/lua"
)

// ScriptLib is the script that gives others the suricata.* libraries.
//
//go:embed lib.lua
var ScriptLib string

// ScriptRec is a script of rules: its text in the blob, and what it wants to know.
type ScriptRec struct {
	Off, Len uint32
	Name     NameRec
	Needs    Needs
	Kind     ScriptKind
	_        [3]uint8
	// Facts are buffers of transactions, Vars variables of flows that it asks for.
	Facts, Vars Span
	// Args of a transform: each a NameRec in ScriptArgs.
	Args Span
	// Memory in octets and Instructions of a call bound it.
	Memory, Instructions uint32
}

// ScriptKind says what a script judges.
type ScriptKind uint8

// Kinds of scripts.
const (
	ScriptPacket ScriptKind = iota + 1
	ScriptBuffer
	ScriptTx
	ScriptTransform
)

// Needs are facts that a script asks for beside those that cost nothing.
type Needs uint32

// Facts.
const (
	NeedPayload Needs = 1 << iota
	NeedPacket
	NeedStream
	NeedBuffer
	NeedFlow
	// NeedSome: the script has nothing to say of a packet without a payload.
	NeedSome
)

// ScriptFact is a buffer of transactions that a script asks for, and the key that
// it finds it under.
type ScriptFact struct {
	Buf  uint16 // or the numeric field
	Dir  uint8
	Num  uint8 // 1: it is a field
	Name NameRec
}

// ScriptVar is a variable that a script asks for: v for octets of the flow, i for
// a counter, b for a byte variable of the rule, whose slot is ID.
type ScriptVar struct {
	ID   uint32
	Kind uint32
	Name NameRec
}

// Scripts are the machines of one worker, one for each script of a policy.
type Scripts struct {
	machines []machine
	out      []byte
}

type machine struct {
	state *lua.State
	call  lua.Function
}

// scriptOut is the longest result of a script: what a transform makes, or the
// variables that it sets.
const scriptOut = 64 << 10

// scriptArguments is the most that a script is told in one call, octets.
const scriptArguments = 1 << 20

// LoadScript makes a machine with a script in it, bounded by memory in octets and
// the instructions of a call; what is told to it comes on top of the memory.
func LoadScript(text, name string, memory, instructions uint32) (*lua.State, error) {
	s, err := lua.New(lua.Config{Memory: max(int(memory), lua.MinMemory) + scriptArguments, Instructions: int(instructions), Arguments: scriptArguments})
	if err != nil {
		return nil, err
	}
	if err = s.Load([]byte(ScriptLib), "suricata"); err == nil {
		err = s.Load([]byte(text), name)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("script %s: %w", name, err)
	}
	return s, nil
}

// NewScripts makes the machines for one worker, on a thread that is no worker.
func (b *Bundle) NewScripts() (*Scripts, error) {
	out := &Scripts{}
	if len(b.Scripts) == 0 {
		return out, nil
	}
	out.out = make([]byte, scriptOut)
	for i := range b.Scripts {
		if err := out.load(b, &b.Scripts[i]); err != nil {
			out.Close()
			return nil, err
		}
	}
	return out, nil
}

func (s *Scripts) load(b *Bundle, r *ScriptRec) error {
	st, err := LoadScript(b.Text(NameRec{r.Off, r.Len}), b.Text(r.Name), r.Memory, r.Instructions)
	if err != nil {
		return err
	}
	m := machine{state: st}
	s.machines = append(s.machines, m)
	// init and thread_init make the handles that match uses.
	setup, entry := "weir_needs", "weir_match"
	if r.Kind == ScriptTransform {
		setup, entry = "weir_argument", "weir_transform"
	}
	f, err := st.Function(setup)
	if err != nil {
		return err
	}
	if r.Kind == ScriptTransform {
		for _, a := range b.ScriptArgs[r.Args.Off : r.Args.Off+r.Args.N] {
			st.AddBytes([]byte(b.Text(a)))
			if _, res := st.Call(f, nil); res != lua.OK {
				return fmt.Errorf("script %s: %v: %s", b.Text(r.Name), res, st.Message())
			}
		}
	} else if _, res := st.Call(f, s.out); res != lua.OK {
		return fmt.Errorf("script %s: init: %v: %s", b.Text(r.Name), res, st.Message())
	}
	s.machines[len(s.machines)-1].call, err = st.Function(entry)
	return err
}

// Close frees the machines.
func (s *Scripts) Close() {
	for i := range s.machines {
		s.machines[i].state.Close()
	}
	s.machines = nil
}

// SetScripts hands the machines of the bundle in force to the engine, and takes
// the former ones back for closing.
func (e *Engine) SetScripts(s *Scripts) (old *Scripts) {
	old, e.scripts = e.scripts, s
	return old
}
