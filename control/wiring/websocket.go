package wiring

import (
	"errors"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/websocket"
	"github.com/weir-ips/weir/match/input"
)

// webSocketApp fills the settings of WebSocket.
func webSocketApp(s *config.Sections, c *app.Config) error {
	o := websocket.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("websocket")}
	k.size("max-payload-size", &o.Payload, websocket.MaxPayload)
	eveTypes(s, "alert", func(t *config.EveType) {
		if a := t.Alert; a != nil && a.AppLayer {
			o.PayloadBase64 = o.PayloadBase64 || a.WebSocket
			o.PayloadPrintable = o.PayloadPrintable || a.WebSocketText
		}
	})
	c.Options[input.AppWebSocket] = &o
	return errors.Join(k.err(), o.Validate())
}
