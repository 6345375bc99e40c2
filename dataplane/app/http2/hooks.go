package http2

import "github.com/weir-ips/weir/match/input"

// Kinds of transactions, by their place in hooks, from 1.
const (
	kindGlobal uint8 = 1 + iota
	kindStream
)

// hooks are the states that rules can name: of frames that concern the connection,
// and of streams. A stream's direction is closed by its last frame, and complete
// with the stream.
func hooks() []input.Hooks {
	return []input.Hooks{{
		Sub:      "global",
		ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_complete", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_complete", Step: input.Complete}},
	}, {
		Sub: "stream",
		ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_headers", Step: stepHeaders}, {Name: "request_data", Step: stepBody},
			{Name: "request_closed", Step: stepClosed}, {Name: "request_complete", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_headers", Step: stepHeaders}, {Name: "response_data", Step: stepBody},
			{Name: "response_closed", Step: stepClosed}, {Name: "response_complete", Step: input.Complete}},
	}}
}

// SubState is input.SubState's.
func (t *Tx) SubState() uint8 { return kindStream }

// SubState is input.SubState's.
func (l *Lone) SubState() uint8 { return kindGlobal }
