package rdp

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

func tpkt(b string) string { return fmt.Sprintf("\x03\x00%s%s", be16(4+len(b)), b) }
func be16(n int) string    { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func le16(n int) string    { return string(binary.LittleEndian.AppendUint16(nil, uint16(n))) }
func le32(n int) string    { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

func x224(code byte, rest string) string {
	return tpkt(string([]byte{byte(6 + len(rest)), code, 0, 0, 0, 7, 0}) + rest)
}

func wide(s string, n int) string {
	out := ""
	for _, u := range utf16.Encode([]rune(s)) {
		out += le16(int(u))
	}
	return out + strings.Repeat("\x00", n-len(out))
}

func core(version, color, layout, build int, rest string) string {
	b := le32(version) + le16(1152) + le16(864) + le16(color) + le16(0xaa03) + le32(layout) + le32(build) + wide("WS-é𝄞", 32) +
		le32(4) + le32(0) + le32(12) + wide("", 64) + rest
	return le16(0xc001) + le16(4+len(b)) + b
}

func net(names ...string) string {
	b := le32(len(names))
	for _, n := range names {
		b += n + strings.Repeat("\x00", 12-len(n))
	}
	return le16(0xc003) + le16(4+len(b)) + b
}

func mcs(blocks string) string {
	n := string([]byte{0x80 | byte(len(blocks)>>8), byte(len(blocks))})
	return tpkt("\x02\xf0\x80\x7f\x65\x82\x01\x94" + "head of it" + "Duca" + n + blocks)
}

// record is one of TLS, hello and chain are handshake messages.
func record(typ byte, b string) string { return string([]byte{typ, 3, 3}) + be16(len(b)) + b }

func hand(typ byte, b string) string {
	return string([]byte{typ, 0, byte(len(b) >> 8), byte(len(b))}) + b
}

func cert(serial string) string {
	tbs := "\xa0\x03\x02\x01\x02\x02" + string([]byte{byte(len(serial))}) + serial + "\x30\x00"
	return "\x30" + string([]byte{byte(len(tbs) + 2)}) + "\x30" + string([]byte{byte(len(tbs))}) + tbs
}

func chain(certs ...string) string {
	all := ""
	for _, c := range certs {
		all += "\x00" + be16(len(c)) + c
	}
	return hand(11, "\x00"+be16(len(all))+all)
}

// talk plays turns, the server's begin with `<`, each in pieces of n octets, and
// returns the events and how it ended.
func talk(r *apptest.Rig, n int, turns ...string) (out []string, end string) {
	i := r.Flow(6, 4000, 3389)
	f := r.Layer.At(i)
	var off [2]uint64
	for _, s := range turns {
		d := input.ToServer
		if strings.HasPrefix(s, "<") {
			d, s = input.ToClient, s[1:]
		}
		for len(s) > 0 {
			k := min(n, len(s))
			r.Layer.Data(f, d, []byte(s[:k]), off[d-1], false, 0)
			off[d-1] += uint64(k)
			s = s[k:]
			for _, tx := range f.Txs {
				if m, ok := r.Log(f, tx); ok {
					b, _ := json.Marshal(m["rdp"])
					out = append(out, string(b))
				}
			}
			r.Drop(f)
		}
	}
	switch {
	case f.Failed():
		end = "failed"
	case f.Bypassed():
		end = "bypassed"
	}
	r.Close(i, true)
	return out, end
}

func TestBeginnings(t *testing.T) {
	all := le16(0xca01) + le16(1) + le32(9) + le16(24) + le16(7) + le16(1) + wide("55274-OEM", 64) + "\x06\x00" + le32(1) +
		le32(310) + le32(174) + le16(90) + le32(150) + le32(140)
	client := func(rest string) string {
		return `{"client":{"build":"Windows 10 RS5","client_name":"WS-é𝄞",` + rest
	}
	const tail = `"desktop_height":864,"desktop_width":1152,"function_keys":12,"keyboard_layout":"de-CH","keyboard_type":"enhanced"`
	for name, c := range map[string]struct {
		turns []string
		want  []string
		end   string
	}{
		"cookie and negotiation": {[]string{x224(0xe0, "Cookie: mstshash=A70067\r\n\x01\x09\x08\x00\x03\x00\x00\x00"), "<" + x224(0xd0, "\x02\x1f\x08\x00\x02\x00\x00\x00")},
			[]string{`{"cookie":"A70067","event_type":"initial_request","flags":["restricted_admin_mode_required","correlation_info_present"],"tx_id":1}`,
				`{"event_type":"initial_response","protocol":"hybrid","server_supports":["extended_client_data","dynvc_gfx","restricted_admin","redirected_authentication"],"tx_id":2}`}, ""},
		"token of a balancer": {[]string{x224(0xe1, "Cookie: msts=3640205228.15629.0000\r\n")}, []string{`{"event_type":"initial_request","tx_id":1}`}, ""},
		"refused":             {[]string{x224(0xe0, ""), "<" + x224(0xd0, "\x03\x00\x08\x00\x05\x00\x00\x00")}, []string{`{"event_type":"initial_request","tx_id":1}`, `{"error_code":5,"event_type":"initial_response","reason":"hybrid required by server","tx_id":2}`}, ""},
		"unknown answers":     {[]string{"<" + x224(0xd0, "\x03\x00\x08\x00\x07\x00\x00\x00"), "<" + x224(0xd0, "\x02\x00\x08\x00\x03\x00\x00\x00")}, []string{`{"event_type":"initial_response","tx_id":1}`, `{"event_type":"initial_response","tx_id":2}`}, ""},
		"the wrong way":       {[]string{x224(0xd0, ""), "<" + x224(0xe0, "")}, nil, ""},
		"class 2":             {[]string{tpkt("\x06\xe0\x00\x00\x00\x07\x20")}, nil, ""},
		"standard security": {[]string{x224(0xe0, ""), mcs(core(0x80004, 0xca01, 0x807, 17763, all) + le16(0xc002) + le16(4) + net("rdpdr", "cliprdr")), "<" + tpkt("\x02\xf0\x80\x7f\x66"), "<rest"},
			[]string{`{"event_type":"initial_request","tx_id":1}`,
				`{"channels":["rdpdr","cliprdr"],` + client(`"color_depth":24,"connection_hint":"lan",`)[1:] + `"capabilities":["support_errinfo_pdf"]}`,
				`{"event_type":"connect_response","tx_id":3}`}, "bypassed"},
		"old client":      {[]string{mcs(core(0x80001, 0xca00, 0x807, 17763, ""))}, []string{client(`"color_depth":4,`) + tail + `,"version":"v4"},"event_type":"connect_request","tx_id":1}`}, ""},
		"unknown client":  {[]string{mcs(core(0x90001, 0xca02, 0xffff, 1, ""))}, []string{strings.NewReplacer("Windows 10 RS5", "unknown", "de-CH", "unknown").Replace(client("")+tail) + `,"version":"unknown"},"event_type":"connect_request","tx_id":1}`}, ""},
		"core cut short":  {[]string{mcs(le16(0xc001) + le16(104) + strings.Repeat("x", 100))}, []string{`{"event_type":"connect_request","tx_id":1}`}, ""},
		"no key":          {[]string{tpkt("\x02\xf0\x80\x7f\x65 Duc")}, nil, ""},
		"key at the end":  {[]string{tpkt("\x02\xf0\x80\x7f\x65 Duca")}, nil, ""},
		"length too long": {[]string{tpkt("\x02\xf0\x80\x7f\x65 Duca\xbf\xff")}, nil, ""},
		"certificates": {[]string{x224(0xe0, ""), record(22, hand(1, "hello")), "<" + record(22, hand(2, "hello")+chain(cert("\x00\xd6\xed\x2a"), cert("\x05"))), record(20, "\x01")},
			[]string{`{"event_type":"initial_request","tx_id":1}`, `{"event_type":"tls_handshake","tx_id":2,"x509_serials":["d6ed2a","5"]}`}, "bypassed"},
		"certificates over two records": {[]string{x224(0xe0, ""), record(22, hand(1, "hello")), "<" + record(22, hand(2, "hello")+chain(cert("\x01"))[:9]) + record(22, chain(cert("\x01"))[9:])},
			[]string{`{"event_type":"initial_request","tx_id":1}`, `{"event_type":"tls_handshake","tx_id":2,"x509_serials":["1"]}`}, "bypassed"},
		"TLS 1.3":     {[]string{x224(0xe0, ""), record(22, hand(1, "hello")), "<" + record(22, hand(2, "hello")) + record(20, "\x01") + record(23, "secret")}, []string{`{"event_type":"initial_request","tx_id":1}`}, "bypassed"},
		"neither":     {[]string{x224(0xe0, ""), "GET / HTTP/1.0"}, []string{`{"event_type":"initial_request","tx_id":1}`}, "failed"},
		"broken TPKT": {[]string{x224(0xe0, ""), "\x03\x00\x00\x03"}, []string{`{"event_type":"initial_request","tx_id":1}`}, "failed"},
		"no record":   {[]string{x224(0xe0, ""), record(22, "x"), "\x16\x03\x03\xff\xff"}, []string{`{"event_type":"initial_request","tx_id":1}`}, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 1<<20, nil, Protocol())
			for _, n := range []int{1 << 20, 1, 2, 7} {
				got, end := talk(r, n, c.turns...)
				if name == "standard security" && len(got) == 3 {
					whole(t, got[1])
					got[1] = c.want[1] // its keys are asked for one by one
				}
				if fmt.Sprint(got) != fmt.Sprint(c.want) || end != c.end {
					t.Fatalf("in pieces of %d: %s\ngot  %s\nwant %s", n, end, got, c.want)
				}
			}
		})
	}
}

