package config

import (
	"errors"
	"fmt"
	"reflect"
	"time"
)

// Sections is the whole configuration in typed form.
type Sections struct {
	Vars        Vars        `conf:"vars"`
	Files       Files       `conf:""`
	Global      Global      `conf:""`
	Stats       Stats       `conf:"stats"`
	Logging     Logging     `conf:"logging"`
	Stream      Stream      `conf:"stream"`
	Flow        Flow        `conf:"flow"`
	Timeouts    Timeouts    `conf:"flow-timeouts"`
	Defrag      Defrag      `conf:"defrag"`
	HostOS      HostOS      `conf:"host-os-policy"`
	Host        Table       `conf:"host"`
	IPPair      Table       `conf:"ippair"`
	Decoder     Decoder     `conf:"decoder"`
	Detect      Detect      `conf:"detect"`
	Datasets    Datasets    `conf:"datasets"`
	PcapFile    PcapFile    `conf:"pcap-file"`
	Threading   Threading   `conf:"threading"`
	RunAs       RunAs       `conf:"run-as"`
	UnixCommand UnixCommand `conf:"unix-command"`
	Firewall    Firewall    `conf:"firewall"`
	Lua         Lua         `conf:"security.lua"`

	DPDK      DPDK      `conf:"dpdk"`
	Placement Placement `conf:""`
	Anomaly   Anomaly   `conf:"anomaly"`
	Policy    RulePlan  `conf:"policy"`
	Overload  Overload  `conf:"overload"`
	Fleet     Fleet     `conf:"fleet"`

	// Outputs and AppLayer are read by hand: what stands in them are lists of
	// named things.
	Outputs  Outputs
	AppLayer AppLayer
}

// Global is what stands at the top level by itself.
type Global struct {
	ExceptionPolicy Policy `conf:"exception-policy"`
	HostMode        string `conf:"host-mode"`
	SensorName      string `conf:"sensor-name"`
	PacketAlertMax  int    `conf:"packet-alert-max"`
	// InitFailureFatal: one wrong rule or line, and nothing is loaded.
	InitFailureFatal bool   `conf:"engine.init-failure-fatal"`
	ASN1MaxFrames    int    `conf:"asn1-max-frames"`
	PCREMatchLimit   uint32 `conf:"pcre.match-limit"`
	PCRERecursion    uint32 `conf:"pcre.match-limit-recursion"`
	VLANTracking     bool   `conf:"vlan.use-for-tracking"`
	LivedevTracking  bool   `conf:"livedev.use-for-tracking"`
	// FlushInterval is heartbeat.output-flush-interval, in seconds; 0 is never.
	FlushInterval int `conf:"heartbeat.output-flush-interval"`
	// ChecksumValidation is capture.checksum-validation; "none" is -k none.
	ChecksumValidation string `conf:"capture.checksum-validation"`
}

// Stats says how counters are kept and written.
type Stats struct {
	Enabled             bool   `conf:"enabled"`
	Interval            int    `conf:"interval"` // seconds
	DecoderEvents       bool   `conf:"decoder-events"`
	DecoderEventsPrefix string `conf:"decoder-events-prefix"`
	StreamEvents        bool   `conf:"stream-events"`
	PerAppProtoErrors   bool   `conf:"exception-policy.per-app-proto-errors"`
}

// PcapFile says how captures are read.
type PcapFile struct {
	ChecksumChecks Tri `conf:"checksum-checks"`
	// DeleteWhenDone is no, yes or non-alerts.
	DeleteWhenDone string        `conf:"delete-when-done"`
	BufferSize     Size          `conf:"buffer-size"`
	Recursive      bool          `conf:"recursive"`
	Continuous     bool          `conf:"continuous"`
	Delay          time.Duration `conf:"delay"`
	PollInterval   time.Duration `conf:"poll-interval"`
}

// Datasets bounds the sets that rules look up values in.
type Datasets struct {
	Memcap         Size   `conf:"defaults.memcap"`
	HashSize       uint32 `conf:"defaults.hashsize"`
	SingleHashSize uint32 `conf:"limits.single-hashsize"`
	TotalHashSizes uint32 `conf:"limits.total-hashsizes"`
	AllowAbsolute  bool   `conf:"rules.allow-absolute-filenames"`
	AllowWrite     bool   `conf:"rules.allow-write"`
}

// Threading says which CPUs Suricata's files give to what; workers and
// control.cpus go before it.
type Threading struct {
	SetAffinity bool   `conf:"set-cpu-affinity"`
	Management  CPUs   `conf:"cpu-affinity.management-cpu-set.cpu"`
	Workers     CPUs   `conf:"cpu-affinity.worker-cpu-set.cpu"`
	Threads     Number `conf:"cpu-affinity.worker-cpu-set.threads"`
}

// RunAs names the user that weir becomes.
type RunAs struct {
	User  string `conf:"user"`
	Group string `conf:"group"`
}

