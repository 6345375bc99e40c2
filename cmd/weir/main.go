// Command weir is an inline intrusion prevention system: one binary, one file
// per subcommand.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{
		Use:           "weir",
		Short:         "An inline intrusion prevention system on DPDK",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(replayCommand(), demoCommand(), rulesCommand())
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "weir:", err)
		os.Exit(1)
	}
}
