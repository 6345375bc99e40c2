package main

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/bench"
)

func pktgenCommand() *cobra.Command {
	o := bench.ThroughputOptions{Progress: os.Stderr}
	var jsonFile string
	c := &cobra.Command{
		Use:   "pktgen --vdev PORT --vdev PORT",
		Short: "Send packets through a weir that runs, both ways: rate against loss, throughput, latency",
		Long: `Send UDP frames in both directions through the two ports of a weir that runs in
another process, and count what comes out: the loss at parts of the line rate, and
the highest rate without loss by bisection (RFC 2544). bench/pktgen.sh starts both
sides, and takes Pktgen-DPDK instead where it is built. See docs/perf/pktgen.md.`,
		Example: `  weir run -c weir.yaml --no-huge --vdev net_vhost0,iface=a.sock --vdev net_vhost1,iface=b.sock
  weir pktgen --vdev net_virtio_user0,path=a.sock --vdev net_virtio_user1,path=b.sock --sizes 64,imix`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if len(o.Vdevs) != 2 {
				return errors.New("pktgen: it takes two ports: --vdev net_virtio_user0,path=a.sock --vdev net_virtio_user1,path=b.sock")
			}
			rep, err := bench.MeasureThroughput(o)
			if err != nil {
				return err
			}
			rep.Print(os.Stdout)
			return writeReport(jsonFile, rep)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.Vdevs, "vdev", nil, "virtual device of the port, as for weir run; twice")
	f.StringSliceVar(&o.Sizes, "sizes", []string{"64", "128", "256", "512", "1024", "1280", "1518", "imix"}, "octets on the wire of a frame (FCS included), imix: 7:4:1 of 64, 570 and 1518")
	f.Float64Var(&o.Gbit, "gbit", 10, "line rate of each direction, Gbit/s")
	f.DurationVar(&o.Trial, "trial", 2*time.Second, "how long a trial takes")
	f.IntVar(&o.Steps, "steps", 8, "trials of the bisection, at most")
	f.IntVar(&o.CPU, "cpu", 0, "CPU of the generator")
	f.IntVar(&o.Prio, "prio", 0, "real-time priority of the generator, on a machine that others use")
	f.StringVar(&jsonFile, "json", "", "also write the report to this file")
	return c
}
