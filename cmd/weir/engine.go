package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/engine"
)

// engineCommand is the engine process; control starts it.
func engineCommand(started time.Time) *cobra.Command {
	return &cobra.Command{
		Use:    "engine",
		Short:  "The engine process; started by weir run",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return engine.Run(started) },
	}
}
