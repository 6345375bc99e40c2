package wiring

import (
	"os"
	"runtime/debug"
	"strconv"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/event/eve"
)

// Outputs makes the options of every enabled output; dir is where relative file
// names lie.
func Outputs(s *config.Sections, dir string) []output.Options {
	var out []output.Options
	for i := range s.Outputs.EVE {
		if e := &s.Outputs.EVE[i]; e.Enabled {
			out = append(out, eveOutput(s, e, dir))
		}
	}
	for _, f := range s.Outputs.Fast {
		if f.Enabled {
			out = append(out, output.Options{Format: "fast", Filetype: f.Filetype, Dir: dir, Filename: f.Filename, Append: f.Append,
				Encode: eve.Options{IPv6Compress: f.IPv6Compress}})
		}
	}
	for _, l := range s.Outputs.Stats {
		if l.Enabled {
			out = append(out, output.Options{Format: "stats", Dir: dir, Filename: l.Filename, Append: l.Append,
				Encode: eve.Options{Stats: eve.StatsOptions{NoTotals: !l.Totals, Threads: l.Threads, Nulls: l.NullValues}}})
		}
	}
	return out
}

// version is the program's, as events show it.
func version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		return "weir " + b.Main.Version
	}
	return "weir"
}

// eventsOfType are the events that a type of eve-log stands for where they have other
// names than it.
var eventsOfType = map[string][]string{"ftp": {"ftp_data"}, "bittorrent-dht": {"bittorrent_dht"}}

func eveOutput(s *config.Sections, e *config.EveLog, dir string) output.Options {
	o := output.Options{Format: "eve", Filetype: e.Filetype, Dir: dir, Filename: e.Filename, Append: e.Append, Prefix: e.Prefix,
		Identity: e.Identity, Facility: e.Facility, Level: e.Level, Types: map[string]bool{}, Mode: 0o644}
	if m, err := strconv.ParseUint(e.FileMode, 8, 32); err == nil {
		o.Mode = os.FileMode(m)
	}
	o.Rotate, _ = output.ParseInterval(e.RotateInterval) // checked with the configuration
	enc := eve.DefaultOptions()
	enc.IPv6Compress, enc.CommunityID, enc.Seed = e.IPv6Compress, e.CommunityID, e.CommunityIDSeed
	enc.Metadata, enc.Ethernet = e.Metadata, e.Ethernet
	enc.Sensor, enc.FirewallMode = e.SensorName, s.Firewall.Enabled
	if e.EngineVersion {
		enc.Version = version()
	}
	for _, t := range e.Types {
		if !t.Enabled {
			continue
		}
		o.Types[t.Name] = true
		for _, event := range eventsOfType[t.Name] {
			o.Types[event] = true
		}
		switch {
		case t.Name == "alert" && t.Alert != nil:
			a := t.Alert
			enc.Alert = eve.AlertOptions{Payload: a.Payload, PayloadPrintable: a.PayloadPrintable, PayloadLength: a.PayloadLength,
				Packet: a.Packet, AppLayer: a.AppLayer, Flow: a.Flow, RuleMetadata: a.RuleMetadata, RuleRaw: a.RuleRaw,
				RuleReference: a.RuleReference, Verdict: a.Verdict}
			o.TaggedPackets = a.TaggedPackets
		case t.Name == "drop" && t.Drop != nil:
			enc.DropAlerts, enc.DropVerdict = t.Drop.Alerts, t.Drop.Verdict || s.Firewall.Enabled
		case t.Name == "stats" && t.Stats != nil:
			x := t.Stats
			enc.Stats = eve.StatsOptions{NoTotals: !x.Totals, Threads: x.Threads, Nulls: x.NullValues, Deltas: x.Deltas}
		case t.Name == "anomaly":
			o.AnomalyAppLayer = true
			if a := t.Anomaly; a != nil {
				o.AnomalyDecode, o.AnomalyStream, o.AnomalyAppLayer = a.Decode, a.Stream, a.AppLayer
			}
		}
	}
	if files(s, 1).Magic {
		enc.Magic = fileTypes()
	}
	o.Encode, o.NameCapture = enc, e.PcapFile
	return o
}
