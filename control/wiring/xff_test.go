package wiring

import (
	"testing"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/worker"
)

func TestXFF(t *testing.T) {
	const on = "outputs: [{eve-log: {enabled: yes, xff: {enabled: yes, mode: overwrite, deployment: forward, header: X-Real-IP}, types: "
	overwrite := worker.XFF{Mode: worker.XFFOverwrite, Forward: true, Header: "x-real-ip"}
	for name, c := range map[string]struct {
		text string
		want worker.XFFs
	}{
		"the output's": {on + "[alert, http: {extended: yes}, files, dns]}}]", worker.XFFs{Alert: overwrite, HTTP: overwrite, Files: overwrite}},
		"its own":      {on + "[alert: {xff: {enabled: yes}}]}}]", worker.XFFs{Alert: worker.XFF{Mode: worker.XFFExtra, Header: "x-forwarded-for"}}},
		"off itself":   {on + "[alert: {xff: {enabled: no}}]}}]", worker.XFFs{}},
		"off":          {"outputs: [{eve-log: {enabled: yes, types: [alert]}}]", worker.XFFs{}},
	} {
		parsed, _, err := config.Parse("test.yaml", []byte(c.text), config.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := parsed.Sections()
		if err != nil {
			t.Fatal(err)
		}
		if got := logs(s).XFF; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
