package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func sections(t *testing.T, text string, sets ...string) *Sections {
	t.Helper()
	c, _ := parse(t, text, Options{Sets: sets})
	s, _, err := c.Sections()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestShippedProfile(t *testing.T) {
	c, _, err := Load(Options{Defaults: true})
	if err != nil {
		t.Fatal(err)
	}
	s, warnings, err := c.Sections()
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	if s.Flow.Memcap != 128<<20 || s.Defrag.Memcap != 32<<20 || s.Timeouts.TCP.Established != 600 || s.Stream.Reassembly.UrgentPolicy != "oob" {
		t.Errorf("%+v %+v %+v", s.Flow, s.Defrag, s.Timeouts.TCP)
	}
	eve := s.Outputs.Eve()
	if eve == nil || len(eve.Types) != 35 {
		t.Fatalf("%+v", eve)
	}
	for name, on := range map[string]bool{"alert": true, "frame": false, "anomaly": true, "arp": false, "pgsql": false, "flow": true, "drop": false, "netflow": false} {
		if (eve.Type(name) != nil) != on {
			t.Errorf("type %s: %v", name, eve.Type(name))
		}
	}
	if a := eve.Type("alert").Alert; !a.TaggedPackets || a.Verdict || !a.AppLayer || !a.Flow || !a.RuleMetadata || a.PayloadBufferSize != 4096 {
		t.Errorf("%+v", a)
	}
	if !eve.Type("http").HTTP.Extended || !eve.Type("tls").TLS.Extended || !eve.Type("anomaly").Anomaly.AppLayer || eve.Type("anomaly").Anomaly.Stream {
		t.Error("sub-options of the shipped types")
	}
	for name, want := range map[string]ParserState{"http": On, "imap": DetectionOnly, "modbus": Off, "pgsql": Off, "dnp3": Off, "rdp": On, "dns": On} {
		if p := s.AppLayer.Protocol(name); p.TCP != want {
			t.Errorf("%s: %s", name, p.TCP)
		}
	}
	if p := s.AppLayer.Protocol("smb"); !reflect.DeepEqual(p.TCPPorts.Server, []string{"139", "445"}) {
		t.Errorf("%v", p.TCPPorts)
	}
	if ports, _, err := s.Vars.PortList("decoder.vxlan.ports", s.Decoder.VXLANPorts); err != nil || !reflect.DeepEqual(ports, []uint16{4789}) {
		t.Error(ports, err)
	}
}

func TestCompiledInDefaults(t *testing.T) {
	s := sections(t, "vars: {}")
	if s.Flow.Memcap != 32<<20 || s.Defrag.Memcap != 16<<20 || s.Defrag.HashSize != 4096 || s.Timeouts.TCP.Established != 300 ||
		s.Stream.Reassembly.Depth != 1<<20 || s.Stream.Reassembly.UrgentPolicy != "inline" || !s.Stream.ChecksumValidation || !s.Stream.DropInvalid ||
		s.Global.PacketAlertMax != 15 || s.Host.Memcap != 16<<20 || s.Detect.RecursionLimit != 3000 || s.Stream.MidstreamPolicy != PolicyUnset {
		t.Errorf("%+v", s)
	}
	if s.Outputs.Eve() != nil || len(s.Vars.AddressGroups) != 0 || len(s.Files.RuleFiles) != 0 {
		t.Error("the shipped file was merged in")
	}
	if s.AppLayer.Protocol("http").TCP != On || s.AppLayer.Protocol("modbus").TCP != Off || s.AppLayer.Protocol("no-such").UDP != On {
		t.Error("protocols that no section names")
	}
	if s.Placement.MetricsListen != "127.0.0.1:9917" || s.Placement.APIFileMode() != 0o600 || s.Placement.Startup != "pass" {
		t.Errorf("%+v", s.Placement)
	}
}

func TestEveTypesInEveryShape(t *testing.T) {
	s := sections(t, `
outputs:
 - eve-log:
     enabled: yes
     types: [ dns, alert: {metadata: no, payload: yes}, {drop: {flows: all}}, {files: {force-hash: [md5, sha256]}}, {http: {enabled: no}} ]
`)
	eve := s.Outputs.Eve()
	if a := eve.Type("alert").Alert; a.AppLayer || a.Flow || a.RuleMetadata || !a.Payload {
		t.Errorf("%+v", a)
	}
	if eve.Type("drop").Drop.Flows != "all" || eve.Type("http") != nil || eve.Type("dns").DNS.Version != 3 || len(eve.Type("files").Files.ForceHash) != 2 {
		t.Errorf("%+v", eve.Types)
	}
	s = sections(t, "outputs: [{eve-log: {enabled: yes, types: [{alert: {metadata: {rule: {raw: yes}, flow: no}}}]}}]")
	if a := s.Outputs.Eve().Type("alert").Alert; !a.RuleRaw || a.Flow || !a.AppLayer || !a.RuleMetadata {
		t.Errorf("%+v", a)
	}
}

func TestProtocolByTransport(t *testing.T) {
	s := sections(t, "app-layer: {protocols: {dns: {enabled: yes, udp: {enabled: no}, tcp: {detection-ports: {dp: 53}}}, modbus: {enabled: yes}}}")
	p := s.AppLayer.Protocol("dns")
	if p.TCP != On || p.UDP != Off || len(p.TCPPorts.Server) != 1 || len(p.UDPPorts.Server) != 0 {
		t.Errorf("%+v", p)
	}
	if s.AppLayer.Protocol("modbus").TCP != On {
		t.Error("modbus stays off")
	}
}

func TestSectionMistakesHaveAPlace(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"variable", "vars:\n  address-groups:\n    A: $B", "t.yaml:3:8: vars.address-groups.A: uses $B, which is not defined"},
		{"circle", "vars: {port-groups: {A: $B, B: $A}}", "is defined by way of itself"},
		{"chunk", "stream: {reassembly: {toserver-chunk-size: 1mb}}", "t.yaml:1:44: stream.reassembly.toserver-chunk-size: 1 MiB is not from 1 to 65535"},
		{"midstream", "stream: {midstream: yes, midstream-policy: drop-flow}", "t.yaml:1:44: stream.midstream-policy: drop-flow does not go together with stream.midstream: yes"},
		{"midstream packet", "stream: {midstream-policy: drop-packet}", "drop-packet does not fit, a session is a flow"},
		{"host", "host-os-policy: {linux: [10.0.0.0/99]}", `host-os-policy.linux: "10.0.0.0/99" is neither an address nor a network`},
		{"host twice", "host-os-policy: {linux: [10.0.0.1], bsd: [10.0.0.1/32]}", "10.0.0.1/32 stands under bsd as well"},
		{"port", "dpdk: {ports: [{name: a}]}", "t.yaml:1:16: dpdk.ports.0: needs a device or a vdev, one of the two"},
		{"pair", "dpdk: {ports: [{name: a, vdev: net_null0}], pairs: [{name: p, inside: a, outside: b}]}", `dpdk.pairs.0: there is no port called "b"`},
		{"one side", "dpdk: {ports: [{name: a, vdev: net_null0, pair: p, side: inside}]}", "dpdk.pairs.0: needs an inside and an outside port"},
		{"cpu", "workers: 0-3\ncontrol: {cpus: 3}", "t.yaml:2:17: control.cpus: CPU 3 is a worker's"},
		{"listen", "metrics: {listen: nowhere}", `metrics.listen: "nowhere" is not an address with a port`},
		{"allow", "anomaly: {allow: [10.0.0.0/8, x]}", `t.yaml:1:31: anomaly.allow.1: "x" is neither an address nor a network`},
		{"fleet", "fleet: {enabled: yes}", "is enabled without a server or a key-file"},
		{"plan", "policy: {enforce: [2001], shadow: [2001]}", `policy.enforce: "2001" stands under policy.shadow as well`},
		{"order", "action-order: [pass, drop]", `action-order: "pass, drop" is not an order of the four actions`},
		{"redis", "outputs: [{eve-log: {enabled: yes, filetype: redis}}]", "outputs.0.eve-log.filetype: weir does not write to redis itself"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, _ := parse(t, row.text, Options{})
			_, _, err := c.Sections()
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

func TestUnsupportedOutputIsNamed(t *testing.T) {
	c, _ := parse(t, "outputs: [{tls-log: {enabled: yes}}, {lua: {enabled: no}}]", Options{})
	_, warnings, err := c.Sections()
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].String(), `no output called "tls-log"`) {
		t.Error(warnings, err)
	}
}

