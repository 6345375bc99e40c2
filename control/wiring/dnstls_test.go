package wiring

import (
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dns"
	"github.com/weir-ips/weir/dataplane/app/quic"
	"github.com/weir-ips/weir/dataplane/app/ssh"
	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/match/input"
)

// layer is the application layer's settings of a configuration.
func layer(t *testing.T, text string) (app.Config, error) {
	t.Helper()
	c, _, err := config.Parse("test.yaml", []byte(text), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := c.Sections()
	if err != nil {
		t.Fatal(err)
	}
	w, err := Worker(s, Role{Replay: true, Workers: 1})
	return w.App, err
}

// eveTypesOf wraps the types of an eve-log output.
func eveTypesOf(types string) string {
	return "outputs:\n  - eve-log:\n      enabled: yes\n      types:\n" + types
}

func TestDNSOptions(t *testing.T) {
	for name, c := range map[string]struct {
		types string
		want  func(o *dns.Options) bool
	}{
		"plain": {"        - dns\n", func(o *dns.Options) bool {
			return o.Version == 3 && o.Requests && o.Responses && o.Grouped && o.Detailed
		}},
		"old":        {"        - dns: {version: 2}\n", func(o *dns.Options) bool { return o.Version == 2 }},
		"answers":    {"        - dns: {requests: no}\n", func(o *dns.Options) bool { return !o.Requests && o.Responses }},
		"grouped":    {"        - dns: {formats: [grouped]}\n", func(o *dns.Options) bool { return o.Grouped && !o.Detailed }},
		"union":      {"        - dns: {requests: no}\n        - dns: {responses: no}\n", func(o *dns.Options) bool { return o.Requests && o.Responses }},
		"not at all": {"        - alert\n", func(o *dns.Options) bool { return o.Version == 3 }},
	} {
		a, err := layer(t, eveTypesOf(c.types))
		if o, _ := a.Options[input.AppDNS].(*dns.Options); err != nil || o == nil || !c.want(o) {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
	a, err := layer(t, eveTypesOf("        - mdns: {requests: no}\n"))
	if o, _ := a.Options[input.AppMDNS].(*dns.Options); err != nil || o == nil || o.Requests || !o.Responses {
		t.Errorf("mDNS: %+v, %v", o, err)
	}
	if _, err := layer(t, eveTypesOf("        - dns: {types: [aaaa, nonsense]}\n")); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("an unknown type of record: %v", err)
	}
}

func TestTLSOptions(t *testing.T) {
	for name, c := range map[string]struct {
		types string
		want  tls.Fields
	}{
		"basic":    {"        - tls: {session-resumption: no}\n", tls.Basic},
		"bare":     {"        - tls\n", tls.Basic},
		"extended": {"        - tls: {extended: yes}\n", tls.Extended | tls.FieldResumed},
		"ja4":      {"        - tls: {extended: yes, ja4: yes}\n", tls.Extended | tls.FieldResumed | tls.FieldJA4},
		"custom":   {"        - tls: {session-resumption: no, extended: yes, custom: [sni, ja3]}\n", tls.FieldSNI | tls.FieldJA3},
	} {
		a, err := layer(t, eveTypesOf(c.types))
		if o, _ := a.Options[input.AppTLS].(*tls.Options); err != nil || o == nil || o.Fields != c.want {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
	if _, err := layer(t, eveTypesOf("        - tls: {custom: [sni, nonsense]}\n")); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("an unknown field: %v", err)
	}
}

func TestEncryptionHandling(t *testing.T) {
	a, err := layer(t, `
app-layer:
  protocols:
    tls: {encryption-handling: full, ja3-fingerprints: no}
    ssh: {encryption-handling: bypass, hassh: no}
    quic: {encryption-handling: track-only}
`)
	if err != nil {
		t.Fatal(err)
	}
	o, s, q := a.Options[input.AppTLS].(*tls.Options), a.Options[input.AppSSH].(*ssh.Options), a.Options[input.AppQUIC].(*quic.Options)
	if o.Encryption != app.EncryptionFull || o.JA3 || !o.JA4 || s.Encryption != app.EncryptionBypass || s.Hassh || q.Encryption != app.EncryptionTrackOnly || q.JA3 {
		t.Errorf("%+v %+v %+v", o, s, q)
	}
}

func TestTransports(t *testing.T) {
	a, err := layer(t, `
app-layer:
  protocols:
    dns:
      tcp: {enabled: no}
      udp: {enabled: yes, detection-ports: {dp: "53, 5300"}}
    tls: {enabled: detection-only, detection-ports: {dp: 8443}}
`)
	if err != nil {
		t.Fatal(err)
	}
	if !a.DisabledOver[0][input.AppDNS] || a.DisabledOver[1][input.AppDNS] || a.Disabled[input.AppDNS] {
		t.Errorf("DNS is off over TCP %v, over UDP %v, at all %v", a.DisabledOver[0][input.AppDNS], a.DisabledOver[1][input.AppDNS], a.Disabled[input.AppDNS])
	}
	if got := a.PortsOver[1][input.AppDNS]; !slices.Equal(got, []uint16{53, 5300}) {
		t.Errorf("ports of DNS over UDP: %v", got)
	}
	if got := a.PortsOver[0][input.AppTLS]; !slices.Equal(got, []uint16{8443}) || !a.DetectOnly[input.AppTLS] {
		t.Errorf("ports of TLS: %v, detection only %v", got, a.DetectOnly[input.AppTLS])
	}
}
