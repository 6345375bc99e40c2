package wiring

import (
	"errors"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/http1"
	"github.com/weir-ips/weir/match/input"
)

// httpApp fills the settings of HTTP/1.
func httpApp(s *config.Sections, c *app.Config) error {
	p := s.AppLayer.Protocol("http")
	o, err := http1.ParseOptions(func(path string) (string, bool) {
		n := p.Options.Lookup(strings.TrimPrefix(path, "app-layer.protocols.http."))
		if n.IsNull() || n.Kind != config.Scalar {
			return "", false
		}
		return n.Value, true
	})
	o.Extended = false
	for i := range s.Outputs.EVE {
		e := &s.Outputs.EVE[i]
		if t := e.Type("http"); e.Enabled && t != nil && t.Enabled && t.HTTP != nil {
			o.Extended = o.Extended || t.HTTP.Extended
			all := t.HTTP.AllHeaders
			o.DumpRequestHeaders = o.DumpRequestHeaders || all == "both" || all == "request"
			o.DumpResponseHeaders = o.DumpResponseHeaders || all == "both" || all == "response"
			for _, name := range t.HTTP.Custom {
				o.Custom = append(o.Custom, http1.ParseCustom(name))
			}
		}
		if t := e.Type("alert"); e.Enabled && t != nil && t.Enabled && t.Alert != nil {
			o.BodyBase64 = o.BodyBase64 || t.Alert.HTTPBody
			o.BodyPrintable = o.BodyPrintable || t.Alert.HTTPBodyReadable
		}
	}
	errs := []error{err, servers(p.Options.Lookup("libhtp.server-config"), &o)}
	c.Options[input.AppHTTP1] = o
	return errors.Join(errs...)
}

// servers reads libhtp.server-config: a list of names, each with addresses and
// the keys of default-config.
func servers(list *config.Node, o *http1.Options) error {
	if list.IsNull() {
		return nil
	}
	var errs []error
	for _, e := range list.Children {
		own := e.Options()
		if own == nil {
			continue
		}
		at := "app-layer.protocols.http.libhtp.server-config." + own.Key + "."
		errs = append(errs, o.AddServer(at, own.Child("address").Strings(), func(path string) (string, bool) {
			n := own.Child(strings.TrimPrefix(path, at))
			if n.IsNull() || n.Kind != config.Scalar {
				return "", false
			}
			return n.Value, true
		}))
	}
	return errors.Join(errs...)
}
