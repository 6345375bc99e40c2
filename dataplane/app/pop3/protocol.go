package pop3

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is POP3's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppPOP3, Name: "pop3", TCP: true, Log: "pop3", Events: Events, Probe: probe, Ports: []uint16{110},
		New: func(env *app.Env) app.State {
			return newState(env)
		}}
}

// command is a command's place in names.
type command uint8

// Commands.
const (
	unknown command = iota
	user
	pass
	stat
	list
	retr
	dele
	noop
	rset
	quit
	top
	uidl
	apop
	auth
	capa
	stls
	sasl // what follows AUTH is no command
)

var names = [...]string{user: "USER", pass: "PASS", stat: "STAT", list: "LIST", retr: "RETR", dele: "DELE", noop: "NOOP", rset: "RSET",
	quit: "QUIT", top: "TOP", uidl: "UIDL", apop: "APOP", auth: "AUTH", capa: "CAPA", stls: "STLS", sasl: "<SASL DATA>"}

// most are how many arguments a command takes at most.
var most = [...]int{user: 1, pass: 255, stat: 0, list: 1, retr: 1, dele: 1, noop: 0, rset: 0, quit: 0, top: 2, uidl: 1, apop: 2, auth: 2, capa: 0, stls: 0, sasl: 0}

func commandOf(b []byte) command {
	for c := user; c < sasl; c++ {
		if line.Fold(b, names[c]) {
			return c
		}
	}
	return unknown
}

// probe takes a status from the server, and a command from the client.
func probe(d input.Dir, b []byte) app.Verdict {
	if d == input.ToClient {
		for _, s := range [...]string{"+OK", "-ERR"} {
			switch n := min(len(s), len(b)); {
			case string(b[:n]) != s[:n]:
			case n < len(s):
				return app.More
			default:
				return app.Yes
			}
		}
		return app.No
	}
	v := app.No
	for c := user; c < sasl; c++ {
		switch n := min(len(names[c]), len(b)); {
		case !line.Fold(b[:n], names[c][:n]):
		case len(b) <= n:
			v = app.More
		case b[n] == ' ' || b[n] == '\r' || b[n] == '\n':
			return app.Yes
		}
	}
	return v
}

// Events of app-layer-event, by id.
const (
	EventTooManyTransactions uint16 = iota
	EventRequestTooLong
	EventIncorrectArgumentCount
	EventUnknownCommand
	EventResponseTooLong
)

// Events names them.
var Events = []string{"too_many_transactions", "request_too_long", "incorrect_argument_count", "unknown_command", "response_too_long"}
