package http2

import (
	"bytes"
	"encoding/base64"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// maxUpgradeSettings bounds the settings in an upgrade's header: as many as are
// remembered.
const maxUpgradeSettings = 6 * maxSettings

var settingsHeader = []byte("http2-settings")

// takeOver makes stream 1 of the HTTP/1 request that asked for the upgrade, and a
// frame of its HTTP2-Settings (RFC 7540 sections 3.2 and 3.2.1).
func (s *State) takeOver(c *app.Call) {
	list := c.Flow.Handover
	c.Flow.Handover = nil
	defer s.sh.env.Mem.Put(list)
	t := s.open(c, 1)
	if t == nil {
		return
	}
	s.cur = t
	for h := (headers{list}); ; {
		name, value, _, ok := h.next()
		if !ok {
			break
		}
		if bytes.EqualFold(name, settingsHeader) {
			s.upgradeSettings(c, t, value)
			continue
		}
		if !s.keep(&t.req, name, value, false) {
			break
		}
	}
	t.req.progress = stepBody
	s.checkRequest(t)
	s.finish(t, input.ToServer, false)
}

// upgradeSettings reads the payload of a SETTINGS frame in base64url.
func (s *State) upgradeSettings(c *app.Call, t *Tx, value []byte) {
	var raw [maxUpgradeSettings]byte
	if len(value) > base64.RawURLEncoding.EncodedLen(len(raw)) {
		value = value[:base64.RawURLEncoding.EncodedLen(len(raw))]
	}
	n, err := base64.RawURLEncoding.Decode(raw[:], value)
	if err != nil {
		t.raise(evInvalidHTTP1Settings)
		return
	}
	call := *c
	call.Dir = input.ToServer
	s.connectionFrame(&call, frame{n: n, typ: frameSettings}, raw[:n])
}
