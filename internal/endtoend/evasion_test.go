package endtoend

import (
	"bytes"
	be "encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pb "github.com/weir-ips/weir/internal/packetbuild"
)

// The attack, what of it is harmless, and what stands for it in benign streams.
const (
	evil   = "..ATTACK-0123456789.."
	benign = "..harmless-abcdefgh.."
	secret = "ATTACK-0123456789"
)

const evasionRules = `
drop tcp any any -> any 7777 (msg:"in a stream"; flow:to_server,established; content:"` + secret + `"; sid:1;)
drop udp any any -> any 7778 (msg:"in a datagram"; content:"` + secret + `"; sid:2;)
`

// Addresses of a host that has no kernel: the test speaks for it.
const ghost4, ghost6 = "10.77.0.66", "fd77::66"

// evasion is the lab with a real receiver behind weir and a raw wire before it.
type evasion struct {
	*lab
	raw    *rawWire
	server []byte // its link-layer address
	file   string
}

func newEvasion(t *testing.T) *evasion {
	// Shedding under overload would let octets by uninspected: this machine is shared.
	e := &evasion{lab: newLab(t, evasionRules, "--set", "overload.latency-budget=0")}
	script, err := filepath.Abs("receiver.py")
	if err != nil {
		t.Fatal(err)
	}
	e.file = filepath.Join(e.dir, "received.json")
	e.background(e.lab.server, "python3", script, e.file)
	e.raw = openRaw(t, e.client, e.taps[0])
	mac, err := net.ParseMAC(strings.TrimSpace(string(e.must("ip", "netns", "exec", e.lab.server, "cat", "/sys/class/net/"+e.taps[1]+"/address"))))
	if err != nil {
		t.Fatal(err)
	}
	e.server = mac
	for _, a := range []string{ghost4, ghost6} {
		e.must("ip", "-n", e.lab.server, "neigh", "add", a, "lladdr", "02:00:00:00:00:66", "dev", e.taps[1])
	}
	e.waitLog("rules are in force", 1, 30*time.Second)
	e.until("the receiver listens", 20*time.Second, func() error { _, err := os.Stat(e.file); return err })
	return e
}

// send puts datagrams on the wire to the server.
func (e *evasion) send(frames ...[]byte) {
	for _, f := range frames {
		copy(f[0:6], e.server)
		copy(f[6:12], []byte{2, 0, 0, 0, 0, 0x66})
		e.raw.send(e.t, f)
	}
}

// received is what the receiver has read so far, by the sender's port.
func (e *evasion) received() (tcp map[string]string, udp map[string][]string) {
	var r struct {
		TCP map[string]string
		UDP map[string][]string
	}
	b, err := os.ReadFile(e.file)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return r.TCP, r.UDP
}

// attempt is one connection: how its octets are sent, and what is to come of it.
type attempt struct {
	way  pb.Segmentation
	want string // exactly this; empty: anything but the attack
	v6   bool
	port int
	conn *pb.TCP
	cap  *pb.Capture
	sent int // frames of cap that went out
}

// fresh are the frames that were built since the last call.
func (a *attempt) fresh() [][]byte {
	var out [][]byte
	for _, f := range a.cap.Frames()[a.sent:] {
		out = append(out, append([]byte(nil), f.Data...))
	}
	a.sent = len(a.cap.Frames())
	return out
}

func (a *attempt) open() [][]byte {
	a.cap = pb.NewCapture()
	client, server := fmt.Sprintf("%s:%d", ghost4, a.port), server4+":7777"
	if a.v6 {
		client, server = fmt.Sprintf("[%s]:%d", ghost6, a.port), "["+server6+"]:7777"
	}
	a.conn = a.cap.TCP(client, server)
	a.conn.SACK = false
	a.conn.SYN()
	return a.fresh()
}

// Ways that packetbuild does not yield: five parts in every order, every part
// reaching over its neighbours, and both with a second copy of other octets
// before or after the true one.
func furtherWays(payload string) []pb.Segmentation {
	p := []byte(payload)
	var out []pb.Segmentation
	orders(5, func(order []int) {
		parts := pb.Parts(p, 5)
		var plain, wide []pb.Piece
		for _, i := range order {
			plain = append(plain, parts[i])
			from, to := max(parts[i].Offset-2, 0), min(parts[i].Offset+len(parts[i].Data)+2, len(p))
			wide = append(wide, pb.Piece{Offset: from, Data: p[from:to]})
		}
		out = append(out, pb.Segmentation{Name: fmt.Sprintf("5 parts in order %v", order), Pieces: plain},
			pb.Segmentation{Name: fmt.Sprintf("5 wide parts in order %v", order), Pieces: wide})
	})
	return out
}

// orders calls f with every order of n things.
func orders(n int, f func([]int)) {
	var rec func(done []int, used int)
	rec = func(done []int, used int) {
		if len(done) == n {
			f(done)
			return
		}
		for i := range n {
			if used&(1<<i) == 0 {
				rec(append(done, i), used|1<<i)
			}
		}
	}
	rec(nil, 0)
}

// liars are ways in which octets come twice with different contents: a junk copy
// of one part before or after the true one, the parts in every order of three.
func liars(payload string) []pb.Segmentation {
	p := []byte(payload)
	parts := pb.Parts(p, 3)
	var out []pb.Segmentation
	orders(3, func(order []int) {
		for lie := range parts {
			for _, junkFirst := range []bool{true, false} {
				var pieces []pb.Piece
				for _, i := range order {
					junk := pb.Piece{Offset: parts[i].Offset, Data: bytes.Repeat([]byte{'#'}, len(parts[i].Data))}
					switch {
					case i != lie:
						pieces = append(pieces, parts[i])
					case junkFirst:
						pieces = append(pieces, junk, parts[i])
					default:
						pieces = append(pieces, parts[i], junk)
					}
				}
				out = append(out, pb.Segmentation{Name: fmt.Sprintf("order %v, part %d twice, junk first %v", order, lie, junkFirst), Pieces: pieces})
			}
		}
	})
	return out
}

