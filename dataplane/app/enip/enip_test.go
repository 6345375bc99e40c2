package enip

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func le16(v int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }

// msg is a message of a command in session 7.
func msg(command int, body string) string {
	return le16(command) + le16(len(body)) + "\x07\x00\x00\x00" + strings.Repeat("\x00", 16) + body
}

func item(typ int, data string) string { return le16(typ) + le16(len(data)) + data }

// sends is a message that carries one of CIP over a connection, with a number, and
// unconnected is one without.
func sends(seq int, cip string) string {
	return msg(cmdSendUnitData, "\x00\x00\x00\x00\x00\x00\x02\x00"+item(0xa1, "\x01\x02\x03\x04")+item(itemConnectedData, le16(seq)+cip))
}

func unconnected(cip string) string {
	return msg(cmdSendRRData, "\x00\x00\x00\x00\x0a\x00\x02\x00"+item(0, "")+item(itemUnconnectedData, cip))
}

// multiple are services in one packet.
func multiple(head string, services ...string) string {
	offsets, body := "", ""
	for _, s := range services {
		offsets += le16(2 + 2*len(services) + len(body))
		body += s
	}
	return head + le16(len(services)) + offsets + body
}

const (
	getAttribute = "\x0e\x03\x20\x01\x24\x01\x30\x07"                                         // class 1, instance 1, attribute 7
	wide         = "\x10\x08\x21\x00\x00\x01\x26\x00\x01\x00\x02\x00\x31\x00\x05\x00\x24\x01" // class 256, instance 131073, attribute 5, instance 1
	getList      = "\x03\x02\x20\x8b\x24\x01\x02\x00\x06\x00\x09\x00"
	setList      = "\x04\x02\x20\x8b\x24\x01\x02\x00\x06\x00\xff\xff"
	router       = "\x0a\x02\x20\x02\x24\x01"
	reply        = "\x8e\x00\x00\x00data"
	refusal      = "\xd4\x00\x01\x01\x07\x01"
)

var device = msg(cmdListIdentity, "\x01\x00"+item(itemIdentity, "\x01\x00"+strings.Repeat("\x02", 16)+
	"\x01\x00\x0c\x00\x3a\x00\x04\x03\x30\x00\x78\x56\x34\x12\x04ENBT\x03"))

var canDo = msg(cmdListServices, "\x01\x00"+item(itemServices, "\x01\x00\x20\x01Communications\x00\x00"))

func rig(t testing.TB, o *Options) *apptest.Rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppENIP] = o
	}
	return apptest.New(t, 2<<20, opts, Protocol())
}

// say is what a transaction says: its events, the services as rules see them, and its
// record.
func say(r *apptest.Rig, f *app.Flow, t *Tx) string {
	var out []string
	for id := range numEvents {
		if t.Event(id) {
			out = append(out, eventNames[id])
		}
	}
	for d := input.ToServer; d <= input.ToClient; d++ {
		for i := 0; ; i++ {
			v, a := t.Num(buf.FieldENIPCIPPart, d, i)
			if a != input.Done {
				break
			}
			out = append(out, fmt.Sprintf("%c%d", " scia=x"[v>>32], uint32(v)))
		}
	}
	if m, ok := r.Log(f, t); ok {
		b, _ := json.Marshal(m["enip"])
		out = append(out, string(b))
	}
	return strings.Join(out, " ")
}