func TestSuricataInterfacesBecomePairs(t *testing.T) {
	s := sections(t, `
dpdk:
  interfaces:
    - {interface: "0000:3b:00.0", threads: 4, copy-mode: ips, copy-iface: "0000:3b:00.1"}
    - {interface: "0000:3b:00.1", threads: 4, copy-mode: ips, copy-iface: "0000:3b:00.0"}
    - {interface: default, mtu: 9000}
`)
	ports, pairs, err := s.DPDK.Resolve()
	if err != nil || len(ports) != 2 || len(pairs) != 1 || pairs[0].Mode != "inline" || ports[1].Queues.N != 4 {
		t.Errorf("%+v %+v %v", ports, pairs, err)
	}
	if ports[0].MTU != 9000 {
		t.Errorf("the default interface does not count: mtu %d", ports[0].MTU)
	}
}

func TestPolicies(t *testing.T) {
	const unset = PolicyUnset
	for _, row := range []struct {
		text    string
		inline  bool
		flow    Policy
		stream  Policy
		middle  Policy
		problem string
	}{
		{"{}", true, PolicyDropPacket, PolicyDropFlow, PolicyDropFlow, ""},
		{"{}", false, PolicyIgnore, PolicyIgnore, PolicyIgnore, ""},
		{"exception-policy: ignore", true, PolicyIgnore, PolicyIgnore, PolicyIgnore, ""},
		{"exception-policy: drop-flow", false, PolicyIgnore, PolicyIgnore, PolicyIgnore, ""},
		{"exception-policy: bypass", true, PolicyIgnore, PolicyBypass, PolicyBypass, ""},
		{"exception-policy: reject", true, PolicyReject, PolicyReject, PolicyReject, ""},
		{"exception-policy: pass-packet", true, unset, unset, unset, "cannot be the policy for midstream"},
		{"{exception-policy: pass-packet, stream: {midstream-policy: ignore}}", true, PolicyPassPacket, PolicyPassPacket, PolicyIgnore, ""},
		{"{stream: {midstream: yes, midstream-policy: auto}}", true, PolicyDropPacket, PolicyDropFlow, PolicyIgnore, ""},
		{"{stream: {midstream: yes, midstream-policy: pass-flow}}", true, PolicyDropPacket, PolicyDropFlow, PolicyPassFlow, ""},
		{"{stream: {midstream-policy: drop-flow}}", false, unset, unset, unset, "only listens"},
		{"{flow: {memcap-policy: pass-flow}, stream: {memcap-policy: rejectboth}}", true, PolicyPassPacket, PolicyRejectBoth, PolicyDropFlow, ""},
	} {
		p, _, err := sections(t, row.text).Policies(row.inline)
		if row.problem != "" {
			if err == nil || !strings.Contains(err.Error(), row.problem) {
				t.Errorf("%s: %v", row.text, err)
			}
			continue
		}
		if err != nil || p.FlowMemcap != row.flow || p.StreamMemcap != row.stream || p.Midstream != row.middle {
			t.Errorf("%s inline %v: %+v %v", row.text, row.inline, p, err)
		}
	}
	if PolicyRejectBoth.Event() != "reject_both" {
		t.Error(PolicyRejectBoth.Event())
	}
}

