package quic

import "crypto/sha256"

// sideKeys are the keys of one side's Initial packets.
type sideKeys struct {
	key, hp [16]byte
	iv      [12]byte
}

// hmac is HMAC-SHA256 (RFC 2104) of a message of at most 64 octets under a key of
// at most 64.
func hmac(key, msg []byte) [sha256.Size]byte {
	const block = sha256.BlockSize
	var in [2 * block]byte
	var out [block + sha256.Size]byte
	copy(in[:], key[:min(len(key), block)])
	copy(out[:], in[:block])
	for i := range block {
		in[i] ^= 0x36
		out[i] ^= 0x5c
	}
	n := copy(in[block:], msg)
	sum := sha256.Sum256(in[:block+n])
	copy(out[block:], sum[:])
	return sha256.Sum256(out[:])
}

// expandLabel is HKDF-Expand-Label (RFC 8446 section 7.1) for at most 32 octets.
func expandLabel(out []byte, secret *[sha256.Size]byte, label string) {
	const prefix = "tls13 "
	var info [64]byte
	info[1] = byte(len(out))
	info[2] = byte(len(prefix) + len(label))
	n := 3 + copy(info[3:], prefix)
	n += copy(info[n:], label)
	n++ // the context, empty
	info[n] = 1
	sum := hmac(secret[:], info[:n+1])
	copy(out, sum[:])
}

// initialKeys are the keys of Initial packets, client's and server's, that follow
// from the client's first destination connection id (RFC 9001 section 5.2, RFC
// 9369 section 3.3).
func initialKeys(v version, dcid []byte) (k [2]sideKeys, ok bool) {
	salt, ok := v.salt()
	if !ok {
		return k, false
	}
	secret := hmac([]byte(salt), dcid)
	for i, label := range [...]string{"client in", "server in"} {
		var side [sha256.Size]byte
		expandLabel(side[:], &secret, label)
		key, iv, hp := "quic key", "quic iv", "quic hp"
		if v == version2 {
			key, iv, hp = "quicv2 key", "quicv2 iv", "quicv2 hp"
		}
		expandLabel(k[i].key[:], &side, key)
		expandLabel(k[i].iv[:], &side, iv)
		expandLabel(k[i].hp[:], &side, hp)
	}
	return k, true
}

// cipher is the expanded form of a side's keys, made anew for each packet.
type cipher struct {
	key, hp aesKey
	hash    ghash
}

// open takes the protection off a packet (RFC 9001 sections 5.3 and 5.4): whole
// begins with its header, whose packet number stands at pn, and ends with its
// tag. It deciphers the payload into room.
func (c *cipher) open(k *sideKeys, whole []byte, pn int, room []byte) (payload []byte, ok bool) {
	const sample = 4
	if pn < 1 || len(whole) < pn+sample+blockLen || len(whole) > len(room) {
		return nil, false
	}
	c.hp.expand(&k.hp)
	var mask [blockLen]byte
	c.hp.encrypt(&mask, (*[blockLen]byte)(whole[pn+sample:]))
	first := whole[0] ^ mask[0]&0x0f
	n := int(first&3) + 1
	// The header without its protection is the associated data.
	header := room[len(room)-pn-n:]
	if pn+n+len(whole) > len(room) {
		return nil, false
	}
	copy(header, whole[:pn+n])
	header[0] = first
	nonce := k.iv
	for i := range n {
		header[pn+i] ^= mask[1+i]
		nonce[12-n+i] ^= header[pn+i]
	}
	c.key.expand(&k.key)
	c.hash.init(&c.key)
	sealed := whole[pn+n:]
	if len(sealed) < tagLen {
		return nil, false
	}
	payload = room[:len(sealed)-tagLen]
	return payload, c.hash.open(&c.key, &nonce, payload, sealed, header)
}