var talks = []struct {
	name, in, out string
	want          []string
}{
	{"session", strings.Replace(msg(cmdRegisterSession, "\x01\x00\x00\x00"), "\x07", "\x00", 1), msg(cmdRegisterSession, "\x01\x00\x02\x00"),
		[]string{`{"request":{"command":"register_session","register_session":{"options":0,"protocol_version":1},"status":"success"},` +
			`"response":{"command":"register_session","register_session":{"options":2,"protocol_version":1},"status":"success"}}`}},
	{"identity", msg(cmdListIdentity, ""), device, []string{`{"request":{"command":"list_identity","status":"success"},"response":{"command":"list_identity",` +
		`"identity":{"device_type":"Communications Adapter","product_code":58,"product_name":"ENBT","protocol_version":1,"revision":"4.3","serial":305419896,` +
		`"state":3,"status":48,"vendor_id":"Rockwell Automation/Allen-Bradley"},"status":"success"}}`}},
	{"services", msg(cmdListServices, ""), canDo, []string{`{"request":{"command":"list_services","status":"success"},"response":{"command":"list_services",` +
		`"list_services":{"capabilities":288,"protocol_version":1,"service_name":"Communications\u0000\u0000"},"status":"success"}}`}},
	{"get attribute", unconnected(getAttribute), unconnected(reply), []string{`s14 c1 i1 a7 s14 =0 {"request":{"cip":{"class_name":"Identity",` +
		`"path":[{"segment_type":"class","value":1},{"segment_type":"instance","value":1},{"segment_type":"attribute","value":7}],` +
		`"service":"Get Attributes Single"},"command":"send_rr_data","status":"success"},` +
		`"response":{"cip":{"service":"Get Attributes Single","status":"Success"},"command":"send_rr_data","status":"success"}}`}},
	{"wide segments, refused", unconnected(wide), unconnected("\x90\x00\x01\x01\x07\x01"), []string{`s16 c256 i131073 a5 i1 s16 =1 x263 {"request":{"cip":` +
		`{"class_name":"unknown-256","path":[{"segment_type":"class","value":256},{"segment_type":"instance","value":131073},` +
		`{"segment_type":"attribute","value":5},{"segment_type":"instance","value":1}],"service":"Set Attributes Single"},"command":"send_rr_data","status":"success"},` +
		`"response":{"cip":{"service":"Set Attributes Single","status":"Connection Failure","status_extended":"0701",` +
		`"status_extended_meaning":"Target connection not found"},"command":"send_rr_data","status":"success"}}`}},
	{"several in one packet", sends(5, multiple(router, getList, getAttribute)), sends(5, multiple("\x8a\x00\x1e\x00", reply, "\x8e\x00\x05\x00")),
		[]string{`s10 c2 i1 s3 c139 i1 a6 a9 s14 c1 i1 a7 s10 =30 s14 =0 s14 =5 {"request":{"cip":{"class_name":"Message Router",` +
			`"multiple":[{"class_name":"unknown-139","path":[{"segment_type":"class","value":139},{"segment_type":"instance","value":1}],"service":"Get Attribute List"},` +
			`{"class_name":"Identity","path":[{"segment_type":"class","value":1},{"segment_type":"instance","value":1},{"segment_type":"attribute","value":7}],` +
			`"service":"Get Attributes Single"}],"path":[{"segment_type":"class","value":2},{"segment_type":"instance","value":1}],` +
			`"service":"Multiple Service Packet"},"command":"send_unit_data","status":"success"},` +
			`"response":{"cip":{"multiple":[{"service":"Get Attributes Single","status":"Success"},{"service":"Get Attributes Single","status":"Path Destination Unknown"}],` +
			`"service":"Multiple Service Packet","status":"Embedded Service Error"},"command":"send_unit_data","status":"success"}}`}},
	{"answers by number", sends(5, "\x4c\x00") + sends(6, setList), sends(6, "\x84\x00\x00\x00"), []string{
		`s76 {"request":{"cip":{"service":"Read Data"},"command":"send_unit_data","status":"success"}}`,
		`s4 c139 i1 a6 s4 =0 {"request":{"cip":{"class_name":"unknown-139","path":[{"segment_type":"class","value":139},{"segment_type":"instance","value":1}],` +
			`"service":"Set Attribute List"},"command":"send_unit_data","status":"success"},` +
			`"response":{"cip":{"service":"Set Attribute List","status":"Success"},"command":"send_unit_data","status":"success"}}`}},
	{"no answer to it", msg(cmdNOP, "xy"), device[:4] + "\x08" + device[5:], []string{`{"request":{"command":"nop","status":"success"}}`,
		`{"response":{"command":"list_identity","identity":{"device_type":"Communications Adapter","product_code":58,"product_name":"ENBT","protocol_version":1,` +
			`"revision":"4.3","serial":305419896,"state":3,"status":48,"vendor_id":"Rockwell Automation/Allen-Bradley"},"status":"success"}}`}},
	{"broken path", unconnected("\x4c\x02\x91\x01ab"), unconnected("\xcc\x00"), []string{
		`invalid_pdu {"request":{"command":"send_rr_data","status":"success"},"response":{"command":"send_rr_data","status":"success"}}`}},
	{"offset behind the packet", unconnected(router + "\x01\x00\xff\x00"), "", []string{`invalid_pdu {"request":{"command":"send_rr_data","status":"success"}}`}},
	{"cut item", msg(cmdSendRRData, "\x00\x00\x00\x00\x0a\x00\x02\x00"+item(0, "")), "", []string{
		`invalid_pdu {"request":{"command":"send_rr_data","status":"success"}}`}},
	{"unknown numbers", "\x63\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 8) + "\x05\x00\x00\x00" + msg(0x1234, ""), "", []string{
		`{"request":{"command":"list_identity","options":5,"status":"success"}}`, `{"request":{"command":"unknown-4660","status":"success"}}`}},
}

