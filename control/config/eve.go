package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
)

// EveLog is one output of events as JSON.
type EveLog struct {
	Enabled         bool   `conf:"enabled"`
	Filetype        string `conf:"filetype"`
	OldType         string `conf:"type"`
	Filename        string `conf:"filename"`
	Append          bool   `conf:"append"`
	Threaded        bool   `conf:"threaded"`
	BufferSize      Size   `conf:"buffer-size"`
	FileMode        string `conf:"filemode"`
	RotateInterval  string `conf:"rotate-interval"`
	Prefix          string `conf:"prefix"`
	Identity        string `conf:"identity"`
	Facility        string `conf:"facility"`
	Level           string `conf:"level"`
	Ethernet        bool   `conf:"ethernet"`
	Metadata        bool   `conf:"metadata"`
	EngineVersion   bool   `conf:"suricata-version"`
	PcapFile        bool   `conf:"pcap-file"`
	IPv6Compress    bool   `conf:"ipv6-compress"`
	CommunityID     bool   `conf:"community-id"`
	CommunityIDSeed uint16 `conf:"community-id-seed"`
	SensorName      string `conf:"sensor-name"`
	XFF             XFF    `conf:"xff"`

	// Types are the kinds of events, in the order of the file.
	Types []EveType
	path  string
}

// EveType is one kind of events. Options is nil where the file has none; the
// typed options of that name are set, the others nil.
type EveType struct {
	Name    string
	Enabled bool
	Options *Node
	// Path is where the options stand, for Config.Decode.
	Path string

	Alert   *EveAlert
	Drop    *EveDrop
	Anomaly *EveAnomaly
	HTTP    *EveHTTP
	DNS     *EveDNS
	TLS     *EveTLS
	Files   *EveFiles
	SMTP    *EveSMTP
	Stats   *EveStats
	Flow    *EveFlow
	Other   *EveOther
}

// EveAlert says what an alert carries.
type EveAlert struct {
	Payload           bool `conf:"payload"`
	PayloadPrintable  bool `conf:"payload-printable"`
	PayloadLength     bool `conf:"payload-length"`
	PayloadBufferSize Size `conf:"payload-buffer-size"`
	Packet            bool `conf:"packet"`
	// Metadata off switches off the three that are on by default.
	Metadata         bool `conf:"metadata"`
	AppLayer         bool `conf:"metadata.app-layer"`
	Flow             bool `conf:"metadata.flow"`
	RuleMetadata     bool `conf:"metadata.rule.metadata"`
	RuleRaw          bool `conf:"metadata.rule.raw"`
	RuleReference    bool `conf:"metadata.rule.reference"`
	HTTPBody         bool `conf:"http-body"`
	HTTPBodyReadable bool `conf:"http-body-printable"`
	WebSocket        bool `conf:"websocket-payload"`
	WebSocketText    bool `conf:"websocket-payload-printable"`
	TaggedPackets    bool `conf:"tagged-packets"`
	Verdict          bool `conf:"verdict"`
	XFF              XFF  `conf:"xff"`
}

// EveDrop says what a drop event carries and how many there are.
type EveDrop struct {
	Alerts  bool   `conf:"alerts"`
	Flows   string `conf:"flows"` // start or all
	Verdict bool   `conf:"verdict"`
}

// EveAnomaly says which protocol violations are written.
type EveAnomaly struct {
	Decode    bool `conf:"types.decode"`
	Stream    bool `conf:"types.stream"`
	AppLayer  bool `conf:"types.applayer"`
	PacketHdr bool `conf:"packethdr"`
}

// EveHTTP says what an HTTP event carries.
type EveHTTP struct {
	Extended   bool     `conf:"extended"`
	Custom     []string `conf:"custom"`
	AllHeaders string   `conf:"dump-all-headers"` // none, both, request or response
	XFF        XFF      `conf:"xff"`
}

// EveDNS says which DNS messages are written and how.
type EveDNS struct {
	Version   int      `conf:"version"`
	Requests  bool     `conf:"requests"`
	Responses bool     `conf:"responses"`
	Formats   []string `conf:"formats"`
	Types     []string `conf:"types"`
}

// EveTLS says what a TLS event carries; Custom replaces Extended.
type EveTLS struct {
	Extended          bool     `conf:"extended"`
	SessionResumption bool     `conf:"session-resumption"`
	Custom            []string `conf:"custom"`
	JA4               bool     `conf:"ja4"`
}

// EveFiles says what is found out about every file.
type EveFiles struct {
	ForceMagic bool     `conf:"force-magic"`
	ForceHash  []string `conf:"force-hash"`
	XFF        XFF      `conf:"xff"`
}

// EveSMTP says what a mail event carries.
type EveSMTP struct {
	Extended bool     `conf:"extended"`
	Custom   []string `conf:"custom"`
	MD5      []string `conf:"md5"`
}

// EveStats says which counters are written.
type EveStats struct {
	Totals     bool `conf:"totals"`
	Threads    bool `conf:"threads"`
	Deltas     bool `conf:"deltas"`
	NullValues bool `conf:"null-values"`
}

// EveFlow says what a flow event carries.
type EveFlow struct {
	ExceptionPolicy bool `conf:"exception-policy"`
}

