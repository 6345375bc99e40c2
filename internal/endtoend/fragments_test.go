package endtoend

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	pb "github.com/weir-ips/weir/internal/packetbuild"
)

// shower is one datagram as it is sent: its fragments in their order.
type shower struct {
	name   string
	frags  [][]byte // frames
	port   int
	benign []byte // what has to arrive; nil: anything but the attack
}

// fragmentSize leaves five fragments of what datagramOf makes.
const fragmentSize = 16

// datagramOf is a datagram whose payload has text across three fragments.
func datagramOf(text string, v6 bool, port int) (datagram, payload []byte) {
	payload = append(append(bytes.Repeat([]byte{'.'}, 13), text...), bytes.Repeat([]byte{'.'}, 51-len(text))...)
	client, server := fmt.Sprintf("%s:%d", ghost4, port), server4+":7778"
	if v6 {
		client, server = fmt.Sprintf("[%s]:%d", ghost6, port), "["+server6+"]:7778"
	}
	return pb.NewCapture().UDP(client, server).Datagram(pb.Client, payload), payload
}

// showers are all ways in which the test sends a text.
func showers(text string, harmless, v6 bool, port *int) []shower {
	var out []shower
	add := func(name string, order []int, width, lie int, junkFirst, exact bool) {
		*port++
		d, payload := datagramOf(text, v6, *port)
		total := len(payload) + 8
		n := (total + fragmentSize - 1) / fragmentSize
		s := shower{name: fmt.Sprintf("IPv6 %v, %s, order %v", v6, name, order), port: *port}
		if harmless && exact {
			s.benign = payload
		}
		part := func(i int, junk bool) {
			p := pb.FragmentPart{From: max(i*fragmentSize-width, 0), To: min((i+1)*fragmentSize+width, total)}
			p.Last = p.To == total
			if junk {
				p.Data = bytes.Repeat([]byte{'#'}, p.To-p.From)
			}
			s.frags = append(s.frags, pb.EthernetFrame(pb.Fragment(d, uint32(*port), p), false))
		}
		for _, i := range order {
			if i >= n {
				continue
			}
			if i == lie && junkFirst {
				part(i, true)
			}
			part(i, false)
			if i == lie && !junkFirst {
				part(i, true)
			}
		}
		out = append(out, s)
	}
	orders(5, func(order []int) {
		add("five fragments", order, 0, -1, false, true)
		add("overlapping fragments", order, 8, -1, false, false)
	})
	orders(5, func(order []int) {
		if order[0] > 2 {
			return // half of the orders do
		}
		for _, lie := range []int{1, 2} {
			add(fmt.Sprintf("junk before fragment %d", lie), order, 0, lie, true, false)
			add(fmt.Sprintf("junk after fragment %d", lie), order, 0, lie, false, false)
		}
	})
	return out
}

// However a datagram with an attack is cut and ordered, a real Linux never gets
// it whole, and benign ones arrive as they were sent.
func TestFragmentEvasion(t *testing.T) {
	e := newEvasion(t)
	port := 10000
	for _, v6 := range []bool{false, true} {
		all := append(showers(secret, false, v6, &port), showers("harmless-abcdefgh", true, v6, &port)...)
		t.Logf("IPv6 %v: %d datagrams", v6, len(all))
		for at := 0; at < len(all); at += 64 {
			batch := all[at:min(at+64, len(all))]
			for _, s := range batch {
				e.send(s.frags...)
			}
			e.settleShowers(batch)
		}
	}
	e.dropped(2)
	e.accountBalances()
}

// settleShowers waits for what is benign and names what went wrong.
func (e *evasion) settleShowers(batch []shower) {
	var missing []string
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(60 * time.Millisecond) {
		missing = nil
		_, udp := e.received()
		for _, s := range batch {
			if s.benign == nil {
				continue
			}
			got := udp[fmt.Sprint(s.port)]
			if len(got) != 1 || got[0] != hex.EncodeToString(s.benign) {
				missing = append(missing, fmt.Sprintf("%s: benign, the receiver has %d datagrams: %s", s.name, len(got), got))
			}
		}
		if len(missing) == 0 || time.Now().After(end) {
			break
		}
	}
	time.Sleep(100 * time.Millisecond)
	_, udp := e.received()
	for _, s := range batch {
		for _, h := range udp[fmt.Sprint(s.port)] {
			if b, _ := hex.DecodeString(h); strings.Contains(string(b), secret) {
				missing = append(missing, s.name+": the attack arrived")
			}
		}
	}
	for _, m := range missing {
		e.t.Error(m)
	}
}