// Messages are the same at every cut.
func TestMessages(t *testing.T) {
	r := rig(t, nil)
	for _, c := range talks {
		for cut := range max(len(c.in), len(c.out)) + 1 {
			i := r.Flow(6, 40000, port)
			f := r.Layer.At(i)
			for d, b := range []string{c.in, c.out} {
				at := min(cut, len(b))
				r.Layer.Data(f, input.Dir(d+1), []byte(b[:at]), 0, false, 0)
				r.Layer.Data(f, input.Dir(d+1), []byte(b[at:]), uint64(at), true, 0)
			}
			var got []string
			for _, tx := range f.Txs {
				got = append(got, say(r, f, tx.(*Tx)))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Fatalf("%s, cut %d:\n got %s\nwant %s", c.name, cut, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			r.Close(i, true)
		}
	}
}

// Rules see what a device says of itself.
func TestDevice(t *testing.T) {
	r := rig(t, nil)
	for _, c := range []struct {
		in, out string
		want    map[buf.FieldID]uint64
		id      buf.ID
		name    string
	}{
		{msg(cmdListIdentity, ""), device, map[buf.FieldID]uint64{buf.FieldENIPVendorID: 1, buf.FieldENIPDeviceType: 12, buf.FieldENIPProductCode: 58,
			buf.FieldENIPRevision: 0x403, buf.FieldENIPIdentityStatus: 48, buf.FieldENIPSerial: 0x12345678, buf.FieldENIPState: 3,
			buf.FieldENIPProtocolVersion: 1, buf.FieldENIPCommand: 0x63, buf.FieldENIPStatus: 0}, buf.ENIPProductName, "ENBT"},
		{msg(cmdListServices, ""), canDo, map[buf.FieldID]uint64{buf.FieldENIPCapabilities: 288, buf.FieldENIPProtocolVersion: 1}, buf.ENIPServiceName,
			"Communications\x00\x00"},
		{msg(cmdRegisterSession, "\x01\x00\x00\x00"), msg(cmdRegisterSession, "\x02\x00\x00\x00"),
			map[buf.FieldID]uint64{buf.FieldENIPProtocolVersion: 2}, buf.ENIPServiceName, ""},
	} {
		i := r.Flow(17, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, []byte(c.in), 0)
		tx := f.Txs[0].(*Tx)
		if v := tx.View(c.id, input.ToClient, 0); v.Avail != input.Wait {
			t.Errorf("%v before the answer", v.Avail)
		}
		r.Layer.Datagram(f, input.ToClient, []byte(c.out), 0)
		for id, want := range c.want {
			if got, a := tx.Num(id, input.ToClient, 0); got != want || a != input.Done {
				t.Errorf("%s: %d, %v", buf.Field(id).Name, got, a)
			}
		}
		if v := tx.View(c.id, input.ToClient, 0); string(r.Whole(v)) != c.name {
			t.Errorf("name %q", v.Data)
		}
		r.Close(i, true)
	}
}

// A datagram that is no message is told of, and the next one is read.
func TestBadDatagram(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 40000, port)
	f := r.Layer.At(i)
	for _, b := range []string{msg(cmdListIdentity, ""), "short", device[:30], msg(cmdListIdentity, "")} {
		r.Layer.Datagram(f, input.ToServer, []byte(b), 0)
	}
	if len(f.Txs) != 4 || !f.Txs[1].Event(evInvalidPDU) || !f.Txs[2].Event(evInvalidPDU) || f.Txs[3].Event(evInvalidPDU) || f.Failed() {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

// What grows with what a peer sends has an end, and an event.
func TestBounds(t *testing.T) {
	r := rig(t, &Options{Open: 4, Transactions: 100})
	many := make([]string, maxServices+1)
	for i := range many {
		many[i] = "\x4c\x00"
	}
	overlap := router + le16(maxServices) + strings.Repeat(le16(2+2*maxServices), maxServices) + "\x4c\xff" + strings.Repeat("\x24\x01", 255)
	for _, c := range []struct{ name, in, want string }{
		{"services", unconnected(multiple(router, many...)), "invalid_pdu"},
		{"services that overlap", unconnected(overlap), "invalid_pdu"},
		{"requests without an answer", strings.Repeat(msg(cmdListIdentity, ""), 5), "too_many_transactions"},
	} {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(msg(cmdListIdentity, "")), 0, false, 0)
		r.Drop(f)
		r.Layer.Data(f, input.ToServer, []byte(c.in), headLen, false, 0)
		raised := ""
		for _, tx := range f.Txs {
			for id := range numEvents {
				if tx.Event(id) {
					raised += eventNames[id]
				}
			}
		}
		if raised != c.want {
			t.Errorf("%s: %q, want %s", c.name, raised, c.want)
		}
		r.Close(i, true)
	}
}

// After a flood the message that had no room comes again.
func TestFlood(t *testing.T) {
	r := rig(t, &Options{Open: 2, Transactions: 100})
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	in := msg(cmdListIdentity, "") + msg(cmdNOP, "") + unconnected(getAttribute)
	r.Layer.Data(f, input.ToServer, []byte(in), 0, false, 0)
	r.Drop(f)
	r.Layer.Data(f, input.ToServer, []byte(msg(cmdListServices, "")), uint64(len(in)), false, 0)
	if len(f.Txs) != 2 || f.Txs[0].(*Tx).side[0].command != cmdSendRRData {
		t.Errorf("%d transactions", len(f.Txs))
	}
	r.Close(i, true)
}

// Without memory or transactions nothing is made of what comes, and all comes back.
func TestExhausted(t *testing.T) {
	r := rig(t, &Options{Open: 8, Transactions: 1})
	in := []byte(unconnected(getAttribute) + unconnected(getList))
	for range 2 {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, in, 0, true, 0)
		if len(f.Txs) != 1 {
			t.Errorf("%d transactions, want 1", len(f.Txs))
		}
		r.Close(i, true)
	}
	mem := r.Layer.Env().Mem
	var held [][]byte
	for s := mem.Get(64); s != nil; s = mem.Get(64) {
		held = append(held, s)
	}
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, in, 0, true, 0)
	for _, tx := range f.Txs {
		if _, ok := r.Log(f, tx); ok {
			t.Error("a record without memory for its message")
		}
	}
	r.Layer.Close(i, func(app.Tx) {})
	r.Layer.Flush()
	for _, s := range held {
		mem.Put(s)
	}
	if mem.Used() != 0 {
		t.Errorf("%d octets not given back", mem.Used())
	}
}

