package ssh

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func packet(msg byte, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)+6))
	return string(append(b, 4, msg)) + body + "\x00\x00\x00\x00"
}

func kex(lists ...string) string {
	b := make([]byte, 16)
	for _, l := range lists {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(l))), l...)
	}
	return packet(msgKexInit, string(append(b, 0, 0, 0, 0, 0)))
}

var offerAll = kex("k1,k2", "h", "ec", "es", "mc", "ms", "cc", "cs", "", "")

func TestSides(t *testing.T) {
	for name, c := range map[string]struct {
		client, server string
		want           string
		events         uint8
		failed         bool
	}{
		"whole": {"SSH-2.0-Client_1 comment\r\n" + offerAll, "SSH-1.99-Server\n" + offerAll,
			`{"client":{"hassh":{"hash":"c71c0530ce21588cfe92aed910ed9828","string":"k1,k2;ec;mc;cc"},"proto_version":"2.0","software_version":"Client_1"},` +
				`"server":{"hassh":{"hash":"26adf5b493ff1974fbcf727bb52d8808","string":"k1,k2;es;ms;cs"},"proto_version":"1.99","software_version":"Server"}}`, 0, false},
		"CR alone":    {"SSH-2.0-a\rxyz", "", `{"client":{"proto_version":"2.0","software_version":"a"}}`, 0, false},
		"no software": {"SSH-x-\n", "", `{"client":{"proto_version":"x"}}`, 0, false},
		"long": {"SSH-2.0-" + strings.Repeat("a", 500) + "\r\n" + offerAll, "",
			`{"client":{"hassh":{"hash":"c71c0530ce21588cfe92aed910ed9828","string":"k1,k2;ec;mc;cc"},"proto_version":"2.0","software_version":"` + strings.Repeat("a", 248) + `"}}`, 1 << EventLongBanner, false},
		"no version":     {"SSH-2.0\n", "", ``, 1 << EventInvalidBanner, true},
		"packet of one":  {"SSH-2.0-a\n\x00\x00\x00\x01\x00\x00", "", `{"client":{"proto_version":"2.0","software_version":"a"}}`, 1 << EventInvalidRecord, true},
		"endless offer":  {"SSH-2.0-a\n\x00\x01\xff\xff\x04\x14", "", `{"client":{"proto_version":"2.0","software_version":"a"}}`, 1 << EventLongKexRecord, false},
		"broken offer":   {"SSH-2.0-a\n" + packet(msgKexInit, "short"), "", `{"client":{"proto_version":"2.0","software_version":"a"}}`, 0, false},
		"encrypted both": {"SSH-2.0-a\n" + packet(msgNewKeys, "") + "\x00\x00\x00\x00\x00\x00", "SSH-2.0-b\n" + packet(msgNewKeys, ""), `{"client":{"proto_version":"2.0","software_version":"a"},"server":{"proto_version":"2.0","software_version":"b"}}`, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 1<<20, nil, Protocol())
			for cut := 0; cut <= len(c.client); cut++ {
				i := r.Flow(6, 4000, 22)
				f := r.Layer.At(i)
				r.Layer.Data(f, input.ToServer, []byte(c.client[:cut]), 0, false, 0)
				r.Layer.Data(f, input.ToServer, []byte(c.client[cut:]), uint64(cut), false, 0)
				r.Layer.Data(f, input.ToClient, []byte(c.server), 0, false, 0)
				tx := f.Txs[0].(*Tx)
				b, _ := json.Marshal(r.Meta(tx)["ssh"])
				if got := string(b); got != c.want && !(c.want == "" && got == "{}") || tx.events != c.events || f.Failed() != c.failed {
					t.Fatalf("cut at %d: events %b, failed %v\ngot  %s\nwant %s", cut, tx.events, f.Failed(), got, c.want)
				}
				r.Close(i, true)
			}
		})
	}
}

func TestViews(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	i := r.Flow(6, 4000, 22)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte("SSH-2.0-c\r\n"), 0, false, 0)
	tx := f.Txs[0].(*Tx)
	if v := tx.View(buf.SSHHassh, input.ToServer, 0); v.Avail != input.Wait {
		t.Errorf("HASSH before the offer: %v", v.Avail)
	}
	r.Layer.Data(f, input.ToServer, []byte(offerAll), 11, false, 0)
	for id, want := range map[buf.ID]string{buf.SSHProto: "2.0", buf.SSHSoftware: "c", buf.SSHHasshString: "k1,k2;ec;mc;cc"} {
		if got := string(r.Whole(tx.View(id, input.ToServer, 0))); got != want {
			t.Errorf("%v: %q, want %q", id, got, want)
		}
	}
	if v := tx.View(buf.SSHHasshServer, input.ToClient, 0); v.Avail != input.Wait {
		t.Errorf("the server's HASSH: %v", v.Avail)
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	a, b := []byte("SSH-2.0-c\r\n"+offerAll+packet(msgNewKeys, "")), []byte("SSH-2.0-s\r\n"+offerAll+packet(msgNewKeys, ""))
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 22)
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

func TestCaptures(t *testing.T) {
	for pcap, want := range map[string]string{
		"eea833b4f6a362f1.pcap": "2dd6531c7e89d3c925db9214711be76a 6832f1ce43d4397c2c0a3e2f8c94334e",
		"a638ed4f289f5754.pcap": "46c5bd9748882f1a5d75753fb7d47a61",
	} {
		r := apptest.New(t, 8<<20, nil, Protocol())
		b, _ := json.Marshal(r.Replay(apptest.Capture(t, pcap)))
		for _, w := range strings.Fields(want) {
			if !strings.Contains(string(b), w) {
				t.Errorf("%s: no %s in %s", pcap, w, b)
			}
		}
	}
}

func FuzzSides(f *testing.F) {
	f.Add([]byte("SSH-2.0-c\r\n"+offerAll), []byte("SSH-2.0-s\r\n"+packet(msgNewKeys, "")), uint16(0))
	f.Add([]byte("SSH-2.0-"+strings.Repeat("x", 300)), []byte("SSH-a-b\r"), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 22, a, b, int(hold))
	})
}
