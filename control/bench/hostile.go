package bench

import (
	"encoding/binary"
	"slices"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/rule"
)

// Traffic made to be dear: what an attacker who knows the rules would send.

// hostileFrames is how many packets one copy of each kind has.
const hostileFrames = 4096

// hostile is one kind of it.
type hostile struct {
	Name, What string
	frames     [][]byte
}

// each gives the frames, a microsecond apart.
func (k *hostile) each(add func(us int64, frame []byte)) {
	for i, f := range k.frames {
		add(1_600_000_000_000_000+int64(i), f)
	}
}

// endpoint is what rules name as the other side.
type endpoint struct {
	port uint16
	tcp  bool
}

// target is an endpoint with what rules look for in payloads to it.
type target struct {
	endpoint
	// short are the shortest patterns that make rules candidates; whole are all
	// contents of rules with a regular expression, one after the other.
	short, whole [][]byte
}

const (
	anyPort     = 4444
	maxTargets  = 8
	maxPatterns = 48
)

// targets are the ports that most rules look at.
func targets(rules []*rule.Rule) []*target {
	byPort := map[endpoint]*target{}
	for _, r := range rules {
		if !r.ToServer && r.ToClient {
			continue
		}
		var fast, all []byte
		regex := false
		for _, l := range r.Lists {
			if l.Buffer != buf.Payload || len(l.Transforms) > 0 {
				continue
			}
			for _, c := range l.Conds {
				switch c := c.(type) {
				case *rule.PCRE:
					regex = true
				case *rule.Content:
					if c.Negated || c.Offset.Set && c.Offset.N > 0 {
						continue
					}
					all = append(all, c.Pattern...)
					if c.Fast || len(c.Pattern) > len(fast) {
						fast = c.Pattern
					}
				}
			}
		}
		if len(fast) < 2 || r.Proto.Name != "tcp" && r.Proto.Name != "udp" {
			continue
		}
		port := uint16(anyPort)
		if !r.DstPort.Any && len(r.DstPort.Ranges) > 0 {
			port = r.DstPort.Ranges[0].Lo
		}
		key := endpoint{port, r.Proto.Name == "tcp"}
		t := byPort[key]
		if t == nil {
			t = &target{endpoint: key}
			byPort[key] = t
		}
		t.short = append(t.short, fast)
		if regex {
			t.whole = append(t.whole, all)
		}
	}
	var ts []*target
	for _, t := range byPort {
		slices.SortStableFunc(t.short, func(a, b []byte) int {
			if d := len(a) - len(b); d != 0 {
				return d
			}
			return slices.Compare(a, b)
		})
		ts = append(ts, t)
	}
	slices.SortFunc(ts, func(a, b *target) int {
		if d := len(b.short) - len(a.short); d != 0 {
			return d
		}
		return int(a.port) - int(b.port)
	})
	for _, t := range ts {
		t.short = t.short[:min(len(t.short), maxPatterns)]
	}
	return ts[:min(len(ts), maxTargets)]
}

// hostileKinds are all kinds for these rules.
func hostileKinds(rules []*rule.Rule) []hostile {
	ts := targets(rules)
	kinds := []hostile{
		{"64 octets", "datagrams without content of a thousand flows", plain(64, wireFrames)},
		{"all flows distinct", "every packet a flow of its own", plain(64, hostileFrames)},
		{"elephant", "one connection in full segments", elephant()},
	}
	if len(ts) == 0 {
		return kinds
	}
	return append(kinds,
		hostile{"near misses", "the shortest patterns of the rules, each without its last octet", crafted(ts, func(t *target, p []byte, i int) []byte {
			for n := 0; len(p) < crafty && n < 4*crafty; n++ {
				s := t.short[(i+n)%len(t.short)]
				p = append(append(p, s[:len(s)-1]...), 0)
			}
			return p
		})},
		hostile{"candidates", "the shortest patterns of the rules, whole: every rule a candidate", crafted(ts, func(t *target, p []byte, i int) []byte {
			for n := 0; len(p) < crafty; n++ {
				p = append(p, t.short[(i+n)%len(t.short)]...)
			}
			return p
		})},
		hostile{"regular expressions", "all contents of rules with pcre, then what makes them go back", crafted(ts, func(t *target, p []byte, i int) []byte {
			if len(t.whole) > 0 {
				p = append(p, t.whole[i%len(t.whole)]...)
			}
			for len(p) < crafty {
				p = append(p, "aaaaaaa /?=&%20"...)
			}
			return p
		})})
}