// EveOther holds the options of the remaining kinds; each uses its own.
type EveOther struct {
	Extended       bool     `conf:"extended"`         // dhcp, ike
	Passwords      bool     `conf:"passwords"`        // mqtt, pgsql
	StringLogLimit Size     `conf:"string-log-limit"` // mqtt
	JA4            bool     `conf:"ja4"`              // quic
	Types          []string `conf:"types"`            // smb
	PayloadSize    Size     `conf:"payload-buffer-size"`
	All            bool     `conf:"all"` // stream
	EventSet       bool     `conf:"event-set"`
	StateUpdate    bool     `conf:"state-update"`
	Spurious       bool     `conf:"spurious-retransmission"`
}

// Type gives the first type of that name that is enabled, or nil.
func (l *EveLog) Type(name string) *EveType {
	if l == nil {
		return nil
	}
	for i := range l.Types {
		if l.Types[i].Name == name && l.Types[i].Enabled {
			return &l.Types[i]
		}
	}
	return nil
}

func (l *EveLog) readTypes(opts *Node, d *decoder) {
	if l.OldType != "" && opts.Child("filetype").IsNull() {
		l.Filetype = l.OldType
	}
	if l.Filetype == "file" {
		l.Filetype = "regular"
	}
	types := opts.Child("types")
	if types.IsNull() {
		return
	}
	for i, e := range types.Children {
		t := EveType{Name: e.Name(), Options: e.Options(), Path: fmt.Sprintf("%s.types.%d.%s", l.path, i, e.Name())}
		on := struct {
			Enabled bool `conf:"enabled"`
		}{Enabled: true}
		fill := func(into any) { d.section(t.Options, t.Path, reflect.ValueOf(into).Elem()) }
		fill(&on)
		t.Enabled = on.Enabled
		var into any
		switch t.Name {
		case "alert":
			t.Alert = &EveAlert{}
			into = t.Alert
		case "drop":
			t.Drop = &EveDrop{}
			into = t.Drop
		case "anomaly":
			t.Anomaly = &EveAnomaly{}
			into = t.Anomaly
		case "http":
			t.HTTP = &EveHTTP{}
			into = t.HTTP
		case "dns", "mdns":
			t.DNS = &EveDNS{}
			into = t.DNS
		case "tls":
			t.TLS = &EveTLS{}
			into = t.TLS
		case "files":
			t.Files = &EveFiles{}
			into = t.Files
		case "smtp":
			t.SMTP = &EveSMTP{}
			into = t.SMTP
		case "stats":
			t.Stats = &EveStats{}
			into = t.Stats
		case "flow":
			t.Flow = &EveFlow{}
			into = t.Flow
		default:
			t.Other = &EveOther{}
			into = t.Other
		}
		if fill(into); t.Alert != nil && !t.Alert.Metadata {
			a := t.Alert
			a.AppLayer, a.Flow, a.RuleMetadata = false, false, false
		}
		l.Types = append(l.Types, t)
	}
}

// interval is what rotate-interval takes.
var interval = regexp.MustCompile(`^(|minute|hour|day|0*[1-9][0-9]{0,8}[smhdw]?)$`)

// warnings name what the output asks for and does not get.
func (l *EveLog) warnings(n *Node) (w []Warning) {
	if !l.Enabled {
		return nil
	}
	if l.Threaded {
		w = append(w, Warning{n.Pos, l.path + ".threaded", Doubtful, "weir writes one file for all workers, in the order of their events"})
	}
	if l.RotateInterval != "" && l.Filetype != "regular" {
		w = append(w, Warning{n.Pos, l.path + ".rotate-interval", Doubtful, "only files are rotated"})
	}
	for _, t := range l.Types {
		if t.DNS != nil && t.Enabled && t.DNS.Version == 1 {
			t.DNS.Version = 3
			w = append(w, Warning{n.Pos, t.Path + ".version", Doubtful, "there is no version 1 any more, records are of version 3"})
		}
		if t.Name == "stream" && t.Enabled {
			w = append(w, Warning{n.Pos, t.Path, Doubtful, "weir has no events of this type; anomaly with types.stream tells of what is wrong with streams"})
		}
	}
	return w
}

func (l *EveLog) validate() error {
	var errs []error
	if l.Enabled && l.Filetype == "redis" {
		errs = append(errs, &Error{Key: l.path + ".filetype", Problem: "weir does not write to redis itself",
			Remedy: "write unix_stream or regular and let a shipper (vector, filebeat) carry it on"})
	}
	if !interval.MatchString(l.RotateInterval) {
		errs = append(errs, &Error{Key: l.path + ".rotate-interval", Problem: quote(l.RotateInterval) + " is no interval", Remedy: "write minute, hour, day, or a number with s, m, h, d or w, as in 10m"})
	}
	for _, t := range l.Types {
		switch {
		case t.Alert != nil && t.Alert.PayloadBufferSize == 0:
			errs = append(errs, &Error{Key: t.Path + ".payload-buffer-size", Problem: "0 leaves nothing of the payload", Remedy: "4kb is usual; write payload: no to leave it out"})
		case t.Files != nil:
			errs = append(errs, checkHashes(t.Path+".force-hash", t.Files.ForceHash))
		case t.Stats != nil && t.Enabled && !t.Stats.Totals && !t.Stats.Threads:
			errs = append(errs, &Error{Key: t.Path, Problem: "totals and threads are both off, nothing is left to write", Remedy: "switch one on, or the type off"})
		}
	}
	return errors.Join(errs...)
}
