package smtp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/dataplane/app/mime"
)

// Options are SMTP's settings; Env.Options holds a *Options under input.AppSMTP.
type Options struct {
	// Mime says whether messages are taken apart; Raw that each is one file.
	Mime, Raw bool
	Message   mime.Options
	// InspectFrom is how many octets of a file are awaited before rules see it; a
	// shorter one they see whole. 0 where packets are held up: there, what is let
	// through must have been seen.
	InspectFrom int
	// MaxTx is the most live transactions of a flow; past it, the oldest is taken
	// for complete.
	MaxTx int
	// Transactions is the most of a worker, all flows together.
	Transactions int
	// Fields of the email object, BodyMD5 and SubjectMD5: the union of what all
	// outputs want.
	Fields              Fields
	BodyMD5, SubjectMD5 bool
}

// DefaultOptions are the settings of an unchanged configuration.
func DefaultOptions() *Options {
	return &Options{Mime: true, Message: mime.DefaultOptions(), InspectFrom: 32768, MaxTx: 256, Transactions: 16384, Fields: Extended}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	errs := []error{o.Message.Validate()}
	if o.InspectFrom < 0 || o.InspectFrom > maxAwaited {
		errs = append(errs, fmt.Errorf("app-layer.protocols.smtp.inspected-tracker.content-inspect-min-size: want 0 to %d", maxAwaited))
	}
	if o.MaxTx < 1 {
		errs = append(errs, errors.New("app-layer.protocols.smtp.max-tx: want at least 1"))
	}
	if o.Transactions < 1 {
		errs = append(errs, errors.New("smtp: want at least one transaction at a time"))
	}
	return errors.Join(errs...)
}

// maxAwaited is what a file's window holds before its first inspection.
const maxAwaited = 128 << 10

// Fields are the members of EVE's email object beyond those that are always
// there.
type Fields uint32

// emailFields are the optional members: the key, the header field, and whether
// each field of that name is an element of a list, or its value a list itself.
var emailFields = [...]struct {
	key, field   string
	extended     bool
	array, addrs bool
}{
	{key: "reply_to", field: "reply-to"},
	{key: "bcc", field: "bcc", extended: true, addrs: true},
	{key: "message_id", field: "message-id", extended: true},
	{key: "subject", field: "subject", extended: true},
	{key: "x_mailer", field: "x-mailer", extended: true},
	{key: "user_agent", field: "user-agent", extended: true},
	{key: "received", field: "received", array: true},
	{key: "x_originating_ip", field: "x-originating-ip"},
	{key: "in_reply_to", field: "in-reply-to"},
	{key: "references", field: "references"},
	{key: "importance", field: "importance"},
	{key: "priority", field: "priority"},
	{key: "sensitivity", field: "sensitivity"},
	{key: "organization", field: "organization"},
	{key: "content_md5", field: "content-md5"},
	{key: "date", field: "date"},
	{key: "relays", field: "relays"},
}

// Extended are the members of an extended event.
var Extended = func() (f Fields) {
	for i := range emailFields {
		if emailFields[i].extended {
			f |= 1 << i
		}
	}
	return f
}()

// FieldsOf reads a `custom` list; names may be written with hyphens.
func FieldsOf(names []string) (f Fields, err error) {
	for _, n := range names {
		key := strings.ReplaceAll(strings.ToLower(n), "-", "_")
		found := false
		for i := range emailFields {
			if emailFields[i].key == key {
				f, found = f|1<<i, true
			}
		}
		if !found {
			err = errors.Join(err, fmt.Errorf("eve-log smtp: custom: unknown field %q", n))
		}
	}
	return f, err
}