// UnixCommand is the command socket.
type UnixCommand struct {
	Enabled  Tri    `conf:"enabled"`
	Filename string `conf:"filename"`
}

// Firewall is the mode in which nothing passes that no rule accepts.
type Firewall struct {
	Enabled   bool     `conf:"enabled"`
	RulePath  string   `conf:"rule-path"`
	RuleFiles []string `conf:"rule-files"`
	Policies  *Node    `conf:"policies"`
}

// Lua bounds scripts in rules.
type Lua struct {
	AllowRules      bool   `conf:"allow-rules"`
	AllowRestricted bool   `conf:"allow-restricted-functions"`
	MaxBytes        Size   `conf:"max-bytes"`
	MaxInstructions uint32 `conf:"max-instructions"`
}

// Logging is what weir says about itself.
type Logging struct {
	Level   string `conf:"default-log-level"`
	Filter  string `conf:"default-output-filter"`
	Outputs []LogOutput
}

// LogOutput is one place that weir's own log goes to.
type LogOutput struct {
	Kind     string // console, file or syslog
	Enabled  bool   `conf:"enabled"`
	Level    string `conf:"level"`
	Type     string `conf:"type"`
	Filename string `conf:"filename"`
	Facility string `conf:"facility"`
	Append   bool   `conf:"append"`
	FileMode string `conf:"filemode"`
}

// Validator is what every section has.
type Validator interface{ Validate() error }

// Sections reads every section and checks each of them. All mistakes come at
// once, joined, with their place; warnings name what is left out.
func (c *Config) Sections() (*Sections, []Warning, error) {
	s := &Sections{}
	d := decoder{}
	d.section(c.root, "", reflect.ValueOf(s).Elem())
	errs := d.errs
	var warnings []Warning
	note := func(w []Warning, err error) {
		warnings = append(warnings, w...)
		if err != nil {
			errs = append(errs, err)
		}
	}
	note(nil, c.readLogOutputs(&s.Logging))
	note(c.readOutputs(&s.Outputs))
	note(c.readAppLayer(&s.AppLayer))
	s.HostOS.read(c)
	note(nil, s.Defrag.readHosts(c))
	note(nil, s.DPDK.readInterfaces(c))
	if len(errs) == 0 {
		note(nil, s.Validate())
	}
	var placed []error
	for _, err := range errs {
		placed = append(placed, c.place(err)...)
	}
	for i := range warnings {
		if warnings[i].Pos == (Pos{}) {
			warnings[i].Pos = c.nearest(warnings[i].Key)
		}
	}
	if err := errors.Join(placed...); err != nil {
		return nil, warnings, err
	}
	return s, warnings, nil
}

// Validate checks every section.
func (s *Sections) Validate() error {
	var errs []error
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if section, ok := v.Field(i).Addr().Interface().(Validator); ok {
			errs = append(errs, section.Validate())
		}
	}
	return errors.Join(errs...)
}

// Policies gives the exception policies in force; see ResolvePolicies.
func (s *Sections) Policies(inline bool) (Policies, []Warning, error) {
	given := Policies{
		FlowMemcap: s.Flow.MemcapPolicy, StreamMemcap: s.Stream.MemcapPolicy,
		ReassemblyMemcap: s.Stream.Reassembly.MemcapPolicy, Midstream: s.Stream.MidstreamPolicy,
		DefragMemcap: s.Defrag.MemcapPolicy, AppLayerError: s.AppLayer.ErrorPolicy,
	}
	return ResolvePolicies(s.Global.ExceptionPolicy, given, inline, s.Stream.Midstream)
}

// place takes joined errors apart and gives each its place in the file.
func (c *Config) place(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range many.Unwrap() {
			out = append(out, c.place(e)...)
		}
		return out
	}
	if e, ok := err.(*Error); ok && e.Pos == (Pos{}) {
		e.Pos = c.nearest(e.Key)
	}
	return []error{err}
}

// nearest is the place of the key, or of the innermost section around it that
// is there.
func (c *Config) nearest(path string) Pos {
	n, pos := c.root, Pos{Origin: c.File}
	for len(path) > 0 && n != nil {
		part := path
		for i := range path {
			if path[i] == '.' {
				part = path[:i]
				break
			}
		}
		if n = n.Child(part); n != nil {
			if pos = n.KeyPos; n.Kind == Scalar {
				pos = n.Pos
			}
		}
		path = path[min(len(path), len(part)+1):]
	}
	return pos
}

func (c *Config) readLogOutputs(l *Logging) error {
	n := c.Node("logging.outputs")
	if n.IsNull() {
		l.Outputs = []LogOutput{{Kind: "console", Enabled: true, Type: "regular"}}
		return nil
	}
	d := decoder{}
	for i, e := range n.Children {
		out := LogOutput{Kind: e.Name()}
		d.section(e.Options(), fmt.Sprintf("logging.outputs.%d.%s", i, out.Kind), reflect.ValueOf(&out).Elem())
		l.Outputs = append(l.Outputs, out)
	}
	return errors.Join(d.errs...)
}
