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
	cmdList
	cmdNLST
	cmdMLSD
	numActed
)

// names are commands in their written form; others are logged as they came.
var names = [...]string{unknown: "", cmdAuthTLS: "AUTH TLS", cmdPort: "PORT", cmdEPRT: "EPRT", cmdPasv: "PASV", cmdEPSV: "EPSV",
	cmdRetr: "RETR", cmdStor: "STOR", cmdAppe: "APPE", cmdStou: "STOU",
	cmdList: "LIST", cmdNLST: "NLST", cmdMLSD: "MLSD"}

// listing reports whether a command has names sent and no file (RFC 959
// section 4.1.3, RFC 3659 section 7).
func (c command) listing() bool { return c >= cmdList && c <= cmdMLSD }

// download reports whether what a command is about goes to who gave it.
func (c command) download() bool { return c == cmdRetr || c.listing() }

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
