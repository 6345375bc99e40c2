package wiring

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/protocols"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/defrag"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/stream"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// Role says for what a worker is made.
type Role struct {
	ID      int
	Workers int
	// Inline: verdicts are carried out.
	Inline bool
	// Replay: nothing depends on chance, checksums go by pcap-file's settings.
	Replay bool
	// NoChecksums is -k none.
	NoChecksums bool
}

// Protocols that stats shows for each transport by itself, and those that only
// datagrams carry; the others are streams'.
var (
	bothTransports = [input.NumAppProtos]bool{input.AppFailed: true, input.AppDCERPC: true, input.AppDNS: true, input.AppENIP: true,
		input.AppKRB5: true, input.AppLDAP: true, input.AppLLMNR: true, input.AppNFS: true, input.AppSIP: true}
	datagrams = [input.NumAppProtos]bool{input.AppBitTorrentDHT: true, input.AppDHCP: true, input.AppIKE: true, input.AppMDNS: true,
		input.AppNTP: true, input.AppQUIC: true, input.AppSNMP: true, input.AppTFTP: true}
)

// Counters is the set of counters that every worker and reader shares.
func Counters() *counter.Set {
	apps := make([]string, app.NumRows)
	for id := input.AppFailed; id < input.AppHTTP; id++ {
		name := strings.ReplaceAll(id.String(), "-", "_")
		tcp, udp := app.Row(id, 6), app.Row(id, 17)
		if apps[tcp], apps[udp] = name, ""; bothTransports[id] {
			apps[tcp], apps[udp] = name+"_tcp", name+"_udp"
		} else if datagrams[id] {
			apps[tcp], apps[udp] = "", name
		}
	}
	return counter.NewSet(counter.Tables{DecodeEvents: input.DecodeEventNames[:], StreamEvents: input.StreamEventNames[:], AppProtos: apps})
}

// Worker makes a worker's settings of the configuration. Ports, ring and
// counters are the caller's to add.
func Worker(s *config.Sections, role Role) (worker.Config, error) {
	c := worker.Config{ID: role.ID, Burst: 64}
	var errs []error
	var err error
	if c.Decode, err = decoding(&s.Decoder, &s.Vars); err != nil {
		errs = append(errs, err)
	}
	c.Flow = flows(s, role)
	c.Match = match.DefaultLimits()
	if n := s.Global.PacketAlertMax; n > 0 {
		c.Match.Alerts = min(n, match.MaxAlerts)
	}
	if n := s.Detect.RecursionLimit; n > 0 {
		c.Match.Steps = int(n)
	}
	if c.App, err = apps(s, c.Flow.Flows); err != nil {
		errs = append(errs, err)
	}
	c.App.Files = files(s, role.Workers)
	c.Workers, c.StoreFiles = role.Workers, fileStore(s) != nil
	for _, fill := range [...]func(*config.Sections, *app.Config) error{httpApp, http2App, dnsApp, dnp3App, webSocketApp, enipApp, ikeApp, modbusApp, tlsApp, quicApp, sshApp, smtpApp,
		ftpApp, mqttApp, dhcpApp, ldapApp, smbApp, dcerpcApp, nfsApp, pgsqlApp, pop3App} {
		if err := fill(s, &c.App); err != nil {
			errs = append(errs, err)
		}
	}
	c.Protocols = protocols.All()
	c.Stream = streams(s, role)
	if c.Stream.Depths, err = streamDepths(s); err != nil {
		errs = append(errs, err)
	}
	c.StoreCerts = certStore(s) != nil
	if c.StoreFiles {
		c.Stream.StoreDepth = int(c.App.Files.StoreDepth)
	}
	if c.Stream.Inline {
		inlineFiles(&c.App)
	}
	c.StreamBypass = s.Stream.Bypass
	c.GuessTx, c.GuessLimit = s.Detect.GuessAppLayerTx, s.Detect.StreamTxLogLimit
	c.Defrag = defrags(s, role)
	pol, _, err := s.Policies(role.Inline)
	if err != nil {
		errs = append(errs, err)
	}
	c.Exceptions = Exceptions(pol, false)
	if !role.Replay {
		// A replay waits for nothing and depends on no clock.
		c.Overload = worker.Overload{BudgetNS: uint64(s.Overload.LatencyBudget), HoldUS: s.Overload.Hold.Microseconds()}
	}
	c.CheckSums = s.Stream.ChecksumValidation && !role.NoChecksums
	c.TrustSums = role.Replay && s.PcapFile.ChecksumChecks == config.No
	c.Log = logs(s)
	if c.Anomaly, err = Anomaly(s); err != nil {
		errs = append(errs, err)
	}
	c.AnomalySeed = sketchSeed(role)
	return c, errors.Join(errs...)
}

