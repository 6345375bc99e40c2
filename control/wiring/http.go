package wiring

import (
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
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
				o.Custom = append(o.Custom, strings.ReplaceAll(strings.ToLower(name), "_", "-"))
			}
		}
		if t := e.Type("alert"); e.Enabled && t != nil && t.Enabled && t.Alert != nil {
			o.BodyBase64 = o.BodyBase64 || t.Alert.HTTPBody
			o.BodyPrintable = o.BodyPrintable || t.Alert.HTTPBodyReadable
		}
	}
	c.Options[input.AppHTTP1] = o
	return err
}

// files says which digests of files are wanted.
func files(s *config.Sections) file.Options {
	o := file.DefaultOptions()
	want := func(names []string) {
		for _, n := range names {
			switch strings.ToLower(n) {
			case "md5":
				o.MD5 = true
			case "sha1":
				o.SHA1 = true
			case "sha256":
				o.SHA256 = true
			}
		}
	}
	for i := range s.Outputs.EVE {
		e := &s.Outputs.EVE[i]
		if t := e.Type("files"); e.Enabled && t != nil && t.Enabled && t.Files != nil {
			want(t.Files.ForceHash)
		}
	}
	for i := range s.Outputs.FileStore {
		if f := &s.Outputs.FileStore[i]; f.Enabled {
			// Stored files are named by it.
			o.SHA256 = true
			want(f.ForceHash)
		}
	}
	return o
}
