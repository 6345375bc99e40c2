package wiring

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/websocket"
	"github.com/weir-ips/weir/match/input"
)

func TestWebSocketOptions(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want websocket.Options
	}{
		"none":     {"", websocket.Options{Payload: 65535, Transactions: 16384, Decoders: 256}},
		"size":     {"app-layer: {protocols: {websocket: {enabled: yes, max-payload-size: 4kb}}}\n", websocket.Options{Payload: 4096, Transactions: 16384, Decoders: 256}},
		"text":     {eveTypesOf("        - alert: {websocket-payload-printable: yes}\n"), websocket.Options{Payload: 65535, Transactions: 16384, Decoders: 256, PayloadPrintable: true}},
		"base64":   {eveTypesOf("        - alert: {websocket-payload: yes}\n"), websocket.Options{Payload: 65535, Transactions: 16384, Decoders: 256, PayloadBase64: true}},
		"no layer": {eveTypesOf("        - alert: {websocket-payload: yes, metadata: no}\n"), websocket.Options{Payload: 65535, Transactions: 16384, Decoders: 256}},
	} {
		a, err := layer(t, c.text)
		if o, _ := a.Options[input.AppWebSocket].(*websocket.Options); err != nil || o == nil || *o != c.want {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

// Stats tell TCP from UDP where a protocol runs over both.
func TestProtocolCounters(t *testing.T) {
	s := Counters()
	for want, id := range map[string]int{
		"app_layer.flow.dns_udp": app.Row(input.AppDNS, 17), "app_layer.flow.dns_tcp": app.Row(input.AppDNS, 6),
		"app_layer.flow.http": app.Row(input.AppHTTP1, 6), "app_layer.flow.ftp_data": app.Row(input.AppFTPData, 6),
		"app_layer.flow.dhcp": app.Row(input.AppDHCP, 17), "app_layer.flow.failed_tcp": app.Row(input.AppFailed, 6),
		"": app.Row(input.AppUnknown, 6),
	} {
		if got := s.Name(s.AppFlow(id)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := s.Name(s.AppTx(app.Row(input.AppFailed, 17))); got != "" {
		t.Errorf("transactions of no protocol are shown as %q", got)
	}
}
