package port

import (
	"reflect"
	"strings"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

func TestConfigMistakes(t *testing.T) {
	c := Config{
		Pairs: []PairConfig{
			{Name: "a", Inside: "p0"},
			{Name: "a", Mode: IDS, Inside: "p0", Outside: "p1", LinkPropagation: true, MTU: 9},
			{Mode: 9, Outside: "p3"},
		},
		CPUs: []int{1, 1, -2}, RxDescs: 3, TxDescs: 1 << 20, Held: 1, Cache: 9999, SteerRing: 100, DataRoom: 5,
	}
	err := c.Validate()
	for _, want := range []string{
		"a: mode inline needs an outside", "two pairs are called a", "port p0 is in a and in a", "outside is p1",
		"link propagation", "MTU 9", "pair 3 has no name", "pair 3 has no inside", "Mode(9)", "CPU 1 has two", "CPU -2",
		"receive descriptors: 3", "transmit descriptors: 1048576", "held mbufs: 1", "cache: 9999", "100 is no power", "segment: 5",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if err := (&Config{}).Validate(); err == nil || !strings.Contains(err.Error(), "0 pairs") || !strings.Contains(err.Error(), "0 CPUs") {
		t.Error(err)
	}
}

var twoNodes = Hardware{Node: map[int]int{0: 0, 1: 0, 2: 1, 3: 1}}

func inline(name, inside, outside string) PairConfig {
	return PairConfig{Name: name, Inside: inside, Outside: outside}
}

func TestPlanInline(t *testing.T) {
	hw := twoNodes
	nic := dpdk.PortInfo{Bus: "pci", MaxRxQueues: 16, MaxTxQueues: 16, RSS: dpdk.RSSFiveTuple}
	far := nic
	far.Socket = 1
	hw.Ports = map[string]dpdk.PortInfo{"p0": nic, "p1": nic, "p2": far, "p3": far}
	p, err := NewPlan(Config{Pairs: []PairConfig{inline("a", "p0", "p1"), inline("b", "p2", "p3")}, CPUs: []int{0, 1}}, hw)
	if err != nil {
		t.Fatal(err)
	}
	want := []QueuePlan{{0, 1}, {1, 1}, {2, 1}, {3, 1}}
	if !reflect.DeepEqual(p.Workers[1].Queues, want) {
		t.Errorf("worker 1 polls %v, want %v", p.Workers[1].Queues, want)
	}
	if len(p.Pools) != 2 {
		t.Fatalf("%d pools", len(p.Pools))
	}
	n := p.Pools[1]
	// 2 ports × 2 queues × 1024 descriptors each way, and the workers' part.
	if n.Node != 1 || n.RxDescs != 4096 || n.TxDescs != 4096 || n.Held != 8192 || n.Bursts != 256 || n.Caches != 768 || n.Steer != 2048 {
		t.Errorf("%+v", n)
	}
	if n.Mbufs != 32767 || n.Bytes < 32767*(2048+128+128) || p.Memory() < 2*n.Bytes {
		t.Errorf("%d mbufs, %d octets, %d in all", n.Mbufs, n.Bytes, p.Memory())
	}
	out := p.String()
	for _, want := range []string{"pair a: inline, startup pass", "inside  p0: NUMA node 0, 2 rx × 1024", "worker 1: CPU 1, NUMA node 0, polls p0/1 p1/1",
		"pool of NUMA node 1: 32767 mbufs", "DPDK memory:", "choose a CPU of node 1"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestPlanFewQueues(t *testing.T) {
	hw := twoNodes
	hw.Ports = map[string]dpdk.PortInfo{
		"one0": {Bus: "pci", MaxRxQueues: 1, MaxTxQueues: 4}, "one1": {Bus: "pci", MaxRxQueues: 8, MaxTxQueues: 4},
		"two0": {Bus: "pci", MaxRxQueues: 1, MaxTxQueues: 4}, "two1": {Bus: "pci", MaxRxQueues: 1, MaxTxQueues: 4},
		"narrow": {Bus: "pci", MaxRxQueues: 4, MaxTxQueues: 1},
	}
	p, err := NewPlan(Config{Pairs: []PairConfig{inline("a", "one0", "one1"), inline("b", "two0", "two1")}, CPUs: []int{0, 1, 2}}, hw)
	if err != nil {
		t.Fatal(err)
	}
	// Ports that cannot hash: each pair to one worker, both ports of it.
	if got := p.Workers[0].Queues; !reflect.DeepEqual(got, []QueuePlan{{0, 0}, {1, 0}}) {
		t.Errorf("worker 0 polls %v", got)
	}
	if got := p.Workers[1].Queues; !reflect.DeepEqual(got, []QueuePlan{{2, 0}, {3, 0}}) {
		t.Errorf("worker 1 polls %v", got)
	}
	if !strings.Contains(p.String(), "worker 2 on CPU 2 polls no queue") {
		t.Error(p)
	}
	_, err = NewPlan(Config{Pairs: []PairConfig{inline("a", "narrow", "absent")}, CPUs: []int{0, 9}}, hw)
	for _, want := range []string{"no CPU 9", "narrow has 1 transmit queues, 2 workers", "no port absent, it has narrow, one0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestPlanPassiveAndMTU(t *testing.T) {
	p, err := NewPlan(Config{Pairs: []PairConfig{{Name: "m", Mode: IDS, Inside: "p0", MTU: 9000}}, CPUs: []int{3}}, twoNodes)
	if err != nil {
		t.Fatal(err)
	}
	if o := p.Ports[0]; len(p.Ports) != 1 || o.Peer != -1 || o.TxQueues != 1 {
		t.Errorf("%+v", p.Ports)
	}
	if n := p.Pools[0]; n.TxDescs != 0 || n.DataRoom < 9022 || n.Steer != 0 {
		t.Errorf("%+v", n)
	}
}

func TestParse(t *testing.T) {
	for s, want := range map[string]Mode{"": Inline, "inline": Inline, "tap": Tap, "ids": IDS} {
		if m, err := ParseMode(s); err != nil || m != want {
			t.Errorf("%q: %v, %v", s, m, err)
		}
	}
	if _, err := ParseMode("bridge"); err == nil || !strings.Contains(err.Error(), "inline, tap, ids") {
		t.Error(err)
	}
	if s, err := ParseStartup("drop"); err != nil || s != StartupDrop || s.String() != "drop" {
		t.Error(s, err)
	}
	if _, err := ParseStartup("x"); err == nil {
		t.Error("startup x")
	}
	if got := parseCPUList("0-2,8,x,5-4\n"); !reflect.DeepEqual(got, []int{0, 1, 2, 8}) {
		t.Error(got)
	}
}
