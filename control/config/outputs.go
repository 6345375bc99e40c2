package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Outputs are where events, counters, packets and files go.
type Outputs struct {
	EVE       []EveLog
	Fast      []FastLog
	Stats     []StatsLog
	FileStore []FileStore
	PcapLog   []PcapLog
	TLSStore  []TLSStore
}

// FastLog is one line an alert.
type FastLog struct {
	Enabled      bool   `conf:"enabled"`
	Filename     string `conf:"filename"`
	Append       bool   `conf:"append"`
	Filetype     string `conf:"filetype"`
	IPv6Compress bool   `conf:"ipv6-compress"`
}

// StatsLog is the readable table of counters.
type StatsLog struct {
	Enabled    bool   `conf:"enabled"`
	Filename   string `conf:"filename"`
	Append     bool   `conf:"append"`
	Totals     bool   `conf:"totals"`
	Threads    bool   `conf:"threads"`
	NullValues bool   `conf:"null-values"`
}

// FileStore keeps transferred files.
type FileStore struct {
	Enabled      bool     `conf:"enabled"`
	Version      int      `conf:"version"`
	Dir          string   `conf:"dir"`
	WriteInfo    bool     `conf:"write-fileinfo"`
	Force        bool     `conf:"force-filestore"`
	ForceMagic   bool     `conf:"force-magic"`
	ForceHash    []string `conf:"force-hash"`
	StreamDepth  string   `conf:"stream-depth"` // "", "no" or a size
	MaxOpenFiles int      `conf:"max-open-files"`
	XFF          XFF      `conf:"xff"`
}

// TLSStore keeps the certificates that rules with tls.store ask for.
type TLSStore struct {
	Enabled bool   `conf:"enabled"`
	Dir     string `conf:"certs-log-dir"` // "": the log folder
}

// PcapLog writes packets to capture files.
type PcapLog struct {
	Enabled        bool   `conf:"enabled"`
	Filename       string `conf:"filename"`
	Dir            string `conf:"dir"`
	Limit          Size   `conf:"limit"`
	MaxFiles       uint32 `conf:"max-files"`
	Mode           string `conf:"mode"`
	Compression    string `conf:"compression"`
	TimeFormat     string `conf:"ts-format"`
	UseStreamDepth bool   `conf:"use-stream-depth"`
	HonorPass      bool   `conf:"honor-pass-rules"`
	Conditional    string `conf:"conditional"`
	Filter         string `conf:"bpf-filter"`
}

// XFF takes the client's address from a header that a proxy wrote.
type XFF struct {
	Enabled    bool   `conf:"enabled"`
	Mode       string `conf:"mode"`
	Deployment string `conf:"deployment"`
	Header     string `conf:"header"`
}

// Eve gives the first EVE output that is enabled, or nil.
func (o *Outputs) Eve() *EveLog {
	for i := range o.EVE {
		if o.EVE[i].Enabled {
			return &o.EVE[i]
		}
	}
	return nil
}

// Validate checks each output.
func (o Outputs) Validate() error {
	var errs []error
	for i := range o.EVE {
		errs = append(errs, o.EVE[i].validate())
	}
	for _, f := range o.FileStore {
		if f.Enabled && f.Version != 2 {
			errs = append(errs, &Error{Key: "outputs.file-store.version", Problem: "only version 2 exists", Remedy: "write version: 2"})
		}
		errs = append(errs, checkHashes("outputs.file-store.force-hash", f.ForceHash))
	}
	for _, s := range o.Stats {
		if s.Enabled && !s.Totals && !s.Threads {
			errs = append(errs, &Error{Key: "outputs.stats", Problem: "totals and threads are both off, nothing is left to write", Remedy: "switch one on, or the output off"})
		}
	}
	return errors.Join(errs...)
}

func checkHashes(key string, names []string) error {
	for _, h := range names {
		if !slices.Contains([]string{"md5", "sha1", "sha256"}, h) {
			return &Error{Key: key, Problem: quote(h) + " is not a hash", Remedy: "write md5, sha1 or sha256"}
		}
	}
	return nil
}

func (c *Config) readOutputs(o *Outputs) ([]Warning, error) {
	var warnings []Warning
	d := decoder{}
	n := c.Node("outputs")
	if n.IsNull() {
		return nil, nil
	}
	for i, e := range n.Children {
		name, opts := e.Name(), e.Options()
		path := fmt.Sprintf("outputs.%d.%s", i, name)
		fill := func(into any) { d.section(opts, path, reflect.ValueOf(into).Elem()) }
		switch name {
		case "eve-log":
			l := EveLog{path: path}
			fill(&l)
			l.readTypes(opts, &d)
			warnings = append(warnings, l.warnings(opts)...)
			o.EVE = append(o.EVE, l)
		case "fast":
			var l FastLog
			fill(&l)
			o.Fast = append(o.Fast, l)
		case "stats":
			var l StatsLog
			fill(&l)
			o.Stats = append(o.Stats, l)
		case "file-store":
			var l FileStore
			fill(&l)
			o.FileStore = append(o.FileStore, l)
		case "tls-store":
			var l TLSStore
			fill(&l)
			o.TLSStore = append(o.TLSStore, l)
		case "pcap-log":
			var l PcapLog
			fill(&l)
			o.PcapLog = append(o.PcapLog, l)
			if l.Enabled {
				warnings = append(warnings, Warning{opts.Pos, path, Doubtful,
					"weir writes no captures of live traffic: packet: yes of eve-log's alert puts the packet into its event, weir replay --write-pcap writes what was let through"})
			}
		default:
			if on := opts.Child("enabled"); !on.IsNull() {
				if yes, _ := ParseBool(on.Value); yes {
					warnings = append(warnings, Warning{on.Pos, path, Doubtful, "weir has no output called " + quote(name) + ", nothing is written"})
				}
			}
		}
	}
	return warnings, errors.Join(d.errs...)
}
