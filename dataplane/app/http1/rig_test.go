package http1

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// rig feeds one flow and keeps what its transactions showed on the way.
type rig struct {
	*apptest.Rig
	tb   testing.TB
	flow uint32
	off  [2]uint64
	seen map[app.Tx]*shown
	all  []*shown
}

// shown is what a transaction let rules see.
type shown struct {
	tx     *Tx
	reqBuf []byte
	files  [2][][]byte
	names  []string
	states []string
	views  map[string]string
	events []string
	log    map[string]any
}

func newRig(tb testing.TB, memory int, o *Options) *rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppHTTP1] = *o
	}
	r := &rig{Rig: apptest.New(tb, memory, opts, Protocol()), tb: tb, seen: map[app.Tx]*shown{}}
	r.flow = r.Flow(6, 40000, 80)
	return r
}

func (r *rig) data(d input.Dir, b []byte, eof bool) bool {
	ok := r.Layer.Data(r.Layer.At(r.flow), d, b, r.off[d-1], eof, 0)
	r.off[d-1] += uint64(len(b))
	r.look()
	return ok
}

func (r *rig) gap(d input.Dir, n int) {
	r.Layer.Gap(r.Layer.At(r.flow), d, uint64(n))
	r.off[d-1] += uint64(n)
}

// look takes what is new, as detection does after each packet.
func (r *rig) look() {
	fl := r.Layer.At(r.flow)
	for _, x := range fl.Txs {
		s := r.seen[x]
		if s == nil {
			s = &shown{tx: x.(*Tx)}
			r.seen[x] = s
			r.all = append(r.all, s)
		}
		s.take(r)
	}
	for _, x := range fl.Txs {
		if x.Done(input.ToServer) && x.Done(input.ToClient) {
			r.seen[x].finish(r)
			delete(r.seen, x)
		}
	}
	r.Drop(fl)
}

// join lays a window over what was seen before.
func join(old []byte, v input.View) []byte {
	for uint64(len(old)) < v.Start {
		old = append(old, '?')
	}
	return append(old[:v.Start], v.Data...)
}

func (s *shown) take(r *rig) {
	s.reqBuf = join(s.reqBuf, input.View{Data: r.Whole(s.tx.View(buf.HTTPRequestBody, input.ToServer, 0)), Start: s.tx.View(buf.HTTPRequestBody, input.ToServer, 0).Start})
	for d := input.ToServer; d <= input.ToClient; d++ {
		for i := 0; ; i++ {
			v := s.tx.View(buf.FileData, d, i)
			if v.Avail == input.None || v.Avail == input.Wait {
				break
			}
			if i == len(s.files[d-1]) {
				s.files[d-1] = append(s.files[d-1], nil)
			}
			r.Whole(v)
			s.files[d-1][i] = join(s.files[d-1][i], v)
			if v.Avail == input.More {
				break
			}
		}
	}
}

func (s *shown) finish(r *rig) {
	s.views = map[string]string{}
	for id := buf.HTTPURI; id <= buf.HTTPServer; id++ {
		for d := input.ToServer; d <= input.ToClient; d++ {
			for i := range 200 {
				v := s.tx.View(id, d, i)
				if v.Avail != input.Done {
					break
				}
				k := fmt.Sprint(id)
				if d == input.ToClient {
					k = "<" + k
				}
				if i > 0 {
					k += fmt.Sprint(" ", i)
				}
				s.views[k] = string(r.Whole(v))
				if i == 0 && id != buf.HTTPRequestHeader && id != buf.HTTPResponseHeader {
					break
				}
			}
		}
	}
	for i, n := range eventNames {
		if s.tx.Event(uint16(i)) {
			s.events = append(s.events, n)
		}
	}
	sort.Strings(s.events)
	for _, f := range s.tx.Files() {
		s.names = append(s.names, string(f.Name()))
		s.states = append(s.states, fmt.Sprint(f.State, " ", f.Size))
		if f.State == file.Opened {
			r.tb.Errorf("file %q is open in a complete transaction", f.Name())
		}
	}
	s.log, _ = r.Log(r.Layer.At(r.flow), s.tx)
}

// end closes the flow and returns everything that was shown.
func (r *rig) end() []*shown {
	fl := r.Layer.At(r.flow)
	for _, x := range fl.Txs {
		r.seen[x].finish(r)
	}
	r.Close(r.flow, true)
	return r.all
}

// talk sends "> request" and "< response" parts, each whole, then ends both
// sides.
func talk(tb testing.TB, o *Options, parts ...string) []*shown {
	tb.Helper()
	r := newRig(tb, 8<<20, o)
	for _, p := range parts {
		d := input.ToServer
		if p[0] == '<' {
			d = input.ToClient
		}
		r.data(d, []byte(p[1:]), false)
	}
	r.data(input.ToServer, nil, true)
	r.data(input.ToClient, nil, true)
	return r.end()
}

// flows are the payloads of a capture's connections, by packet.
type piece struct {
	d    input.Dir
	data []byte
	eof  bool
}

// connections reads a capture; streams are put in order.
func connections(tb testing.TB, path string) [][]piece {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	rd, err := pcapgo.NewReader(f)
	if err != nil {
		tb.Skip(err)
	}
	type conn struct {
		client string
		next   [2]uint32
		known  [2]bool
		late   [2]map[uint32]*layers.TCP
		pieces []piece
	}
	conns := map[string]*conn{}
	var order []*conn
	for {
		data, _, err := rd.ReadPacketData()
		if err == io.EOF {
			break
		} else if err != nil {
			tb.Fatal(err)
		}
		p := gopacket.NewPacket(data, rd.LinkType(), gopacket.Default)
		tcp, _ := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if tcp == nil || p.NetworkLayer() == nil {
			continue
		}
		ends := []string{p.NetworkLayer().NetworkFlow().Src().String() + ":" + tcp.SrcPort.String(),
			p.NetworkLayer().NetworkFlow().Dst().String() + ":" + tcp.DstPort.String()}
		from := ends[0]
		sort.Strings(ends)
		c := conns[strings.Join(ends, "-")]
		if c == nil {
			c = &conn{client: from, late: [2]map[uint32]*layers.TCP{{}, {}}}
			conns[strings.Join(ends, "-")] = c
			order = append(order, c)
		}
		d := input.ToClient
		if from == c.client {
			d = input.ToServer
		}
		i := d - 1
		if tcp.SYN {
			c.next[i], c.known[i] = tcp.Seq+1, true
			continue
		}
		if !c.known[i] {
			c.next[i], c.known[i] = tcp.Seq, true
		}
		c.late[i][tcp.Seq] = tcp
		for again := true; again; {
			again = false
			for seq, t := range c.late[i] {
				skip := int32(c.next[i] - seq)
				if skip < 0 {
					continue
				}
				delete(c.late[i], seq)
				if int(skip) > len(t.Payload) {
					continue
				}
				b := t.Payload[skip:]
				c.next[i] += uint32(len(b))
				if len(b) > 0 || t.FIN {
					c.pieces = append(c.pieces, piece{d, b, t.FIN})
				}
				again = true
			}
		}
	}
	var out [][]piece
	for _, c := range order {
		out = append(out, c.pieces)
	}
	return out
}
