package worker

import (
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// maxMACs is how many addresses of each side of a flow are remembered.
const maxMACs = 10

// macSet is the link-layer addresses seen in a flow: those of the client's side,
// then the server's.
type macSet struct {
	n   [2]uint8
	mac [2][maxMACs][6]byte
}

func (s *macSet) add(side int, mac *[6]byte) {
	for i := range s.n[side] {
		if s.mac[side][i] == *mac {
			return
		}
	}
	if s.n[side] < maxMACs {
		s.mac[side][s.n[side]] = *mac
		s.n[side]++
	}
}

func (s *macSet) turn() {
	s.n[0], s.n[1] = s.n[1], s.n[0]
	s.mac[0], s.mac[1] = s.mac[1], s.mac[0]
}

// etherOf is the Ethernet header of a packet: its own, or for what was taken
// out of another that one's.
func etherOf(p *packet.Packet) (b []byte, ok bool) {
	p = p.Root()
	if p.Link != input.LinkEthernet || p.EtherType == 0 || int(p.L2Off)+14 > len(p.Frame) {
		return nil, false
	}
	return p.Frame[p.L2Off : p.L2Off+14], true
}

// seeMACs adds a packet's addresses to those of its flow. fresh: the slot was
// another flow's before.
func (w *Worker) seeMACs(p *packet.Packet, slot uint32, fresh bool) {
	s := &w.macs.Rec[slot]
	if fresh {
		s.n = [2]uint8{}
	}
	b, ok := etherOf(p)
	if !ok {
		return
	}
	di := dirIndex(p.Dir)
	s.add(1-di, (*[6]byte)(b[0:6]))
	s.add(di, (*[6]byte)(b[6:12]))
}

// writeEther writes the link-layer addresses of a packet, where they are asked
// for.
func (w *Worker) writeEther(wr *event.Writer, p *packet.Packet) {
	if !w.cfg.Log.Ether {
		return
	}
	if b, ok := etherOf(p); ok {
		event.WriteEther(wr, uint16(b[12])<<8|uint16(b[13]), (*[6]byte)(b[6:12]), (*[6]byte)(b[0:6]))
	}
}

// writeEtherFlow writes the link-layer addresses of a flow, source first as the
// event's direction has it.
func (w *Worker) writeEtherFlow(wr *event.Writer, slot uint32, d input.Dir) {
	if w.macs == nil {
		return
	}
	s := &w.macs.Rec[slot]
	src := dirIndex(d)
	if s.n[0] == 0 && s.n[1] == 0 {
		return
	}
	wr.Obj("ether")
	for _, k := range [...]struct {
		key  string
		side int
	}{{"dest_macs", 1 - src}, {"src_macs", src}} {
		wr.Arr(k.key)
		for i := range s.n[k.side] {
			wr.MAC("", &s.mac[k.side][i])
		}
		wr.End()
	}
	wr.End()
}

// writeTxEther writes the link-layer addresses of the packet that completed a
// transaction, or of its flow where there is none.
func (w *Worker) writeTxEther(wr *event.Writer, p *packet.Packet, slot uint32) {
	if p != nil && p.Source != input.SourceFlowEnd {
		w.writeEther(wr, p)
	} else {
		w.writeEtherFlow(wr, slot, input.ToServer)
	}
}