// firstWins is the stream that a receiver has when of two copies of an octet the
// first counts.
func firstWins(w pb.Segmentation, n int) string {
	out, have := make([]byte, n), make([]bool, n)
	for _, p := range w.Pieces {
		for i, c := range p.Data {
			if !have[p.Offset+i] {
				have[p.Offset+i], out[p.Offset+i] = true, c
			}
		}
	}
	return string(out)
}

// However an attack is cut, ordered, overlapped or contradicted, a real Linux TCP
// never gets it whole, and what is benign arrives bit for bit.
func TestStreamEvasion(t *testing.T) {
	e := newEvasion(t)
	for _, v6 := range []bool{false, true} {
		var all []*attempt
		add := func(ways []pb.Segmentation, expect func(pb.Segmentation) string) {
			for _, w := range ways {
				all = append(all, &attempt{way: w, want: expect(w), v6: v6})
			}
		}
		none := func(pb.Segmentation) string { return "" }
		exact := func(w pb.Segmentation) string { return firstWins(w, len(benign)) }
		for _, payload := range []string{evil, benign} {
			expect := none
			if payload == benign {
				expect = exact
			}
			var ways []pb.Segmentation
			for w := range pb.Segmentations([]byte(payload)) {
				ways = append(ways, w)
			}
			for w := range pb.Conflicts([]byte(payload), '#') {
				ways = append(ways, w)
			}
			add(ways, expect)
			add(furtherWays(payload), expect)
			add(liars(payload), expect)
		}
		t.Logf("IPv6 %v: %d connections", v6, len(all))
		port := 20000
		if v6 {
			port = 40000
		}
		for i, a := range all {
			a.port = port + i
		}
		for at := 0; at < len(all); at += 64 {
			e.converse(all[at:min(at+64, len(all))])
		}
	}
	e.dropped(1)
	e.accountBalances()
}

// dropped waits until the rule has dropped something: without that, nothing of a
// test about attacks is proved.
func (e *evasion) dropped(sid int) {
	e.t.Helper()
	e.until(fmt.Sprintf("drops by rule %d", sid), 10*time.Second, func() error {
		if len(e.alerts("drop", sid)) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
}

// converse runs attempts side by side and checks what became of them.
func (e *evasion) converse(batch []*attempt) {
	byPort := map[uint16]*attempt{}
	waiting := map[uint16]*attempt{}
	for _, a := range batch {
		byPort[uint16(a.port)] = a
		waiting[uint16(a.port)] = a
	}
	for try := 0; len(waiting) > 0; try++ {
		if try == 5 {
			e.t.Fatalf("%d connections get no answer", len(waiting))
		}
		for _, a := range waiting {
			e.send(a.open()...)
		}
		for len(waiting) > 0 {
			f := e.raw.next(500 * time.Millisecond)
			if f == nil {
				break
			}
			port, seq, ok := synAck(f)
			if a := waiting[port]; ok && a != nil {
				a.conn.ISN[pb.Server] = seq
				delete(waiting, port)
			}
		}
	}
	for _, a := range batch {
		a.conn.Ack(pb.Client)
		for _, p := range a.way.Pieces {
			a.conn.Segment(pb.Client, p.Offset, p.Data)
		}
		e.send(a.fresh()...)
	}
	var wrong []string
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(60 * time.Millisecond) {
		wrong = e.check(batch)
		if len(wrong) == 0 || time.Now().After(end) {
			break
		}
		for e.raw.next(0) != nil {
		}
	}
	// What is refused stays refused a moment later.
	time.Sleep(100 * time.Millisecond)
	for _, w := range append(wrong, e.leaks(batch)...) {
		e.t.Error(w)
	}
}

// check names the benign streams that did not arrive whole.
func (e *evasion) check(batch []*attempt) []string {
	tcp, _ := e.received()
	var out []string
	for _, a := range batch {
		got, _ := hex.DecodeString(tcp[fmt.Sprint(a.port)])
		if a.want != "" && string(got) != a.want {
			out = append(out, fmt.Sprintf("IPv6 %v, benign, %s: the receiver has %q, want %q", a.v6, a.way.Name, got, a.want))
		}
	}
	return out
}

// leaks names the attacks that arrived whole.
func (e *evasion) leaks(batch []*attempt) []string {
	tcp, _ := e.received()
	var out []string
	for _, a := range batch {
		got, _ := hex.DecodeString(tcp[fmt.Sprint(a.port)])
		if strings.Contains(string(got), secret) {
			out = append(out, fmt.Sprintf("IPv6 %v, attack, %s: it arrived", a.v6, a.way.Name))
		}
	}
	return out
}

// synAck reads the client's port and the server's sequence number of a SYN-ACK.
func synAck(f []byte) (port uint16, seq uint32, ok bool) {
	if len(f) < 14+40 {
		return 0, 0, false
	}
	var tcp []byte
	switch {
	case f[12] == 0x08 && f[13] == 0x00 && f[23] == 6:
		tcp = f[14+int(f[14]&15)*4:]
	case f[12] == 0x86 && f[13] == 0xdd && f[20] == 6:
		tcp = f[54:]
	}
	if len(tcp) < 20 || tcp[13]&0x17 != 0x12 {
		return 0, 0, false
	}
	return be.BigEndian.Uint16(tcp[2:]), be.BigEndian.Uint32(tcp[4:]), true
}
