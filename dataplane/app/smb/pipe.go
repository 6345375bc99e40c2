package smb

import (
	"encoding/binary"
)

// What a tree or file is, as far as pipes go.
type pipeKind uint8

const (
	pipeNone    pipeKind = iota // a file
	pipeUnknown                 // more octets of the data are needed to tell
	pipeRPC                     // DCE/RPC goes through it
	pipeOther                   // another pipe
)

// rpcPipes are the pipes that speak DCE/RPC; those whose octets were found to be it
// are called probed.
var rpcPipes = [...]string{"svcctl", "srvsvc", "atsvc", "lsarpc", "samr", "spoolss", "winreg", probed}

const probed = "\x00dcerpc"

// speaksRPC reports whether a file is such a pipe.
func (s *State) speaksRPC(f fileID) bool {
	e := s.book.get(f.key())
	if e == nil {
		return false
	}
	name := e.text
	if len(name) > 1 && name[0] == '\\' {
		name = name[1:]
	}
	for _, p := range rpcPipes {
		if string(name) == p {
			return true
		}
	}
	return false
}

// pipe finds out what a file is to which data go that stand at behind b's beginning,
// in a message of n octets.
func (s *State) pipe(tree key, f fileID, b []byte, at int, length uint64, n int) pipeKind {
	if e := s.book.get(tree); e != nil {
		switch {
		case !e.pipe:
			return pipeNone
		case s.speaksRPC(f):
			return pipeRPC
		}
		return pipeOther
	}
	// Nobody saw the tree being connected.
	have := int(min(length, rpcHead))
	if at > n || have > n-at {
		return pipeNone
	}
	if len(b) < at+have {
		return pipeUnknown
	}
	if !looksRPC(b[at : at+have]) {
		return pipeNone
	}
	if e := s.book.put(tree, nil); e != nil {
		e.pipe = true
	}
	if !s.speaksRPC(f) {
		s.book.put(f.key(), []byte(probed))
	}
	return pipeRPC
}

// rpcHead is the length of the common header of DCE/RPC PDUs.
const rpcHead = 16

// looksRPC reports whether octets can be the beginning of a PDU (C706 section
// 12.6.3.1).
func looksRPC(b []byte) bool {
	if len(b) < rpcHead || b[0] != 5 || b[1] > 2 || b[2] > 20 {
		return false
	}
	if b[4]&0x10 != 0 {
		return binary.LittleEndian.Uint16(b[8:]) > 0
	}
	return binary.BigEndian.Uint16(b[8:]) > 0
}
