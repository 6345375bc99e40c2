// Package event is what leaves the data plane: length-framed records in a
// shared ring, one writer (a worker) and one reader (control).
//
// It stands at the end of a packet's way: the worker copies alerts, drops,
// flows and transactions into the ring and never waits; control reads, checks
// every length and turns records into EVE JSON (event/eve).
//
// Contract: a record is a Head and a body. The body is a tree whose members stand
// in the event as they are, at its top level, in the order written; the encoder
// knows none of their names, so a new protocol needs no code in control.
//
// From the head the encoder makes, for every kind: timestamp, flow_id, parent_id,
// in_iface, pcap_cnt, event_type, vlan, src_ip, src_port, dest_ip, dest_port,
// proto, ip_v, icmp_type, icmp_code, pkt_src, community_id, tenant_id, tx_id, and
// a weir object (worker, pair, from, would_drop, truncated). Then, by kind:
//
//   - KindAlert: alert{…} from the rule that RuleIndex and Generation name; a body
//     that begins with a member alert{…} has it merged (context, xff). app_proto*, direction from
//     the head, verdict{…} last. The worker writes metadata (flowbits), tunnel
//     (WriteTunnel), application objects, files, flow (WriteFlowSummary), payload,
//     payload_printable, stream (WritePayload), packet (WritePacket).
//   - KindDrop: alert{…} when HasRule; direction, verdict. Worker: drop (WriteDrop).
//   - KindFlow: app_proto*. Worker: flow (WriteFlow), tcp (WriteTCP).
//   - KindNetflow: app_proto*. Worker: netflow (WriteNetflow), tcp.
//   - KindAnomaly: app_proto stands in the worker's anomaly (WriteAnomaly).
//   - KindTx: the worker names it first (Writer.EventType), then writes its object.
//   - KindFileInfo: app_proto. Worker: application object, fileinfo.
//   - KindPacket: worker: packet (WritePacket). KindFrame: app_proto; worker: frame.
//   - KindCerts: the worker writes all (WriteCerts); control keeps it.
//   - KindARP, KindFinding, KindBlock, KindLog, KindBypass, KindException, KindMetadata: the worker writes all.
//   - KindFileData never becomes an event; its body is for the file store.
//   - KindState never becomes an event: part, last, data of what the detectors
//     of a worker learned, for the state file.
//
// A member weir{…} of the body is merged with the encoder's. Outputs leave out
// the members metadata and ether, and of alerts payload*, stream, packet, flow,
// files and all application objects, where their options say so: the worker
// writes the union of what all outputs want.
//
// Ownership: a record's octets belong to the ring between Begin and Commit and
// to the reader until it releases them. Nothing in a record points anywhere.
//
// Concurrency: one writer and one reader a ring, on different threads or in
// different processes; cursors are atomics on cache lines of their own.
//
// Limits: containers nest at most MaxDepth deep. The ring is fixed; a record that does not fit is counted as lost. A
// record is at most MaxRecord octets; its variable parts are cut before, with
// the Truncated flag.
package event
