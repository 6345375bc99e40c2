package wiring

import (
	"errors"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/mqtt"
	"github.com/weir-ips/weir/match/input"
)

// mqttApp fills the settings of MQTT. Where several outputs write records of it,
// they are as long as any of them wants, and show passwords only if all do.
func mqttApp(s *config.Sections, c *app.Config) error {
	o := mqtt.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("mqtt")}
	k.size("max-msg-length", &o.MaxMessage, o.MaxMessage)
	o.MaxMessage = max(o.MaxMessage, 1)
	k.size("max-messages", &o.Messages, o.Messages)
	o.Messages = max(o.Messages, 1)
	k.size("max-tx", &o.MaxTx, o.MaxTx)
	o.MaxTx = max(o.MaxTx, 1)
	k.count("subscribe-topic-match-limit", &o.SubscribeTopics)
	k.count("unsubscribe-topic-match-limit", &o.UnsubscribeTopics)
	n := 0
	eveTypes(s, "mqtt", func(t *config.EveType) {
		if t.Other == nil {
			return
		}
		size := int(min(uint64(t.Other.StringLogLimit), 1<<16))
		if n == 0 || size == 0 || o.Text > 0 && size > o.Text {
			o.Text = size
		}
		o.Passwords = o.Passwords && t.Other.Passwords
		n++
	})
	c.Options[input.AppMQTT] = o
	return errors.Join(k.err(), o.Validate())
}
