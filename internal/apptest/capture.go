package apptest

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/weir-ips/weir/match/input"
)

// Capture is a capture of the public suite by its name there; the test is
// skipped where the suite is not.
func Capture(tb testing.TB, name string) string {
	tb.Helper()
	dir := os.Getenv("WEIR_CAPTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "conformance", "pcaps")
	}
	p := filepath.Join(dir, name)
	if _, err := os.Stat(p); err != nil {
		tb.Skip("no capture ", p)
	}
	return p
}

type conn struct {
	flow   uint32
	client gopacket.Endpoint
	port   uint16
	next   [2]uint32
	known  [2]bool
	off    [2]uint64
	late   [2]map[uint32][]byte
}

// Replay feeds a capture's payloads, streams put in order, and returns the
// events of all transactions, those of an unfinished one at the end.
func (r *Rig) Replay(path string) (events []map[string]any) {
	f, err := os.Open(path)
	if err != nil {
		r.tb.Fatal(err)
	}
	defer f.Close()
	rd, err := pcapgo.NewReader(f)
	if err != nil {
		r.tb.Skip(err)
	}
	conns := map[[2]uint64]*conn{}
	var order []*conn
	log := func(c *conn) {
		fl := r.Layer.At(c.flow)
		for _, tx := range fl.Txs {
			if tx.Done(input.ToServer) && tx.Done(input.ToClient) {
				if m, ok := r.Log(fl, tx); ok {
					events = append(events, m)
				}
			}
		}
		r.Drop(fl)
	}
	for {
		data, _, err := rd.ReadPacketData()
		if err == io.EOF {
			break
		} else if err != nil {
			r.tb.Fatal(err)
		}
		p := gopacket.NewPacket(data, layers.LinkType(rd.LinkType()), gopacket.NoCopy)
		nl, tl := p.NetworkLayer(), p.TransportLayer()
		if nl == nil || tl == nil {
			continue
		}
		key := [2]uint64{nl.NetworkFlow().FastHash(), tl.TransportFlow().FastHash()}
		c := conns[key]
		tcp, _ := tl.(*layers.TCP)
		udp, _ := tl.(*layers.UDP)
		if c == nil {
			c = &conn{client: nl.NetworkFlow().Src()}
			if tcp != nil {
				c.port = uint16(tcp.SrcPort)
				c.flow = r.Flow(6, c.port, uint16(tcp.DstPort))
			} else if udp != nil {
				c.port = uint16(udp.SrcPort)
				c.flow = r.Flow(17, c.port, uint16(udp.DstPort))
			} else {
				continue
			}
			conns[key] = c
			order = append(order, c)
		}
		d := input.ToClient
		fl := r.Layer.At(c.flow)
		if udp != nil {
			if uint16(udp.SrcPort) == c.port && nl.NetworkFlow().Src() == c.client {
				d = input.ToServer
			}
			r.Layer.Datagram(fl, d, udp.Payload, 0)
			log(c)
			continue
		}
		if tcp == nil {
			continue
		}
		if uint16(tcp.SrcPort) == c.port && nl.NetworkFlow().Src() == c.client {
			d = input.ToServer
		}
		r.segment(c, d, tcp)
		log(c)
	}
	for i, c := range order {
		fl := r.Layer.At(c.flow)
		for _, tx := range fl.Txs {
			if m, ok := r.Log(fl, tx); ok {
				events = append(events, m)
			}
		}
		r.Close(c.flow, i == len(order)-1)
	}
	return events
}

// segment puts one segment in order, as a receiver with endless memory does.
func (r *Rig) segment(c *conn, d input.Dir, tcp *layers.TCP) {
	i := d - 1
	if tcp.SYN {
		c.next[i], c.known[i] = tcp.Seq+1, true
		return
	}
	if !c.known[i] {
		c.next[i], c.known[i] = tcp.Seq, true
	}
	if c.late[i] == nil {
		c.late[i] = map[uint32][]byte{}
	}
	if len(tcp.Payload) > len(c.late[i][tcp.Seq]) {
		c.late[i][tcp.Seq] = tcp.Payload
	}
	for again := true; again; {
		again = false
		for seq, b := range c.late[i] {
			if skip := int32(c.next[i] - seq); skip >= 0 {
				delete(c.late[i], seq)
				if int(skip) < len(b) {
					b = b[skip:]
					r.Layer.Data(r.Layer.At(c.flow), d, b, c.off[i], false, 0)
					c.off[i] += uint64(len(b))
					c.next[i] += uint32(len(b))
					again = true
				}
			}
		}
	}
}