func TestClasses(t *testing.T) {
	c, _ := parse(t, "{}", Options{})
	classes, warnings, err := c.Classes()
	if err != nil || len(warnings) > 0 || classes["protocol-command-decode"] != (Class{"protocol-command-decode", "Generic Protocol Command Decode", 3}) || len(classes) != 43 {
		t.Error(len(classes), classes["protocol-command-decode"], warnings, err)
	}
	refs, _, err := c.References()
	if err != nil || refs["arachnids"].Prefix == "" || refs["url"].Prefix != "https://" {
		t.Error(refs, err)
	}
	c, _ = parse(t, "classification-file: /no/such/file", Options{})
	if classes, warnings, err = c.Classes(); err != nil || len(classes) != 43 || len(warnings) != 1 {
		t.Error(len(classes), warnings, err)
	}
	_, err = ParseClasses("f", "config classification: a,b,1\nconfig classification: a,b\nnonsense\n")
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 2 || !strings.HasPrefix(err.Error(), "f:2:1: ") {
		t.Error(err)
	}
}

func TestGettersNameThePlace(t *testing.T) {
	c, _ := parse(t, "own:\n  thing: {a: 1}\n  size: big", Options{})
	var e *Error
	if _, err := c.Size("own.size", 0); !errors.As(err, &e) || e.Pos.String() != "t.yaml:3:9" || e.Key != "own.size" {
		t.Error(err)
	}
	if _, err := c.Int("own.thing", 0); !errors.As(err, &e) || e.Pos.Line != 2 {
		t.Error(err)
	}
	if n, err := c.Int("own.none", 7); n != 7 || err != nil {
		t.Error(n, err)
	}
}
