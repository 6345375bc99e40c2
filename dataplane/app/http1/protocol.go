package http1

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is the row of HTTP/1 in the list of protocols. Its Options are of
// type Options.
func Protocol() *app.Protocol {
	p := &app.Protocol{
		ID: input.AppHTTP1, Name: "http", TCP: true, Log: "http",
		Events: eventNames[:], Hooks: hooks(),
		New: func(env *app.Env) app.State { return newState(env) },
	}
	for _, m := range methodNames[1:] {
		for _, sep := range []string{" ", "\t"} {
			p.Patterns = append(p.Patterns, app.Pattern{Dir: input.ToServer, Octets: m + sep, NoCase: true})
		}
	}
	for _, v := range []string{"HTTP/0.9", "HTTP/1.0", "HTTP/1.1"} {
		p.Patterns = append(p.Patterns, app.Pattern{Dir: input.ToClient, Octets: v, NoCase: true})
	}
	return p
}

// method is a request method that servers know; 0: another.
type method uint8

const (
	methodHead    method = 1
	methodPut     method = 3
	methodPost    method = 4
	methodConnect method = 6
)

var methodNames = [...]string{"", "HEAD", "GET", "PUT", "POST", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
	"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "VERSION-CONTROL", "CHECKOUT", "UNCHECKOUT",
	"CHECKIN", "UPDATE", "LABEL", "REPORT", "MKWORKSPACE", "MKACTIVITY", "BASELINE-CONTROL", "MERGE", "INVALID"}

func methodOf(b []byte) method {
	for i := 1; i < len(methodNames); i++ {
		if string(b) == methodNames[i] {
			return method(i)
		}
	}
	return 0
}

// methodPrefix reports whether b may become a known method.
func methodPrefix(b []byte) bool {
	for i := 1; i < len(methodNames); i++ {
		if len(b) <= len(methodNames[i]) && methodNames[i][:len(b)] == string(b) {
			return true
		}
	}
	return false
}
