package wiring

import (
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/worker"
)

// forwarded reads `xff` for one kind of events: its own, else the output's. The first
// output that wants it decides.
func forwarded(to *worker.XFFs, output *config.XFF, t *config.EveType) {
	var x *worker.XFF
	own := config.XFF{}
	switch t.Name {
	case "alert":
		if x = &to.Alert; t.Alert != nil {
			own = t.Alert.XFF
		}
	case "http", "http2":
		if x = &to.HTTP; t.HTTP != nil {
			own = t.HTTP.XFF
		}
	case "files":
		if x = &to.Files; t.Files != nil {
			own = t.Files.XFF
		}
	default:
		return
	}
	if t.Options.Child("xff") == nil {
		own = *output
	}
	if x.Mode != worker.XFFOff || !own.Enabled {
		return
	}
	*x = worker.XFF{Mode: worker.XFFExtra, Forward: strings.EqualFold(own.Deployment, "forward"), Header: strings.ToLower(own.Header)}
	if strings.EqualFold(own.Mode, "overwrite") {
		x.Mode = worker.XFFOverwrite
	}
	if x.Header == "" {
		x.Header = "x-forwarded-for"
	}
}
