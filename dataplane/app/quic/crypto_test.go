package quic

import (
	"bytes"
	"crypto/aes"
	stdcipher "crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

func unhex(tb testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestInitialKeys holds the keys of RFC 9001 appendix A.1 and RFC 9369 appendix
// A.1.
func TestInitialKeys(t *testing.T) {
	for _, c := range []struct {
		v           version
		side        int
		key, iv, hp string
	}{
		{version1, 0, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{version1, 1, "cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e", "c206b8d9b9f0f37644430b490eeaa314"},
		{version2, 0, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"},
		{version2, 1, "82db637861d55e1d011f19ea71d5d2a7", "dd13c276499c0249d3310652", "edf6d05c83121201b436e16877593c3a"},
	} {
		k, ok := initialKeys(c.v, unhex(t, "8394c8f03e515708"))
		if !ok {
			t.Fatalf("%x has no keys", c.v)
		}
		s := k[c.side]
		if hex.EncodeToString(s.key[:]) != c.key || hex.EncodeToString(s.iv[:]) != c.iv || hex.EncodeToString(s.hp[:]) != c.hp {
			t.Errorf("version %x side %d: %x %x %x", uint32(c.v), c.side, s.key, s.iv, s.hp)
		}
	}
	if _, ok := initialKeys(q046, nil); ok {
		t.Error("a version without protection has keys")
	}
}

// TestHKDF compares with the standard library for every length of id.
func TestHKDF(t *testing.T) {
	salt, _ := version1.salt()
	for n := range maxID + 1 {
		id := bytes.Repeat([]byte{byte(n + 1)}, n)
		want, _ := hkdf.Extract(sha256.New, id, []byte(salt))
		if got := hmac([]byte(salt), id); !bytes.Equal(got[:], want) {
			t.Errorf("%d octets: %x, want %x", n, got, want)
		}
	}
}

// TestCiphers compares AES and GCM with the standard library, and changes one bit.
func TestCiphers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	fill := func(b []byte) []byte {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	for n := range 300 {
		var key [16]byte
		var nonce [12]byte
		fill(key[:])
		fill(nonce[:])
		block, _ := aes.NewCipher(key[:])
		var k aesKey
		k.expand(&key)
		var in, got, want [16]byte
		fill(in[:])
		k.encrypt(&got, &in)
		if block.Encrypt(want[:], in[:]); got != want {
			t.Fatalf("AES: %x, want %x", got, want)
		}
		gcm, _ := stdcipher.NewGCM(block)
		plain, ad := fill(make([]byte, n)), fill(make([]byte, (n*7)%50))
		sealed := gcm.Seal(nil, nonce[:], plain, ad)
		out := make([]byte, n)
		var g ghash
		g.init(&k)
		if !g.open(&k, &nonce, out, sealed, ad) || !bytes.Equal(out, plain) {
			t.Fatalf("GCM of %d octets, %d associated", n, len(ad))
		}
		sealed[int(r.Uint32())%len(sealed)] ^= 1 << (n & 7)
		g.init(&k)
		if g.open(&k, &nonce, out, sealed, ad) {
			t.Fatalf("GCM took %d octets with a wrong bit", n)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	p := seal(b, version1, testID, 0, bytes.Repeat([]byte{0}, 1150))
	keys, _ := initialKeys(version1, testID)
	var c cipher
	var h header
	h.parse(p)
	room := make([]byte, 2*maxPacket)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := c.open(&keys[0], p, h.at, room); !ok {
			b.Fatal("refused")
		}
	}
}
