package ftp

import "github.com/weir-ips/weir/dataplane/app/line"

// command is a command's place in names.
type command uint8

// Commands that the parser acts on.
const (
	unknown command = iota
	cmdAuthTLS
	cmdPort
	cmdEPRT
	cmdPasv
	cmdEPSV
	cmdRetr
	cmdStor
	cmdAppe
	cmdStou
	numActed
)

// names are commands in their written form; others are logged as they came.
var names = [...]string{unknown: "", cmdAuthTLS: "AUTH TLS", cmdPort: "PORT", cmdEPRT: "EPRT", cmdPasv: "PASV", cmdEPSV: "EPSV",
	cmdRetr: "RETR", cmdStor: "STOR", cmdAppe: "APPE", cmdStou: "STOU"}

// commandOf is the command of a verb in upper case and its argument.
func commandOf(verb, arg []byte) command {
	if string(verb) == "AUTH" && line.Fold(arg, "TLS") {
		return cmdAuthTLS
	}
	for c := cmdPort; c < numActed; c++ {
		if string(verb) == names[c] {
			return c
		}
	}
	return unknown
}
