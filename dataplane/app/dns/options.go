package dns

import "fmt"

// Options are the settings of eve-log's `dns` type, the union of all outputs.
// Env.Options holds a *Options under input.AppDNS.
type Options struct {
	// Version of the record's format: 3, or 2 for the older one.
	Version int
	// Requests and Responses say which messages are logged.
	Requests, Responses bool
	// Grouped and Detailed say how answers are shown.
	Grouped, Detailed bool
	// types restricts by the types asked for; nil: all.
	types *[len(rrTypes)]bool
}

// DefaultOptions log everything in both formats.
func DefaultOptions() *Options {
	return &Options{Version: 3, Requests: true, Responses: true, Grouped: true, Detailed: true}
}

// SetTypes restricts logging to messages that ask for one of these types, by
// their names in lower case.
func (o *Options) SetTypes(names []string) error {
	o.types = new([len(rrTypes)]bool)
next:
	for _, n := range names {
		for i, t := range rrLower {
			if t != "" && t == n {
				o.types[i] = true
				continue next
			}
		}
		return fmt.Errorf("eve-log dns: unknown record type %q", n)
	}
	return nil
}

// wants reports whether questions for a type are logged.
func (o *Options) wants(typ uint16) bool {
	return o.types == nil || int(typ) < len(o.types) && o.types[typ]
}

// alertOptions are those of the object in alerts.
var alertOptions = &Options{Version: 3, Requests: true, Responses: true, Detailed: true}
