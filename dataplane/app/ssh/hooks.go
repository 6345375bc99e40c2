package ssh

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// hooks are the states that rules can name. That an identification string is
// waited for to end is judged together with its end.
func hooks() []input.Hooks {
	banner := uint8(buf.StepSSHBanner)
	return []input.Hooks{{
		ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_banner_wait_eol", Step: banner}, {Name: "request_banner_done", Step: banner},
			{Name: "request_finished", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_banner_wait_eol", Step: banner}, {Name: "response_banner_done", Step: banner},
			{Name: "response_finished", Step: input.Complete}},
	}}
}
