package ftp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is the control connection's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppFTP, Name: "ftp", TCP: true, Log: "ftp", Events: Events,
		Patterns: []app.Pattern{
			{Dir: input.ToServer, Octets: "USER ", NoCase: true},
			{Dir: input.ToServer, Octets: "PASS ", NoCase: true},
			{Dir: input.ToServer, Octets: "PORT ", NoCase: true},
			{Dir: input.ToServer, Octets: "QUIT", NoCase: true},
			{Dir: input.ToClient, Octets: "220 ("},
		},
		// Clients of other protocols say these, too.
		Probe: probe, Ports: []uint16{21},
		New: func(env *app.Env) app.State {
			s := app.NewState[State](env, input.AppFTP)
			s.sh = sharedOf(env)
			s.Reset()
			return s
		}}
}

// Data is the data connection's row: it is never recognised, only expected.
func Data() *app.Protocol {
	return &app.Protocol{ID: input.AppFTPData, Name: "ftp-data", TCP: true, Log: "ftp_data",
		New: func(env *app.Env) app.State {
			s := app.NewState[dataState](env, input.AppFTPData)
			s.sh = sharedOf(env)
			s.Reset()
			return s
		}}
}

// probe looks at what goes to and from port 21: a greeting or a command that
// only FTP has.
func probe(d input.Dir, b []byte) app.Verdict {
	if d == input.ToServer {
		for _, w := range []string{"FEAT", "AUTH", "HOST", "OPTS"} {
			switch n := min(len(w), len(b)); {
			case !line.Fold(b[:n], w[:n]):
			case n < len(w):
				return app.More
			default:
				return app.Yes
			}
		}
		return app.No
	}
	switch n := min(len(b), 4); {
	case string(b[:n]) != "220 "[:n] && string(b[:n]) != "220-"[:n]:
		return app.No
	case n < 4:
		return app.More
	}
	return app.Yes
}

// Options are FTP's settings; Env.Options holds a *Options under input.AppFTP.
type Options struct {
	// MaxLine is how much of a command or reply is read, in octets.
	MaxLine int
	// Memcap bounds what all flows of a worker keep of commands and replies, in
	// octets; 0: only the layer's memory does.
	Memcap int
	// MaxTx is the most live transactions of a flow; past it, the oldest is taken
	// for complete.
	MaxTx int
	// InspectFrom is how many octets of a file are awaited before rules see it; 0
	// where packets are held up.
	InspectFrom int
	// Transactions is the most of a worker, all flows together.
	Transactions int
}

// DefaultOptions are the settings of an unchanged configuration.
func DefaultOptions() *Options {
	return &Options{MaxLine: 4096, MaxTx: app.MaxTxs, InspectFrom: 32768, Transactions: 16384}
}

// Events of app-layer-event, by id.
const (
	EventRequestTooLong uint16 = iota
	EventResponseTooLong
	EventTooManyTransactions
	EventFileBeforePort
	EventFileWithoutName
)

// Events names them.
var Events = []string{"request_command_too_long", "response_command_too_long", "too_many_transactions", "file_before_port", "file_without_name"}
