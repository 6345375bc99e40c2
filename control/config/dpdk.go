package config

import (
	"errors"
	"fmt"
	"reflect"
	"time"
)

// DPDK says which ports there are and how they are joined to pairs.
type DPDK struct {
	EALParams  map[string]string `conf:"eal-params"`
	Huge       Huge              `conf:"huge"`
	Offload    Offload           `conf:"offload"`
	Ports      []Port            `conf:"ports"`
	Pairs      []Pair            `conf:"pairs"`
	Interfaces []Interface       `conf:"interfaces"`
}

// Huge is the memory that DPDK takes.
type Huge struct {
	Enabled Tri    `conf:"enabled"`
	Memory  Number `conf:"memory"` // octets
	Dir     string `conf:"dir"`
}

// Offload bounds what ports drop by themselves (rte_flow).
type Offload struct {
	MaxFlows int           `conf:"max-flows"`
	Lease    time.Duration `conf:"lease"`
}

// Port is one network port: a card (Device) or a virtual device (VDev).
type Port struct {
	Name          string `conf:"name"`
	Device        string `conf:"device"`
	VDev          string `conf:"vdev"`
	Pair          string `conf:"pair"`
	Side          string `conf:"side"` // inside, outside or empty
	Queues        Number `conf:"queues"`
	RxDescriptors Number `conf:"rx-descriptors"`
	TxDescriptors Number `conf:"tx-descriptors"`
	MempoolSize   Number `conf:"mempool-size"` // packet buffers
	MTU           int    `conf:"mtu"`
	Promiscuous   bool   `conf:"promiscuous"`
}

// Pair joins the two sides of a wire. A passive pair (ids) may have one side.
type Pair struct {
	Name            string       `conf:"name"`
	Inside          string       `conf:"inside"`
	Outside         string       `conf:"outside"`
	Mode            string       `conf:"mode"` // inline, tap or ids
	LinkPropagation bool         `conf:"link-propagation"`
	Startup         string       `conf:"startup"` // pass, drop or empty for the global one
	Shadow          bool         `conf:"shadow"`
	Offload         bool         `conf:"offload"`
	Master          Policy       `conf:"exception-policy"`
	Policies        PairPolicies `conf:"policies"`
}

// PairPolicies are a pair's own exception policies; unset ones take the global.
type PairPolicies struct {
	FlowMemcap       Policy `conf:"flow-memcap"`
	StreamMemcap     Policy `conf:"stream-memcap"`
	ReassemblyMemcap Policy `conf:"reassembly-memcap"`
	Midstream        Policy `conf:"midstream"`
	DefragMemcap     Policy `conf:"defrag-memcap"`
	AppLayerError    Policy `conf:"app-layer-error"`
}

// Interface is a port as Suricata's files write it.
type Interface struct {
	Interface       string `conf:"interface"`
	Threads         Number `conf:"threads"`
	MempoolSize     Number `conf:"mempool-size"`
	RxDescriptors   Number `conf:"rx-descriptors"`
	TxDescriptors   Number `conf:"tx-descriptors"`
	MTU             int    `conf:"mtu"`
	Promisc         bool   `conf:"promisc"`
	Multicast       bool   `conf:"multicast"`
	ChecksumChecks  bool   `conf:"checksum-checks"`
	ChecksumOffload bool   `conf:"checksum-checks-offload"`
	CopyMode        string `conf:"copy-mode"` // none, tap or ips
	CopyIface       string `conf:"copy-iface"`
	RSS             string `conf:"rss-hash-functions"`
	LinkupTimeout   int    `conf:"linkup-timeout"` // seconds
}

// Resolve gives ports and pairs, complete: pairs that only ports name are
// made, and Suricata's interfaces are used where there are no ports (copy-mode
// ips is inline, tap is tap, none is ids).
func (d DPDK) Resolve() ([]Port, []Pair, error) {
	if len(d.Ports) == 0 {
		return d.fromInterfaces()
	}
	var errs []error
	ports := map[string]bool{}
	for i, p := range d.Ports {
		key := fmt.Sprintf("dpdk.ports.%d", i)
		switch {
		case p.Name == "":
			errs = append(errs, &Error{Key: key, Problem: "the port has no name", Remedy: "add name: in0"})
		case ports[p.Name]:
			errs = append(errs, &Error{Key: key + ".name", Problem: "there are two ports called " + quote(p.Name), Remedy: "rename one"})
		}
		ports[p.Name] = true
		if (p.Device == "") == (p.VDev == "") {
			errs = append(errs, &Error{Key: key, Problem: "needs a device or a vdev, one of the two", Remedy: `write device: "0000:3b:00.0", or vdev: "net_tap0,iface=tap0"`})
		}
		if (p.Pair == "") != (p.Side == "") {
			errs = append(errs, &Error{Key: key, Problem: "pair and side belong together", Remedy: "write both, or name the port in dpdk.pairs"})
		}
	}
	pairs := append([]Pair(nil), d.Pairs...)
	for i, p := range d.Ports {
		if p.Pair == "" || p.Side == "" {
			continue
		}
		at := -1
		for j := range pairs {
			if pairs[j].Name == p.Pair {
				at = j
			}
		}
		if at < 0 {
			pairs, at = append(pairs, Pair{Name: p.Pair, Mode: "inline"}), len(pairs)
		}
		side := &pairs[at].Inside
		if p.Side == "outside" {
			side = &pairs[at].Outside
		}
		if *side != "" && *side != p.Name {
			errs = append(errs, &Error{Key: fmt.Sprintf("dpdk.ports.%d.side", i), Problem: fmt.Sprintf("the pair %s has %s on this side", p.Pair, *side), Remedy: "choose another pair or side"})
		}
		*side = p.Name
	}
	return d.Ports, pairs, errors.Join(append(errs, checkPairs(pairs, ports)...)...)
}

