package tls

import "github.com/weir-ips/weir/match/input"

// hooks are the states that rules can name: the steps that Tx.Progress counts.
func hooks() []input.Hooks {
	return []input.Hooks{{
		ToServer: []input.Hook{{Name: "client_in_progress"}, {Name: "client_hello_done", Step: 1}, {Name: "client_cert_done", Step: 2},
			{Name: "client_handshake_done", Step: 3}, {Name: "client_finished", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "server_in_progress"}, {Name: "server_hello", Step: 1}, {Name: "server_cert_done", Step: 2},
			{Name: "server_hello_done", Step: 3}, {Name: "server_handshake_done", Step: 4}, {Name: "server_finished", Step: input.Complete}},
	}}
}
