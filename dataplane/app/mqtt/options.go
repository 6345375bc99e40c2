package mqtt

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

const (
	// maxMessage is the most octets of a message that parser memory can hold.
	maxMessage = 1 << 20
	// maxMessages is the most messages that a transaction may be allowed.
	maxMessages = 64
	// maxText is the longest limit for texts in records; a larger one is none.
	maxText = 64 << 10
)

// Options are the settings of app-layer.protocols.mqtt and of EVE's mqtt records.
type Options struct {
	// MaxMessage is the longest message that is parsed, in octets behind its fixed
	// header (max-msg-length).
	MaxMessage int
	// Messages is the most messages of a transaction (max-messages); further ones that
	// do not end it are left out.
	Messages int
	// MaxTx is the most live transactions of a flow (max-tx); for one more, the oldest
	// that waits for an answer is given up.
	MaxTx int
	// SubscribeTopics and UnsubscribeTopics are how many topics rules see; below 1:
	// all.
	SubscribeTopics, UnsubscribeTopics int
	// Transactions is the most transactions of a worker.
	Transactions int
	// Passwords: records show them. Text is how much of a text they show, in octets;
	// 0: all.
	Passwords bool
	Text      int
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options {
	return Options{MaxMessage: maxMessage, Messages: maxMessages, MaxTx: app.MaxTxs - 1, SubscribeTopics: 100, UnsubscribeTopics: 100, Transactions: 16384,
		Passwords: true, Text: 1024}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	for _, r := range []struct {
		key         string
		v, lo, most int
	}{
		{"max-msg-length", o.MaxMessage, 1, maxMessage}, {"max-messages", o.Messages, 1, maxMessages},
		{"max-tx", o.MaxTx, 1, app.MaxTxs - 1},
		{"transactions", o.Transactions, 1, 1 << 24}, {"string-log-limit", o.Text, 0, maxText},
	} {
		if r.v < r.lo || r.v > r.most {
			errs = append(errs, fmt.Errorf("app-layer.protocols.mqtt.%s: %d, want %d to %d", r.key, r.v, r.lo, r.most))
		}
	}
	return errors.Join(errs...)
}