// crafty is how much a crafted packet carries.
const crafty = 1400

// plain are datagrams of so many flows.
func plain(size, flows int) [][]byte {
	var fs [][]byte
	for i := range hostileFrames {
		fs = append(fs, udpFrame(i%flows, size, false))
	}
	return fs
}

// elephant is one connection to a port that no parser knows.
func elephant() [][]byte {
	c := newConnection(0, anyPort)
	fs := c.open()
	data := make([]byte, crafty)
	for i := range data {
		data[i] = byte('a' + i%23)
	}
	for len(fs) < hostileFrames {
		fs = append(fs, c.send(data), c.send(data), c.ack())
	}
	return fs[:hostileFrames]
}

// crafted are packets to the targets in turn: a connection of eight segments where
// the target is TCP, eight datagrams where it is UDP.
func crafted(ts []*target, fill func(t *target, p []byte, i int) []byte) [][]byte {
	var fs [][]byte
	for i := 0; len(fs) < hostileFrames; i++ {
		t := ts[i%len(ts)]
		c := newConnection(i, t.port)
		if t.tcp {
			fs = append(fs, c.open()...)
		}
		for k := range 8 {
			p := fill(t, nil, i*8+k)
			p = p[:min(len(p), crafty)]
			if t.tcp {
				fs = append(fs, c.send(p), c.ack())
			} else {
				fs = append(fs, c.datagram(p))
			}
		}
	}
	return fs[:hostileFrames]
}

// connection makes the frames of one flow.
type connection struct {
	client     uint32
	port       uint16
	seq, acked uint32
}

func newConnection(i int, port uint16) *connection {
	return &connection{client: 10<<24 | 1<<16 | uint32(i), port: port, seq: 1000, acked: 2000}
}

// frame is a packet of the flow with room for a transport header.
func (c *connection) frame(proto byte, header int, data []byte, back bool) (f, transport []byte) {
	src, dst := endOf{c.client, 40_000}, endOf{10<<24 | 2<<16 | 1, c.port}
	if back {
		src, dst = dst, src
	}
	f = ipFrame(src, dst, proto, header+len(data))
	copy(f[34+header:], data)
	return f, f[34:]
}

func (c *connection) datagram(data []byte) []byte {
	f, udp := c.frame(17, 8, data, false)
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	return f
}

const (
	flagSYN = 2
	flagPSH = 8
	flagACK = 16
)

func (c *connection) segment(flags byte, data []byte, back bool) []byte {
	f, tcp := c.frame(6, 20, data, back)
	seq, ack := c.seq, c.acked
	if back {
		seq, ack = ack, seq
	}
	if flags == flagSYN {
		ack = 0
	}
	binary.BigEndian.PutUint32(tcp[4:], seq)
	binary.BigEndian.PutUint32(tcp[8:], ack)
	tcp[12], tcp[13] = 5<<4, flags
	binary.BigEndian.PutUint16(tcp[14:], 65535)
	return f
}

// open is the handshake.
func (c *connection) open() [][]byte {
	syn := c.segment(flagSYN, nil, false)
	c.seq++
	answer := c.segment(flagSYN|flagACK, nil, true)
	c.acked++
	return [][]byte{syn, answer, c.segment(flagACK, nil, false)}
}

func (c *connection) send(data []byte) []byte {
	f := c.segment(flagPSH|flagACK, data, false)
	c.seq += uint32(len(data))
	return f
}

// ack is the server's.
func (c *connection) ack() []byte { return c.segment(flagACK, nil, true) }