// whole asks for every field of a client that tells all.
func whole(t *testing.T, got string) {
	t.Helper()
	var m struct {
		Client   map[string]any
		Channels []string
	}
	if err := json.Unmarshal([]byte(got), &m); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"version": "v5", "desktop_width": 1152, "desktop_height": 864, "color_depth": 24, "keyboard_layout": "de-CH",
		"build": "Windows 10 RS5", "client_name": "WS-é𝄞", "keyboard_type": "enhanced", "function_keys": 12, "product_id": 1, "serial_number": 9,
		"capabilities": []string{"support_errinfo_pdf"}, "id": "55274-OEM", "connection_hint": "lan", "physical_width": 310, "physical_height": 174,
		"desktop_orientation": 90, "scale_factor": 150, "device_scale_factor": 140}
	if fmt.Sprint(m.Client) != fmt.Sprint(want) || fmt.Sprint(m.Channels) != "[rdpdr cliprdr]" {
		t.Errorf("client %v, channels %v\nwant   %v", m.Client, m.Channels, want)
	}
}

// TestOptionalFields: each needs the one before.
func TestOptionalFields(t *testing.T) {
	for rest, want := range map[string]string{
		le16(0xcaff) + le16(7): "color_depth=8",
		le16(0) + le16(7):      "color_depth=8 product_id=7",
		le16(0xca02) + le16(7) + le32(0) + le16(5) + le16(1): "color_depth=15 product_id=7",
	} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		got, _ := talk(r, 1<<20, mcs(core(0x80004, 0xca01, 0x409, 2600, rest)))
		var m struct{ Client map[string]any }
		if err := json.Unmarshal([]byte(got[0]), &m); err != nil {
			t.Fatal(err)
		}
		has := ""
		for _, k := range []string{"color_depth", "product_id", "serial_number", "capabilities"} {
			if v, ok := m.Client[k]; ok {
				has += fmt.Sprintf("%s=%v ", k, v)
			}
		}
		if strings.TrimSpace(has) != want {
			t.Errorf("% x: %s, want %s", rest, has, want)
		}
	}
}

