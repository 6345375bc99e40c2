package wiring

import (
	"errors"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dns"
	"github.com/weir-ips/weir/dataplane/app/quic"
	"github.com/weir-ips/weir/dataplane/app/ssh"
	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/match/input"
)

// eveTypes calls f for each enabled type of that name of an enabled output.
func eveTypes(s *config.Sections, name string, f func(*config.EveType)) {
	for i := range s.Outputs.EVE {
		if e := &s.Outputs.EVE[i]; e.Enabled {
			for k := range e.Types {
				if t := &e.Types[k]; t.Enabled && t.Name == name {
					f(t)
				}
			}
		}
	}
}

// dnsApp is the union of what outputs want of DNS, and of multicast DNS.
func dnsApp(s *config.Sections, c *app.Config) error {
	var errs []error
	for id, name := range map[input.AppProto]string{input.AppDNS: "dns", input.AppMDNS: "mdns"} {
		o, err := dnsOptions(s, name)
		c.Options[id] = o
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func dnsOptions(s *config.Sections, name string) (*dns.Options, error) {
	o := &dns.Options{}
	var types []string
	all, n := false, 0
	eveTypes(s, name, func(t *config.EveType) {
		n++
		e := t.DNS
		o.Version = e.Version
		o.Requests = o.Requests || e.Requests
		o.Responses = o.Responses || e.Responses
		for _, f := range e.Formats {
			o.Grouped = o.Grouped || strings.EqualFold(f, "grouped")
			o.Detailed = o.Detailed || strings.EqualFold(f, "detailed")
		}
		all = all || len(e.Types) == 0
		for _, t := range e.Types {
			types = append(types, strings.ToLower(t))
		}
	})
	if n == 0 {
		return dns.DefaultOptions(), nil
	}
	if all {
		return o, nil
	}
	return o, o.SetTypes(types)
}

// tlsApp is TLS' settings and the union of what outputs want of it.
func tlsApp(s *config.Sections, c *app.Config) error {
	o := &tls.Options{JA3: wantsPrint(s, "tls", "ja3-fingerprints"), JA4: wantsPrint(s, "tls", "ja4-fingerprints")}
	var errs []error
	var err error
	if o.Encryption, err = encryption(s, "tls"); err != nil {
		errs = append(errs, err)
	}
	eveTypes(s, "tls", func(t *config.EveType) {
		e := t.TLS
		f := tls.Basic
		switch {
		case len(e.Custom) > 0:
			if f, err = tls.FieldsOf(e.Custom); err != nil {
				errs = append(errs, &config.Error{Key: t.Path + ".custom", Problem: err.Error(), Remedy: "the fields are named in docs/design/protocols.md"})
			}
		case e.Extended:
			f = tls.Extended
		}
		if e.JA4 {
			f |= tls.FieldJA4
		}
		// Suricata asks for it only where the type has options at all.
		if e.SessionResumption && t.Options != nil {
			f |= tls.FieldResumed
			o.Resumed = true
		}
		o.Fields |= f
	})
	c.Options[input.AppTLS] = o
	return errors.Join(errs...)
}

// quicApp is QUIC's settings. Its fingerprints are TLS' by their settings, too, but
// for JA4, which Suricata makes for QUIC on its own.
func quicApp(s *config.Sections, c *app.Config) error {
	o := &quic.Options{JA3: wantsPrint(s, "tls", "ja3-fingerprints"), JA4: true}
	var err error
	o.Encryption, err = encryption(s, "quic")
	eveTypes(s, "quic", func(t *config.EveType) { o.LogJA4 = o.LogJA4 || t.Other == nil || t.Other.JA4 })
	c.Options[input.AppQUIC] = o
	return err
}

// sshApp is SSH's settings.
func sshApp(s *config.Sections, c *app.Config) error {
	e, err := encryption(s, "ssh")
	c.Options[input.AppSSH] = &ssh.Options{Hassh: wantsPrint(s, "ssh", "hassh"), Encryption: e}
	return err
}
