package match

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/weir-ips/weir/cgo/lua"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// luaPacket runs a script on a packet: X is the script.
func (e *Engine) luaPacket(op *Op, it *item) bool {
	r := &e.b.Scripts[op.X]
	if r.Needs&NeedStream != 0 {
		for s := range it.streams.N {
			if e.runScript(op, it.pkt, nil, e.streams[it.streams.Off+s].data, "stream") {
				return !op.Neg
			}
		}
		return op.Neg
	}
	if r.Needs&NeedSome != 0 && len(it.pkt.Payload()) == 0 {
		return false
	}
	return e.runScript(op, it.pkt, nil, nil, "") != op.Neg
}

// luaTx runs a script on a transaction, whenever it has grown.
func (e *Engine) luaTx(ref *txRef, op *Op, d input.Dir) outcome {
	if e.runScript(op, e.insp.pkt, ref, nil, "") != op.Neg {
		return yes
	}
	if ref.done(d) {
		return no
	}
	return pending
}

// lua runs a script on the buffer of a list.
func (x *inspector) lua(op *Op) bool {
	return x.e.runScript(op, x.pkt, x.tx, x.data, "buffer") != op.Neg
}

// runScript calls a script and carries out what it changes. A script that fails
// does not match; it is counted.
func (e *Engine) runScript(op *Op, p *input.Packet, ref *txRef, data []byte, key string) bool {
	if e.scripts == nil || op.X >= uint64(len(e.scripts.machines)) {
		return false
	}
	r, m := &e.b.Scripts[op.X], &e.scripts.machines[op.X]
	s := m.state
	s.OpenTable()
	if key != "" {
		s.SetBytes(key, data)
	}
	e.packetFacts(s, r, p)
	e.ruleFacts(s, op)
	if ref != nil {
		e.txFacts(s, r, ref)
	}
	if p.Flow != nil {
		e.flowFacts(s, r, p.Flow)
	}
	for _, v := range e.b.ScriptVars[r.Vars.Off : r.Vars.Off+r.Vars.N] {
		e.variableFact(s, &v, p.Flow)
	}
	s.CloseTable()
	e.Stats.Scripts++
	v, res := s.Call(m.call, e.scripts.out)
	if res != lua.OK {
		e.scriptFailed(res)
		return false
	}
	if v.Kind != lua.String {
		return v.Kind == lua.Int && v.Int == 1
	}
	out := e.scripts.out[:min(v.Len, len(e.scripts.out))]
	if len(out) == 0 {
		return false
	}
	e.scriptChanges(r, out[1:], p.Flow)
	return out[0] == '1'
}

// scriptFailed counts a call that gave no result.
func (e *Engine) scriptFailed(r lua.Result) {
	switch r {
	case lua.InstructionLimit:
		e.Stats.ScriptSteps++
	case lua.MemoryLimit:
		e.Stats.ScriptMemory++
	default:
		e.Stats.ScriptFailed++
	}
}

// packetFacts are those of the packet.
func (e *Engine) packetFacts(s *lua.State, r *ScriptRec, p *input.Packet) {
	if r.Needs&NeedPayload != 0 {
		s.SetBytes("payload", p.Payload())
	}
	if r.Needs&NeedPacket != 0 {
		s.SetBytes("packet", p.Frame)
	}
	s.SetInt("ts_sec", p.TimeUS/1_000_000)
	s.SetInt("ts_usec", p.TimeUS%1_000_000)
	if p.Num > 0 {
		s.SetInt("pcap_cnt", int64(p.Num))
	}
	if p.IPVersion == 0 {
		return
	}
	s.SetInt("ip_v", int64(p.IPVersion))
	s.SetInt("proto", int64(p.Proto))
	if p.HasPorts {
		s.SetInt("sp", int64(p.SrcPort))
		s.SetInt("dp", int64(p.DstPort))
	} else if isICMP(p) {
		s.SetInt("itype", int64(p.ICMPType))
		s.SetInt("icode", int64(p.ICMPCode))
	}
	e.addressFact(s, "src_ip", &p.Src, p.IPVersion)
	e.addressFact(s, "dst_ip", &p.Dst, p.IPVersion)
	src, dst, sp, dp := &p.Src, &p.Dst, p.SrcPort, p.DstPort
	if p.Dir == input.ToClient {
		src, dst, sp, dp = dst, src, dp, sp
	}
	e.addressFact(s, "flow_src", src, p.IPVersion)
	e.addressFact(s, "flow_dst", dst, p.IPVersion)
	s.SetInt("flow_sp", int64(sp))
	s.SetInt("flow_dp", int64(dp))
}

func (e *Engine) addressFact(s *lua.State, key string, a *[16]byte, version uint8) {
	var text [64]byte
	ip := netip.AddrFrom16(*a)
	if version == 4 {
		ip = netip.AddrFrom4([4]byte(a[:4]))
	}
	s.SetBytes(key, ip.AppendTo(text[:0]))
}