func TestLocales(t *testing.T) {
	for id, want := range map[uint32]string{0x409: "en-US", 0x9: "en", 0x7c04: "zh-Hant", 0x40c: "fr-FR", 0x280c: "fr-SN", 0x493: "quc-CO",
		0x1000: "", 0xffff: "", 0xf0409: "", 0x7b: "", 0x1c0c: "", 0x48d: "plt-MG", 0x8d: ""} {
		if got := locale(id); got != want {
			t.Errorf("%#x: %q, want %q", id, got, want)
		}
	}
}

func TestCapture(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	var got []string
	for _, m := range r.Replay(apptest.Capture(t, "5f165227fd095b93.pcap")) {
		got = append(got, m["rdp"].(map[string]any)["event_type"].(string))
	}
	if fmt.Sprint(got) != "[initial_request initial_response connect_request connect_response]" {
		t.Error(got)
	}
}

func TestNoRoom(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	i := r.Flow(6, 4000, 3389)
	f := r.Layer.At(i)
	one := x224(0xe0, "Cookie: mstshash=x\r\n")
	r.Layer.Data(f, input.ToServer, []byte(strings.Repeat(one, 2*app.MaxTxs)), 0, false, 0)
	if len(f.Txs) != app.MaxTxs || f.Failed() {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
	_, end := talk(r, 1<<20, x224(0xe0, ""), "<"+record(22, hand(2, "")+"\x01\x01\x00\x00")+strings.Repeat(record(22, strings.Repeat("x", 1<<14)), 5))
	if end != "bypassed" {
		t.Error("a handshake message without end:", end)
	}
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	a := []byte(x224(0xe0, "Cookie: mstshash=x\r\n") + mcs(core(0x80004, 0xca01, 0x409, 2600, "")+net("rdpdr")) + record(22, hand(1, "hello")))
	b := []byte(x224(0xd0, "") + record(22, hand(2, "hello")+chain(cert("\x01"))))
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 3389)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzBeginning(f *testing.F) {
	f.Add([]byte(x224(0xe0, "Cookie: mstshash=x\r\n")+mcs(core(0x80004, 0xca01, 0x409, 2600, "")+net("rdpdr"))), []byte(x224(0xd0, "")+tpkt("\x02\xf0\x80\x7f\x66")), uint16(0))
	f.Add([]byte(x224(0xe0, "")+record(22, hand(1, "hello"))), []byte(x224(0xd0, "")+record(22, hand(2, "hello")+chain(cert("\x01"), cert("\x02")))), uint16(1000))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 3389, a, b, int(hold))
	})
}
