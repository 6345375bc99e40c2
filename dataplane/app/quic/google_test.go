package quic

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// message is one of Google's handshake: tags are names of four octets and values, in turn.
func message(name string, tags ...string) []byte {
	b := append([]byte(name), byte(len(tags)/2), 0, 0, 0)
	end, values := 0, ""
	for i := 0; i+1 < len(tags); i += 2 {
		end += len(tags[i+1])
		b = binary.LittleEndian.AppendUint32(append(b, tags[i]...), uint32(end))
		values += tags[i+1]
	}
	return append(b, values...)
}

// googleCryptoFrame is a CRYPTO frame as Google's versions have it.
func googleCryptoFrame(off int, data []byte) []byte {
	b := crypto(off, data)
	b[0] = googleCrypto
	return b
}

var q050Hello = message("CHLO", "PAD\x00", strings.Repeat("-", 60), "SNI\x00", "a.b.org", "UAID", "dev")

// TestQ050 reads a hello of Q050 in pieces of several sizes, behind frames of other
// kinds.
func TestQ050(t *testing.T) {
	for size := 4; size <= len(q050Hello); size += 3 {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		for at := 0; at < len(q050Hello); at += size {
			p := append([]byte{0, 0, 0x40, 3, 0x16, 0x39, 3, 0, googlePing}, googleCryptoFrame(at, q050Hello[at:min(at+size, len(q050Hello))])...)
			send(r, f, input.ToServer, seal(t, q050, testID, 0, p))
		}
		if got := sni(r, f); !slices.Equal(got, []string{"a.b.org"}) {
			t.Fatalf("pieces of %d: names %q", size, got)
		}
		m, _ := r.Log(f, f.Txs[len(f.Txs)-1])
		b, _ := json.Marshal(m["quic"])
		for _, want := range []string{`"string":"50,PAD-SNI-UAID"`, `"ua":"dev"`, `"version":"51303530"`} {
			if !strings.Contains(string(b), want) {
				t.Errorf("no %s in %s", want, b)
			}
		}
		r.Close(i, true)
	}
}

// TestQ050Rejected: a server that rejects is said hello again, and the name of the
// second hello counts as well; a client cannot say it again by itself.
func TestQ050Rejected(t *testing.T) {
	second := message("CHLO", "SNI\x00", "c.d.org")
	rej := message("REJ\x00", "STK\x00", "token")
	for reject, want := range map[bool][]string{true: {"a.b.org", "c.d.org"}, false: {"a.b.org"}} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		send(r, f, input.ToServer, seal(t, q050, testID, 0, googleCryptoFrame(0, q050Hello)))
		if reject {
			send(r, f, input.ToClient, seal(t, q050, testID, 1, googleCryptoFrame(0, rej)))
		}
		send(r, f, input.ToServer, seal(t, q050, testID, 0, googleCryptoFrame(len(q050Hello), second)))
		if got := sni(r, f); !slices.Equal(got, want) {
			t.Errorf("rejected %v: names %q, want %q", reject, got, want)
		}
		r.Close(i, true)
	}
}

// TestGoogleTLS: T050 and T051 have Google's frames and TLS in them.
func TestGoogleTLS(t *testing.T) {
	hello := clientHello(t)
	for _, v := range []version{t050, t051} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		send(r, f, input.ToServer, seal(t, v, testID, 0, googleCryptoFrame(60, hello[60:])), seal(t, v, testID, 0, googleCryptoFrame(0, hello[:60])))
		if got := sni(r, f); !slices.Equal(got, []string{"quic.example.org"}) {
			t.Errorf("%x: names %q", uint32(v), got)
		}
		r.Close(i, true)
	}
}

// TestSealedBounds: what no hello is raises an event, once, and nothing is kept.
func TestSealedBounds(t *testing.T) {
	tooMany := message("CHLO")
	tooMany[4] = maxTags + 1
	huge := message("CHLO", "PAD\x00", "x")
	binary.LittleEndian.PutUint32(huge[12:], 1<<31+5)
	for name, c := range map[string]struct {
		frame []byte
		event uint16
	}{
		"tags":       {googleCryptoFrame(0, tooMany), EventCryptoFragTooLong},
		"length":     {googleCryptoFrame(0, huge), EventCryptoFragTooLong},
		"offset":     {googleCryptoFrame(1<<24, q050Hello), EventCryptoFragTooLong},
		"IETF frame": {crypto(0, q050Hello), EventErrorOnData},
		"stream":     {[]byte{googleStream, 1, 2, 3}, EventErrorOnData},
		"cut off":    {append(make([]byte, 40), googleCrypto, 0x40), EventErrorOnData},
	} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		send(r, f, input.ToServer, seal(t, q050, testID, 0, c.frame))
		if len(f.Txs) != 1 || !f.Txs[0].Event(c.event) || len(sni(r, f)) != 0 {
			t.Errorf("%s: %d transactions, names %q", name, len(f.Txs), sni(r, f))
		}
		r.Close(i, true)
	}
}

// TestQ050Packet opens a packet of a client of 2020, which acknowledges one: what salt
// the version has is not this package's own word.
func TestQ050Packet(t *testing.T) {
	p := unhex(t, q050Packet)
	var h header
	if !h.parse(p) || h.version != q050 {
		t.Fatal("no header of Q050")
	}
	keys, _ := initialKeys(h.version, h.dcid)
	var c cipher
	payload, ok := c.open(&keys[0], p[:h.end], h.at, make([]byte, 2*maxPacket))
	if got := fmt.Sprintf("%x", payload); !ok || got != "40031639030000" {
		t.Errorf("%v %s", ok, got)
	}
}

const q050Packet = "c45130353008df4a089e4eff5e7a000040184413ccae9ef5cebd84163e709aa02a9a37376a01f85b4d8a"
