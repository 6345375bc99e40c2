package auth

import (
	"encoding/binary"
	"testing"
)

// der is an element.
func der(tag byte, parts ...string) string {
	var in string
	for _, p := range parts {
		in += p
	}
	switch n := len(in); {
	case n < 128:
		return string([]byte{tag, byte(n)}) + in
	case n < 256:
		return string([]byte{tag, 0x81, byte(n)}) + in
	default:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + in
	}
}

// ticket is an initial token for a service (RFC 4178, 4121, 4120).
func ticket(mech, realm string, names ...string) string {
	var list string
	for _, n := range names {
		list += der(tagString, n)
	}
	t := der(tagTicket, der(0x30, der(0xa0, "\x02\x01\x05"), der(0xa1, der(tagString, realm)), der(0xa2, der(0x30, der(0xa0, "\x02\x01\x02"), der(0xa1, der(0x30, list))))))
	ap := der(tagAPReq, der(0x30, der(0xa0, "\x02\x01\x05"), der(0xa1, "\x02\x01\x0e"), der(0xa2, "\x03\x05\x00\x00\x00\x00\x00"), der(0xa3, t)))
	token := der(tagApp0, der(tagOID, mech), apReq, ap)
	return der(tagApp0, der(tagOID, oidSPNEGO), der(0xa0, der(0x30, der(0xa0, der(0x30, der(tagOID, mech))), der(0xa2, der(4, token)))))
}

func TestTicket(t *testing.T) {
	for _, mech := range []string{oidKerberos, oidMSKrb} {
		k, ok := ReadTicket([]byte(ticket(mech, "EXAMPLE.ORG", "cifs", "host")))
		if !ok || string(k.Realm) != "EXAMPLE.ORG" || string(k.Name(0)) != "cifs" || string(k.Name(1)) != "host" || k.Name(2) != nil {
			t.Errorf("%v %q %q %q", ok, k.Realm, k.Name(0), k.Name(1))
		}
	}
	if _, ok := ReadTicket([]byte(ticket("\x2b\x06", "R", "n"))); ok {
		t.Error("a ticket of a mechanism that is not Kerberos")
	}
	whole := ticket(oidKerberos, "R", "n")
	for n := range whole[:len(whole)-40] { // cut before the name
		if k, ok := ReadTicket([]byte(whole[:n])); ok && string(k.Realm) != "R" && len(k.Realm) > 0 {
			t.Errorf("cut at %d: %q", n, k.Realm)
		}
	}
}

// ntlm is an AUTHENTICATE_MESSAGE whose texts lie in the order given.
func ntlm(flags uint32, texts [3]string, order [3]int) string {
	head := []byte("NTLMSSP\x00\x03\x00\x00\x00")
	head = append(head, make([]byte, 60)...)
	off := 72
	var data string
	for _, i := range order {
		f := head[12+8*(2+i):]
		binary.LittleEndian.PutUint16(f, uint16(len(texts[i])))
		binary.LittleEndian.PutUint32(f[4:], uint32(off))
		off += len(texts[i])
		data += texts[i]
	}
	binary.LittleEndian.PutUint32(head[60:], flags)
	copy(head[64:], "\x0a\x00\x39\x38\x00\x00\x00\x0f")
	return string(head) + data
}

func TestNTLM(t *testing.T) {
	texts := [3]string{"D", "user", "HOST"}
	n, ok, bad := ReadNTLM([]byte("\xa1\x82" + ntlm(flagVersion, texts, [3]int{0, 1, 2})))
	if !ok || bad || string(n.Domain) != "D" || string(n.User) != "user" || string(n.Host) != "HOST" || n.Unusual || !n.HasVersion || n.Version[0] != 10 || n.Build() != 14393 {
		t.Errorf("%v %v %+v", ok, bad, n)
	}
	if n, ok, _ := ReadNTLM([]byte(ntlm(0, texts, [3]int{2, 1, 0}))); !ok || !n.Unusual || n.HasVersion {
		t.Errorf("%v %+v", ok, n)
	}
	whole := ntlm(flagVersion, texts, [3]int{0, 1, 2})
	if _, ok, bad := ReadNTLM([]byte(whole[:70])); ok || !bad {
		t.Error("a message that is cut is taken")
	}
	if _, ok, bad := ReadNTLM([]byte("NTLMSSP\x00\x01\x00\x00\x00")); ok || bad {
		t.Error("a message of another type is taken")
	}
}

func FuzzBlob(f *testing.F) {
	f.Add([]byte(ticket(oidKerberos, "R", "a", "b")))
	f.Add([]byte(ntlm(flagVersion, [3]string{"a", "b", "c"}, [3]int{0, 1, 2})))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(make([]byte, 0, len(b)), b...)
		if k, ok := ReadTicket(b); ok {
			for i := range maxItems + 1 {
				k.Name(i)
			}
		}
		n, ok, bad := ReadNTLM(b)
		if ok && (bad || len(n.Domain) > len(b)) {
			t.Error("good and bad")
		}
	})
}

func TestNoAllocations(t *testing.T) {
	k, n := []byte(ticket(oidKerberos, "R", "a", "b")), []byte(ntlm(flagVersion, [3]string{"a", "b", "c"}, [3]int{0, 1, 2}))
	if x := testing.AllocsPerRun(20, func() { ReadTicket(k); ReadNTLM(n) }); x != 0 {
		t.Errorf("%v allocations", x)
	}
}
