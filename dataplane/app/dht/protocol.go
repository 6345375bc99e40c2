package dht

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/input"
)

// maxTxs is the most transactions of a worker.
const maxTxs = 16384

// EventMalformedPacket is the event of app-layer-event.
const EventMalformedPacket uint16 = 0

// Events names them, by id.
var Events = []string{"malformed_packet"}

// first is how a query begins: its arguments, with the asker's identifier of 20
// octets in front. Responses are known by the query.
const first = "d1:ad2:id20:"

// Protocol is the row of BitTorrent's hash table.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppBitTorrentDHT, Name: "bittorrent-dht", UDP: true, Log: "bittorrent_dht", Events: Events,
		Patterns: []app.Pattern{
			{Dir: input.ToServer, Octets: first, Depth: len(first)}, {Dir: input.ToClient, Octets: first, Depth: len(first)},
		},
		New: func(env *app.Env) app.State { return newState(env) }}
}

// State parses one flow: every message is a transaction.
type State struct{ pool *single.Pool[Tx] }

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppBitTorrentDHT)
	s.pool = single.Of(env, input.AppBitTorrentDHT, maxTxs, 0, base)
	return s
}

// Reset has nothing to do.
func (s *State) Reset() {}

// Parse reads a datagram.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	if !begins(c.Data) {
		return len(c.Data), app.OK
	}
	var m message
	good, st := m.read(c.Data), app.OK
	if !good {
		st = app.Failed
	}
	t := s.pool.Take(c)
	if t == nil {
		return len(c.Data), st
	}
	if !good {
		t.bad = true
		t.Raise(EventMalformedPacket)
		t.Add(c, true)
		return len(c.Data), st
	}
	t.message = m
	t.Add(c, t.Keep(c.Data))
	return len(c.Data), st
}
