package wiring

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/app/mqtt"
	"github.com/weir-ips/weir/match/input"
)

func TestMQTTOptions(t *testing.T) {
	def := mqtt.DefaultOptions()
	with := func(f func(*mqtt.Options)) mqtt.Options {
		o := def
		f(&o)
		return o
	}
	for name, c := range map[string]struct {
		text string
		want mqtt.Options
	}{
		"plain":           {eveTypesOf("        - mqtt\n"), def},
		"no record":       {eveTypesOf("        - alert\n"), def},
		"no passwords":    {eveTypesOf("        - mqtt: {passwords: no, string-log-limit: 7}\n"), with(func(o *mqtt.Options) { o.Passwords, o.Text = false, 7 })},
		"longest, safest": {eveTypesOf("        - mqtt: {passwords: no, string-log-limit: 7}\n        - mqtt: {string-log-limit: 9}\n"), with(func(o *mqtt.Options) { o.Passwords, o.Text = false, 9 })},
		"whole texts":     {eveTypesOf("        - mqtt: {string-log-limit: 0}\n        - mqtt: {string-log-limit: 9}\n"), with(func(o *mqtt.Options) { o.Text = 0 })},
		"limits": {"app-layer: {protocols: {mqtt: {max-msg-length: 100, max-messages: 5, subscribe-topic-match-limit: -1, unsubscribe-topic-match-limit: 3}}}\n",
			with(func(o *mqtt.Options) { o.MaxMessage, o.Messages, o.SubscribeTopics, o.UnsubscribeTopics = 100, 5, 0, 3 })},
		"more than there may be": {"app-layer: {protocols: {mqtt: {max-msg-length: 9mb, max-messages: 5000}}}\n", def},
	} {
		a, err := layer(t, c.text)
		if o, _ := a.Options[input.AppMQTT].(mqtt.Options); err != nil || o != c.want {
			t.Errorf("%s: %+v, want %+v, %v", name, o, c.want, err)
		}
	}
}
