package lua

// #include "shim.h"
import "C"

import "encoding/binary"

// AddInt adds an integer argument to the next call. An argument that does not
// fit into Config.Arguments, here and in the functions below, makes that call
// BadArguments.
func (s *State) AddInt(v int64) {
	if s.room(1 + 8) {
		s.args = append(s.args, C.WLUA_OP_INT)
		s.args = binary.NativeEndian.AppendUint64(s.args, uint64(v))
	}
}

// AddBytes adds a string argument; Lua's strings hold any octets.
func (s *State) AddBytes(v []byte) {
	if s.room(1 + 4 + len(v)) {
		s.args = append(s.args, C.WLUA_OP_BYTES)
		s.octets(v)
	}
}

// OpenTable adds a table argument, to be filled with SetInt and SetBytes and
// ended with CloseTable. Tables do not nest.
func (s *State) OpenTable() {
	if s.room(1) {
		s.args = append(s.args, C.WLUA_OP_TABLE)
	}
}

// SetInt sets a field of the open table to an integer.
func (s *State) SetInt(key string, v int64) {
	if s.room(1 + 4 + len(key) + 8) {
		s.args = append(s.args, C.WLUA_OP_INT)
		s.key(key)
		s.args = binary.NativeEndian.AppendUint64(s.args, uint64(v))
	}
}

// SetBytes sets a field of the open table to a string.
func (s *State) SetBytes(key string, v []byte) {
	if s.room(1 + 4 + len(key) + 4 + len(v)) {
		s.args = append(s.args, C.WLUA_OP_BYTES)
		s.key(key)
		s.octets(v)
	}
}

// CloseTable ends the open table.
func (s *State) CloseTable() {
	if s.room(1) {
		s.args = append(s.args, C.WLUA_OP_END)
	}
}

// room tells whether n octets can be added without growing the buffer.
func (s *State) room(n int) bool {
	if s.full || n > cap(s.args)-len(s.args) {
		s.full = true
	}
	return !s.full
}

func (s *State) key(k string) {
	s.args = binary.NativeEndian.AppendUint32(s.args, uint32(len(k)))
	s.args = append(s.args, k...)
}

func (s *State) octets(v []byte) {
	s.args = binary.NativeEndian.AppendUint32(s.args, uint32(len(v)))
	s.args = append(s.args, v...)
}