func checkPairs(pairs []Pair, ports map[string]bool) []error {
	var errs []error
	user, names := map[string]string{}, map[string]bool{}
	for i, p := range pairs {
		key := fmt.Sprintf("dpdk.pairs.%d", i)
		switch {
		case p.Name == "":
			errs = append(errs, &Error{Key: key, Problem: "the pair has no name", Remedy: "add name: uplink"})
		case names[p.Name]:
			errs = append(errs, &Error{Key: key + ".name", Problem: "there are two pairs called " + quote(p.Name), Remedy: "rename one"})
		}
		names[p.Name] = true
		if p.Inside == "" || p.Outside == "" {
			if p.Mode != "ids" || p.Inside == p.Outside {
				errs = append(errs, &Error{Key: key, Problem: "needs an inside and an outside port", Remedy: "name both; only mode: ids can do with one"})
			}
		} else if p.Inside == p.Outside {
			errs = append(errs, &Error{Key: key, Problem: p.Inside + " is both sides", Remedy: "name two ports"})
		}
		for _, port := range []string{p.Inside, p.Outside} {
			switch {
			case port == "":
			case !ports[port]:
				errs = append(errs, &Error{Key: key, Problem: "there is no port called " + quote(port), Remedy: "add it to dpdk.ports"})
			case user[port] != "" && user[port] != p.Name:
				errs = append(errs, &Error{Key: key, Problem: port + " belongs to the pair " + user[port] + " already", Remedy: "a port has one pair"})
			}
			user[port] = p.Name
		}
	}
	return errs
}

func (d DPDK) fromInterfaces() ([]Port, []Pair, error) {
	var ports []Port
	var pairs []Pair
	known := map[string]bool{}
	done := map[string]bool{}
	for _, f := range d.Interfaces {
		if f.Interface == "default" || f.Interface == "" {
			continue
		}
		known[f.Interface] = true
		p := Port{Name: f.Interface, Device: f.Interface, Queues: f.Threads, RxDescriptors: f.RxDescriptors,
			TxDescriptors: f.TxDescriptors, MempoolSize: f.MempoolSize, MTU: f.MTU, Promiscuous: f.Promisc}
		if isVDev(f.Interface) {
			p.Device, p.VDev = "", f.Interface
		}
		ports = append(ports, p)
	}
	for _, f := range d.Interfaces {
		if !known[f.Interface] || done[f.Interface] {
			continue
		}
		done[f.Interface] = true
		pair := Pair{Name: f.Interface, Inside: f.Interface, Mode: "ids"}
		if f.CopyMode != "none" {
			pair.Outside, pair.Mode = f.CopyIface, map[string]string{"ips": "inline", "tap": "tap"}[f.CopyMode]
			done[f.CopyIface] = true
		}
		pairs = append(pairs, pair)
	}
	return ports, pairs, errors.Join(checkPairs(pairs, known)...)
}

// readInterfaces gives each interface what the one called default says and it
// does not say itself.
func (d *DPDK) readInterfaces(c *Config) error {
	list := c.Node("dpdk.interfaces")
	if list.IsNull() {
		return nil
	}
	var common *Node
	for _, e := range list.Children {
		if name := e.Child("interface"); !name.IsNull() && name.Value == "default" {
			common = e
		}
	}
	if common == nil {
		return nil
	}
	dec := decoder{}
	for i, e := range list.Children {
		merged := &Node{Key: e.Key, Kind: Map, Pos: e.Pos, KeyPos: e.KeyPos}
		for _, child := range append(append([]*Node(nil), common.Children...), e.Children...) {
			merged.add(child)
		}
		dec.section(merged, fmt.Sprintf("dpdk.interfaces.%d", i), reflect.ValueOf(&d.Interfaces[i]).Elem())
	}
	return errors.Join(dec.errs...)
}

func isVDev(name string) bool {
	return len(name) > 4 && name[:4] == "net_"
}

// Validate checks names, sides and pairs.
func (d DPDK) Validate() error {
	_, _, err := d.Resolve()
	return err
}
