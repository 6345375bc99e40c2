package worker

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/address"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// XFF says what events do with the address of the client that a proxy names in a
// header of requests: eve-log's `xff`.
type XFF struct {
	Mode XFFMode
	// Forward: the first address of the header counts, else the last one.
	Forward bool
	// Header is its name, in lower case.
	Header string
}

// XFFMode is what is done with the address.
type XFFMode uint8

// Modes: nothing; a field of its own; in the place of the event's address.
const (
	XFFOff XFFMode = iota
	XFFExtra
	XFFOverwrite
)

// XFFs are the settings of the kinds of events.
type XFFs struct{ Alert, HTTP, Files XFF }

// headed is a transaction with a request whose headers can be asked for.
type headed interface {
	// RequestHeader is the value of the first or the last header of a lower-case
	// name, nil where there is none.
	RequestHeader(name string, last bool) []byte
}

// Bounds of a header that is looked at, octets.
const (
	minXFF = len("1.1.1.1")
	maxXFF = 255
)

// forwarded is the address that a transaction's request names; nil: none.
func (x *XFF) forwarded(tx app.Tx) []byte {
	if x.Mode == XFFOff {
		return nil
	}
	h, ok := tx.(headed)
	if !ok {
		return nil
	}
	v := h.RequestHeader(x.Header, !x.Forward)
	if len(v) < minXFF || len(v) > maxXFF {
		return nil
	}
	if x.Forward {
		v, _, _ = bytes.Cut(v, comma)
	} else {
		v = v[bytes.LastIndexByte(v, ' ')+1:]
	}
	if len(v) > 0 && v[0] == '[' {
		end := bytes.IndexByte(v, ']')
		if end < 0 {
			return nil
		}
		v = v[1:end]
	} else if bytes.Count(v, dot) == 3 && bytes.Count(v, colon) == 1 {
		v, _, _ = bytes.Cut(v, colon) // a port
	}
	var a [16]byte
	if address.V4(v, a[:4]) || address.V6(v, &a) {
		return v
	}
	return nil
}

var (
	comma = []byte{','}
	dot   = []byte{'.'}
	colon = []byte{':'}
)

// ofFlow is the first address that one of a flow's transactions names.
func (x *XFF) ofFlow(f *app.Flow) []byte {
	for _, tx := range f.Txs {
		if v := x.forwarded(tx); v != nil {
			return v
		}
	}
	return nil
}

// alertXFF is the address for an alert: its transaction's, or one of the flow's.
func (w *Worker) alertXFF(x *XFF, slot uint32, a *match.Alert) []byte {
	if tx, ok := a.Tx.(app.Tx); ok {
		return x.forwarded(tx)
	}
	if r := w.flows.At(slot); r.App != 0 {
		return x.ofFlow(w.layer.At(r.App))
	}
	return nil
}

// place puts the address where the client's stands in the event's head, and
// returns what is to be written as a field: in that mode, and where the other
// version of IP has no room for it.
func (x *XFF) place(h *event.Head, client input.Dir, v []byte) []byte {
	if v == nil || x.Mode != XFFOverwrite {
		return v
	}
	var a [16]byte
	version := uint8(6)
	if address.V4(v, a[:4]) {
		version = 4
	} else {
		address.V6(v, &a)
	}
	if version != h.IPVersion {
		return v
	}
	if client == input.ToClient {
		h.Dst = a
	} else {
		h.Src = a
	}
	return nil
}
