package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/match/input"
)

func rulesHooksCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list-hooks",
		Short: "List the hooks that rules can name: of packets, and the states of each protocol",
		Long: `List what may stand behind a rule's protocol (tcp:pre_flow, http1:request_line),
in the order in which a packet or a transaction comes by. Every protocol also
takes request_started, request_complete, response_started and response_complete
for its first and last states.`,
		Example: "  weir rules list-hooks | grep ^tls",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			for _, h := range []string{"pre_flow\tfirewall: before the flow table", "pre_stream\tfirewall: before the stream stage (TCP)",
				"flow_start\tfirst packet of a flow in each direction", "all\tevery packet"} {
				fmt.Fprintf(t, "PROTOCOL:%s\n", h)
			}
			for _, p := range wiring.HookedProtocols() {
				for _, s := range p.Hooks {
					name := p.Name
					if s.Sub != "" {
						name += ":" + s.Sub
					}
					printHooks(t, name, "to server", s.ToServer)
					printHooks(t, name, "to client", s.ToClient)
				}
			}
			return t.Flush()
		},
	}
}

func printHooks(t *tabwriter.Writer, proto, dir string, hooks []input.Hook) {
	for _, h := range hooks {
		fmt.Fprintf(t, "%s:%s\t%s\n", proto, h.Name, dir)
	}
}
