package smtp

import "github.com/weir-ips/weir/match/input"

// hooks are the states that rules can name: the envelope, the message, the end.
func hooks() []input.Hooks {
	return []input.Hooks{{
		ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_data", Step: stepData}, {Name: "request_complete", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_data", Step: stepData}, {Name: "response_complete", Step: input.Complete}},
	}}
}
