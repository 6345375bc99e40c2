package http1

import "github.com/weir-ips/weir/match/input"

// hooks are the states that rules can name. A line and headers are judged when
// they are whole, a body from its first octets on.
func hooks() []input.Hooks {
	return []input.Hooks{{
		ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_line", Step: stepLine}, {Name: "request_headers", Step: stepHeaders},
			{Name: "request_body", Step: stepHeaders}, {Name: "request_trailer", Step: stepBody}, {Name: "request_complete", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_line", Step: stepLine}, {Name: "response_headers", Step: stepHeaders},
			{Name: "response_body", Step: stepHeaders}, {Name: "response_trailer", Step: stepBody}, {Name: "response_complete", Step: input.Complete}},
	}}
}