// ruleFacts are those of the rule: D is its sid, B its gid, C its revision.
func (e *Engine) ruleFacts(s *lua.State, op *Op) {
	s.SetInt("rule_sid", int64(uint32(op.D)))
	s.SetInt("rule_gid", int64(uint32(op.B)))
	s.SetInt("rule_rev", int64(uint32(op.C)))
	s.SetBytes("rule_msg", e.b.Blob[op.Off:op.Off+op.Len])
}

func (e *Engine) flowFacts(s *lua.State, r *ScriptRec, f *input.Flow) {
	if r.Needs&NeedFlow == 0 {
		return
	}
	s.SetInt("flow_id", int64(f.ID))
	for _, x := range [...]struct {
		key string
		app input.AppProto
	}{{"app", f.AppProto}, {"app_ts", f.AppProtoTS}, {"app_tc", f.AppProtoTC}, {"app_orig", f.AppProtoOrig}} {
		s.SetBytes(x.key, bytesOf(x.app.String()))
	}
	s.SetInt("pkts_ts", int64(f.PktsTS))
	s.SetInt("pkts_tc", int64(f.PktsTC))
	s.SetInt("bytes_ts", int64(f.BytesTS))
	s.SetInt("bytes_tc", int64(f.BytesTC))
	s.SetInt("start_sec", f.StartUS/1_000_000)
	s.SetInt("start_usec", f.StartUS%1_000_000)
	s.SetInt("last_sec", f.LastUS/1_000_000)
	s.SetInt("last_usec", f.LastUS%1_000_000)
}

// txFacts are the buffers of a transaction, as far as they are there.
func (e *Engine) txFacts(s *lua.State, r *ScriptRec, ref *txRef) {
	for _, f := range e.b.ScriptFacts[r.Facts.Off : r.Facts.Off+r.Facts.N] {
		if f.Num != 0 {
			if n, a := ref.tx.Num(buf.FieldID(f.Buf), input.Dir(f.Dir), 0); a == input.Done || a == input.More {
				s.SetInt(e.b.Text(f.Name), int64(n))
			}
			continue
		}
		v := ref.tx.View(buf.ID(f.Buf), input.Dir(f.Dir), 0)
		if v.Avail == input.Done || v.Avail == input.More {
			s.SetBytes(e.b.Text(f.Name), v.Data)
		}
	}
}

// variableFact is a variable under its kind and name.
func (e *Engine) variableFact(s *lua.State, v *ScriptVar, f *input.Flow) {
	key := e.b.Text(v.Name)
	switch v.Kind {
	case 'b':
		s.SetInt(key, int64(e.insp.vars[v.ID%maxVars]))
	case 'v':
		if f != nil {
			if d := e.state.FlowVar(f, v.ID); d != nil {
				s.SetBytes(key, d)
			}
		}
	case 'i':
		if f != nil {
			if n, ok := e.state.FlowInt(f, v.ID); ok {
				s.SetInt(key, int64(n))
			}
		}
	}
}

// scriptChanges carries out what a script set: kind, name (with its length in one
// octet), value (in two).
func (e *Engine) scriptChanges(r *ScriptRec, d []byte, f *input.Flow) {
	for f != nil && len(d) >= 2 {
		kind := d[0]
		n := int(d[1])
		if len(d) < 2+n+2 {
			return
		}
		name := d[2 : 2+n]
		size := int(binary.LittleEndian.Uint16(d[2+n:]))
		d = d[2+n+2:]
		if len(d) < size {
			return
		}
		value := d[:size]
		d = d[size:]
		for _, v := range e.b.ScriptVars[r.Vars.Off : r.Vars.Off+r.Vars.N] {
			if v.Kind != uint32(kind) || e.b.Text(v.Name)[1:] != string(name) {
				continue
			}
			if kind == 'v' {
				e.state.SetFlowVar(f, v.ID, value)
			} else if n, err := strconv.ParseUint(stringOf(value), 10, 32); err == nil {
				e.state.SetFlowInt(f, v.ID, uint32(n))
			}
		}
	}
}

// luaXform runs a script on a buffer and takes what it makes of it.
func (e *Engine) luaXform(op *Op, data []byte) ([]byte, bool) {
	if e.scripts == nil || op.X >= uint64(len(e.scripts.machines)) {
		return data, true
	}
	m := &e.scripts.machines[op.X]
	m.state.AddBytes(data)
	e.Stats.Scripts++
	v, res := m.state.Call(m.call, e.scripts.out)
	if res != lua.OK {
		e.scriptFailed(res)
		return data, true
	}
	if v.Kind != lua.String {
		return data, true
	}
	made := e.scripts.out[:min(v.Len, len(e.scripts.out))]
	out := e.arena.Get(len(made))
	if out == nil {
		return nil, false
	}
	copy(out, made)
	return out, true
}