func decoding(d *config.Decoder, v *config.Vars) (decode.Config, error) {
	c := decode.DefaultConfig()
	if d.MaxLayers > 0 {
		c.MaxLayers = d.MaxLayers
	}
	c.VXLANStrict = d.VXLANReserved != "permissive"
	c.ESP, c.VNTag = d.ESPEnabled, d.VNTagEnabled
	var errs []error
	for _, t := range []struct {
		key, ports string
		on         bool
		to         *decode.UDPTunnel
	}{{"decoder.vxlan.ports", d.VXLANPorts, d.VXLANEnabled, &c.VXLAN}, {"decoder.geneve.ports", d.GenevePorts, d.GeneveEnabled, &c.Geneve},
		{"decoder.teredo.ports", d.TeredoPorts, d.TeredoEnabled, &c.Teredo}} {
		t.to.Enabled = t.on
		if t.ports == "" {
			continue
		}
		ports, any, err := v.PortList(t.key, t.ports)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		t.to.Ports, t.to.AnyPort = ports, any
	}
	return c, errors.Join(errs...)
}

// seed keys a hash: from the system, or fixed for a replay.
func seed(role Role, n uint64) uint64 {
	if role.Replay {
		return 0x5bd1e995<<32 ^ n
	}
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

// perFlow is what a flow costs in the table, for sizing it by flow.memcap.
const perFlow = 160

func flows(s *config.Sections, role Role) flow.Config {
	c := flow.DefaultConfig()
	c.Flows = min(max(int(s.Flow.Memcap)/perFlow/max(role.Workers, 1), 1024), flow.MaxFlows)
	c.EmergencyPercent = 90
	c.Seed = seed(role, 1)
	c.RateOctets, c.RateUS = uint64(s.Flow.RateBytes), s.Flow.RateInterval.Microseconds()
	c.Track = 0
	if s.Global.VLANTracking {
		c.Track |= flow.TrackVLAN
	}
	if s.Decoder.TrackRecursions {
		c.Track |= flow.TrackDepth
	}
	for i, t := range []config.Timeout{flow.ClassDefault: s.Timeouts.Default, flow.ClassTCP: s.Timeouts.TCP,
		flow.ClassUDP: s.Timeouts.UDP, flow.ClassICMP: s.Timeouts.ICMP} {
		c.Timeouts[i] = flow.Timeouts{New: t.New, Established: t.Established, Closed: t.Closed, Bypassed: t.Bypassed,
			EmergencyNew: t.EmergencyNew, EmergencyEstablished: t.EmergencyEstablished,
			EmergencyClosed: t.EmergencyClosed, EmergencyBypassed: t.EmergencyBypassed}
	}
	return c
}

func streams(s *config.Sections, role Role) stream.Config {
	c := stream.DefaultConfig()
	st, re := &s.Stream, &s.Stream.Reassembly
	c.Inline = role.Inline
	switch st.Inline {
	case config.Yes:
		c.Inline = true
	case config.No:
		c.Inline = false
	}
	c.Memcap, c.ReassemblyMemcap = int(st.Memcap)/max(role.Workers, 1), int(re.Memcap)/max(role.Workers, 1)
	c.Depth = int(re.Depth)
	c.Midstream, c.AsyncOneside, c.DropInvalid = st.Midstream, st.AsyncOneside, st.DropInvalid
	c.LiberalTimestamps = st.LiberalTimestamps
	c.MaxSynQueued, c.MaxSynAckQueued = int(st.MaxSynQueued), int(st.MaxSynAckQueued)
	c.ToServerChunk, c.ToClientChunk = int(re.ToServerChunk), int(re.ToClientChunk)
	c.RandomizeChunk = re.RandomizeChunk && !role.Replay
	if re.RandomizeRange > 0 {
		c.RandomizeRange = min(re.RandomizeRange, 99)
	}
	c.Raw, c.CheckOverlap = re.Raw, re.CheckOverlapDifferent
	if re.MaxRegions > 0 {
		c.MaxRegions = int(re.MaxRegions)
	}
	c.UrgentPolicy = urgent(re.UrgentPolicy, stream.UrgentInline)
	c.UrgentLimitPolicy = urgent(re.UrgentOOBLimitPolicy, stream.UrgentDrop)
	c.AnyChecksum = role.NoChecksums || !st.ChecksumValidation
	c.HostOS = hostOS(&s.HostOS)
	c.Seed = seed(role, 2)
	return c
}

// urgent maps stream.reassembly.urgent's words.
func urgent(word string, missing stream.UrgentPolicy) stream.UrgentPolicy {
	switch word {
	case "inline":
		return stream.UrgentInline
	case "oob":
		return stream.UrgentOOB
	case "gap":
		return stream.UrgentGap
	case "drop":
		return stream.UrgentDrop
	}
	return missing
}

func defrags(s *config.Sections, role Role) defrag.Config {
	c := defrag.DefaultConfig()
	d, n := &s.Defrag, max(role.Workers, 1)
	c.Trackers = min(max(int(d.Trackers)/n, 1), 1<<22)
	c.MaxFrags = min(max(int(d.MaxFrags)/n, 2), 1<<22)
	c.Memcap = max(int(d.Memcap)/n, 1<<16)
	if d.Timeout > 0 {
		c.Timeout = time.Duration(d.Timeout) * time.Second
	}
	c.Host = defragHost(&s.HostOS, d)
	c.Seed = seed(role, 3)
	return c
}

// PairExceptions are the policies of a pair of ports that has some of its own,
// nil for one that has none: what a pair does not set is the configuration's.
func PairExceptions(s *config.Sections, p *config.Pair) (*worker.Exceptions, error) {
	if p.Policies == (config.PairPolicies{}) && p.Master == config.PolicyUnset && !p.Shadow {
		return nil, nil
	}
	own := func(pair, global config.Policy) config.Policy {
		if pair != config.PolicyUnset || p.Master != config.PolicyUnset {
			return pair
		}
		return global
	}
	o := &p.Policies
	given := config.Policies{
		FlowMemcap: own(o.FlowMemcap, s.Flow.MemcapPolicy), StreamMemcap: own(o.StreamMemcap, s.Stream.MemcapPolicy),
		ReassemblyMemcap: own(o.ReassemblyMemcap, s.Stream.Reassembly.MemcapPolicy), Midstream: own(o.Midstream, s.Stream.MidstreamPolicy),
		DefragMemcap: own(o.DefragMemcap, s.Defrag.MemcapPolicy), AppLayerError: own(o.AppLayerError, s.AppLayer.ErrorPolicy),
	}
	master := p.Master
	if master == config.PolicyUnset {
		master = s.Global.ExceptionPolicy
	}
	pol, _, err := config.ResolvePolicies(master, given, p.Mode == "" || p.Mode == "inline", s.Stream.Midstream)
	if err != nil {
		return nil, err
	}
	x := Exceptions(pol, p.Shadow)
	return &x, nil
}

// Exceptions maps the policies in force.
func Exceptions(p config.Policies, shadow bool) worker.Exceptions {
	to := map[config.Policy]worker.ExceptionPolicy{
		config.PolicyDropPacket: worker.DropPacket, config.PolicyDropFlow: worker.DropFlow, config.PolicyReject: worker.RejectPacket,
		config.PolicyRejectBoth: worker.RejectBothSides, config.PolicyBypass: worker.BypassFlow,
		config.PolicyPassPacket: worker.PassPacket, config.PolicyPassFlow: worker.PassFlow,
	}
	x := worker.Exceptions{Shadow: shadow}
	for t, policy := range map[counter.ExceptionTarget]config.Policy{
		counter.TargetFlowMemcap: p.FlowMemcap, counter.TargetDefragMemcap: p.DefragMemcap, counter.TargetSessionMemcap: p.StreamMemcap,
		counter.TargetReassembly: p.ReassemblyMemcap, counter.TargetMidstream: p.Midstream, counter.TargetAppError: p.AppLayerError,
	} {
		x.Policy[t] = to[policy]
	}
	return x
}

// appByEveType maps the types of eve-log to protocols.
var appByEveType = map[string][]input.AppProto{"http": {input.AppHTTP1}, "http2": {input.AppHTTP2}, "ftp": {input.AppFTP, input.AppFTPData},
	"bittorrent-dht": {input.AppBitTorrentDHT}, "doh2": {input.AppDoH2}}

// logs is the union of what all outputs want.
func logs(s *config.Sections) worker.Log {
	var l worker.Log
	for i := range s.Outputs.EVE {
		if !s.Outputs.EVE[i].Enabled {
			continue
		}
		l.Metadata = true
		l.Vars = l.Vars || s.Outputs.EVE[i].Metadata
		l.Ether = l.Ether || s.Outputs.EVE[i].Ethernet
		for _, t := range s.Outputs.EVE[i].Types {
			if t.Enabled {
				wanted(&l, &t)
				forwarded(&l.XFF, &s.Outputs.EVE[i].XFF, &t)
			}
		}
	}
	for _, f := range s.Outputs.Fast {
		l.Alert = l.Alert || f.Enabled
	}
	return l
}

func wanted(l *worker.Log, t *config.EveType) {
	switch t.Name {
	case "alert":
		l.Alert = true
		if a := t.Alert; a != nil {
			l.Metadata = l.Metadata || a.AppLayer
			l.AlertFlow = l.AlertFlow || a.Flow
			l.Packet = l.Packet || a.Packet
			l.Verdict = l.Verdict || a.Verdict
			l.PayloadSize = max(l.PayloadSize, int(min(a.PayloadBufferSize, 1<<20)))
			for _, p := range []struct {
				on  bool
				bit event.PayloadParts
			}{{a.Payload, event.PayloadBase64}, {a.PayloadPrintable, event.PayloadPrintable}, {a.PayloadLength, event.PayloadLength}} {
				if p.on {
					l.Payload |= p.bit
				}
			}
		} else {
			l.AlertFlow = true
		}
	case "drop":
		l.Drop = true
		if d := t.Drop; d != nil {
			l.DropAll = l.DropAll || d.Flows == "all"
			l.DropAlerts = l.DropAlerts || d.Alerts
			l.DropVerdict = l.DropVerdict || d.Verdict
		}
	case "flow":
		l.Flow = true
	case "netflow":
		l.Netflow = true
	case "anomaly":
		l.Anomaly = true
		l.PacketHead = l.PacketHead || t.Anomaly != nil && t.Anomaly.PacketHdr
	case "metadata", "vars":
		l.VarEvents, l.Vars = true, true
	case "arp":
		l.ARP = true
	case "files":
		l.Files = true
	case "frame":
		l.Frame = true
	default:
		ids, ok := appByEveType[t.Name]
		if !ok {
			if id, ok := input.AppProtoOf(t.Name); ok {
				ids = []input.AppProto{id}
			}
		}
		for _, id := range ids {
			l.Tx[id] = true
		}
	}
}

// String describes a role in messages.
func (r Role) String() string { return fmt.Sprintf("worker %d of %d", r.ID, r.Workers) }