// Behind a gap the next message is found where a segment begins with one.
func TestGap(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	in := msg(cmdListIdentity, "")
	r.Layer.Data(f, input.ToServer, []byte(in+in[:10]), 0, false, 0)
	r.Layer.Gap(f, input.ToServer, 100)
	at := uint64(len(in) + 110)
	r.Layer.Data(f, input.ToServer, []byte("the middle of something that is no message"), at, false, 0)
	r.Layer.Data(f, input.ToServer, []byte(in), at+42, false, 0)
	if len(f.Txs) != 2 {
		t.Errorf("%d transactions, want 2", len(f.Txs))
	}
	r.Close(i, true)
}

func TestFrames(t *testing.T) {
	r := rig(t, nil)
	r.Layer.Env().Frames = app.FrameOn
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	in := sends(5, multiple(router, getList, "\x4c\x02\x20\x6b\x24\x01rest"))
	r.Layer.Data(f, input.ToServer, []byte(in), 0, false, 0)
	var got []string
	for _, fr := range f.Frames() {
		got = append(got, fmt.Sprintf("%s %d", input.FrameName(input.AppENIP, fr.Type), fr.Size))
	}
	want := "hdr 24|data 56|pdu 80|enip.item 8|enip.item 40|cip 34|cip 12|cip 6"
	if strings.Join(got, "|") != want {
		t.Errorf("%s", strings.Join(got, "|"))
	}
	r.Close(i, true)
}

