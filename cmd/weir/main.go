package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// version is set by the build.
var version = "devel"

func main() {
	started := time.Now()
	root := &cobra.Command{
		Use:           "weir",
		Short:         "An inline intrusion prevention system on DPDK",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(runCommand(), replayCommand(), demoCommand(), rulesCommand(), doctorCommand(), statusCommand(), reloadCommand(),
		blockCommand(), datasetCommand(), engineCommand(started))
	root.AddCommand(benchCommand(), benchEngineCommand(), pktgenCommand())
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "weir:", err)
		os.Exit(1)
	}
}
