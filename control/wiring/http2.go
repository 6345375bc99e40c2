package wiring

import (
	"errors"
	"math"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/http2"
	"github.com/weir-ips/weir/match/input"
)

// http2App fills the settings of HTTP/2. What asks for more than weir keeps gets as
// much as there is.
func http2App(s *config.Sections, c *app.Config) error {
	o := http2.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("http2")}
	k.size("max-streams", &o.Streams, http2.MaxStreams)
	k.size("max-table-size", &o.TableSize, 256<<10)
	k.size("max-reassembly-size", &o.HeaderBlock, 256<<10)
	k.size("max-frames", &o.Frames, math.MaxInt32)
	bomb := int(o.BombLimit)
	k.size("compression-bomb-limit", &bomb, math.MaxInt32)
	o.BombLimit = uint64(bomb)
	o.Streams, o.HeaderBlock, o.Frames = max(o.Streams, 1), max(o.HeaderBlock, 1024), max(o.Frames, 1)
	c.Options[input.AppHTTP2] = &o
	return errors.Join(k.err(), o.Validate())
}