func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		b    string
		want app.Verdict
	}{
		"short":                  {device[:headLen-1], app.More},
		"identity":               {device, app.Yes},
		"unknown command":        {msg(1, ""), app.No},
		"unknown status":         {device[:8] + "\x09" + device[9:], app.No},
		"nop with options":       {msg(cmdNOP, "")[:20] + "\x01\x00\x00\x00", app.No},
		"session of wrong size":  {msg(cmdRegisterSession, "12345"), app.No},
		"end of a session":       {msg(cmdUnregisterSession, ""), app.Yes},
		"end of the wrong size":  {msg(cmdUnregisterSession, "1"), app.No},
		"interfaces":             {msg(cmdListInterfaces, "\x01\x00xx"), app.Yes},
		"interfaces without any": {msg(cmdListInterfaces, ""), app.No},
	} {
		if got := probe(input.ToServer, []byte(c.b)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Registers are sorted, and rules know the same names.
func TestNames(t *testing.T) {
	for k, list := range []names{commandNames, statusNames, segmentNames, serviceNames, cipStatusNames, extendedNames, classNames, deviceNames, vendorNames} {
		for i := 1; i < len(list); i++ {
			if list[i].number <= list[i-1].number {
				t.Errorf("list %d: %d behind %d", k, list[i].number, list[i-1].number)
			}
		}
	}
	for id, list := range map[buf.FieldID]names{buf.FieldENIPCommand: commandNames, buf.FieldENIPStatus: statusNames} {
		enum := buf.Field(id).Enum
		for _, n := range list {
			if v, ok := enum[n.text]; !ok || v != uint64(n.number) {
				t.Errorf("%s is not %d in rules", n.text, n.number)
			}
		}
		if len(enum) != len(list) {
			t.Errorf("%d names in rules, %d here", len(enum), len(list))
		}
	}
}

func TestOptions(t *testing.T) {
	o := DefaultOptions()
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	bad := Options{Open: app.MaxTxs + 1}
	if err := bad.Validate(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v, want two mistakes", err)
	}
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	in, out := []byte(sends(5, multiple(router, getList, getAttribute))), []byte(sends(5, multiple("\x8a\x00\x1e\x00", reply, refusal)))
	play := func() {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, in[:30], 0, false, 0)
		r.Layer.Data(f, input.ToServer, in[30:], 30, false, 0)
		r.Layer.Data(f, input.ToClient, out, 0, false, 0)
		for _, tx := range f.Txs {
			for i := range 4 {
				tx.Num(buf.FieldENIPCIPClass, input.ToServer, i)
				tx.Num(buf.FieldENIPCIPStatus, input.ToClient, i)
			}
		}
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(50, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessages(f *testing.F) {
	for _, c := range talks {
		f.Add([]byte(c.in), []byte(c.out), 0)
		f.Add([]byte(c.out), []byte(c.in), 1)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		r := rig(t, nil)
		defer r.Layer.Env().Mem.Close()
		r.Layer.Env().Frames = app.FrameOn
		apptest.Exchange(t, r, port, a, b, hold)
	})
}

// FuzzServices goes past the encapsulation.
func FuzzServices(f *testing.F) {
	for _, s := range []string{getAttribute, wide, getList, setList, multiple(router, getList, wide), multiple("\x8a\x00\x1e\x00", reply, refusal)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := string(b[:min(len(b), 60000)])
		r := rig(t, nil)
		defer r.Layer.Env().Mem.Close()
		r.Layer.Env().Frames = app.FrameOn
		apptest.Exchange(t, r, port, []byte(unconnected(s)), []byte(sends(1, s)), 0)
	})
}
