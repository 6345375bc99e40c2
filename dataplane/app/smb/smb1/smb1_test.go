package smb1

import (
	"encoding/binary"
	"strings"
	"testing"
)

// message is a message with one block.
func message(cmd uint8, flags2 uint16, words, data string) []byte {
	b := make([]byte, HeaderLen)
	copy(b, Magic)
	b[4] = cmd
	binary.LittleEndian.PutUint16(b[10:], flags2)
	binary.LittleEndian.PutUint16(b[24:], 5)
	binary.LittleEndian.PutUint16(b[28:], 7)
	binary.LittleEndian.PutUint16(b[30:], 9)
	b = append(b, byte(len(words)/2))
	b = append(b, words...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

func u16(v int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }

func z(n int) string { return strings.Repeat("\x00", n) }

func TestHeader(t *testing.T) {
	h, ok := ReadHeader(message(Close, 0xc000, "", ""))
	if !ok || h.Command != Close || h.Tree != 5 || h.User != 7 || h.ID != 9 || h.DOS() || !h.Unicode() || h.Response() {
		t.Errorf("%v %+v", ok, h)
	}
	if _, ok := ReadHeader([]byte(Magic)); ok {
		t.Error("half a header")
	}
}

// Where the data of a write are: where the message says, if that is possible.
func TestWrite(t *testing.T) {
	words := func(low, off int) string {
		return "\xff\x00" + z(2) + u16(3) + z(12) + z(2) + u16(low) + u16(off) + z(4)
	}
	for _, x := range []struct {
		name      string
		off, want int
		data      string
	}{
		{"in place", 63, 63, "abc"}, {"behind padding", 64, 64, "\x00abc"}, {"nowhere", 0, 64, "\x00abc"}, {"in the header", 3, 63, "abc"},
	} {
		b := message(WriteAndX, 0, words(3, x.off), x.data)
		k, ok := ReadBlock(b, HeaderLen)
		d, good := ReadWrite(WriteAndX, &k)
		if !ok || !good || d.At != x.want || d.Length != 3 || d.FID != 3 {
			t.Errorf("%s: %v %v %+v", x.name, ok, good, d)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, x := range []struct {
		data    string
		off     int
		unicode bool
		want    string
		ok      bool
	}{
		{"abc\x00d", 0, false, "abc", true}, {"abc", 0, false, "abc", false}, {"a\x00b\x00\x00\x00", 2, true, "a\x00b\x00", true},
		{"\x00a\x00\x00\x00", 1, true, "a\x00", true}, {"", 1, true, "", false},
	} {
		got, _, ok := Text([]byte(x.data), x.off, x.unicode)
		if string(got) != x.want || ok != x.ok {
			t.Errorf("%q: %q %v", x.data, got, ok)
		}
	}
}

// What TRANSACTION2 says of files.
func TestTrans(t *testing.T) {
	const at = HeaderLen + 1 + 30 + 2
	req := func(sub int, params, data string) []byte {
		w := z(18) + u16(len(params)) + u16(at) + u16(len(data)) + u16(at+len(params)) + "\x01\x00" + u16(sub)
		return message(Trans2, 0x8000, w, params+data)
	}
	for _, x := range []struct {
		name      string
		b         []byte
		known, ok bool
		want      string
	}{
		{"a path is deleted", req(SetPathInfo, u16(LevelDisposition)+z(4)+"a\x00\x00\x00", "\x01\x00\x00\x00"), true, true, "a\x00"},
		{"a file is named", req(SetFileInfo, u16(3)+u16(LevelRename)+z(2), z(8)+"\x02\x00\x00\x00b\x00"), true, true, "b\x00"},
		{"a name too long", req(SetFileInfo, u16(3)+u16(LevelRename)+z(2), z(8)+"\x03\x00\x00\x00b\x00"), false, false, ""},
		{"another level", req(SetFileInfo, u16(3)+u16(1004)+z(2), z(40)), false, true, ""},
	} {
		h, _ := ReadHeader(x.b)
		k, _ := ReadBlock(x.b, HeaderLen)
		r, ok := ReadTransRequest(x.b, &k)
		if !ok {
			t.Fatalf("%s: no request", x.name)
		}
		s, known, ok := ReadSetInfo(&h, &r)
		if known != x.known || ok != x.ok || ok && string(s.Old)+string(s.New) != x.want {
			t.Errorf("%s: %v %v %q %q", x.name, known, ok, s.Old, s.New)
		}
	}
	if _, ok := ReadTransRequest(req(8, "", "")[:40], &Block{Words: []byte(z(27))}); ok {
		t.Error("too few words")
	}
}

func FuzzMessages(f *testing.F) {
	f.Add(message(WriteAndX, 0x8000, "\xff\x00"+z(26), "abc"))
	f.Add(message(Trans2, 0x8000, z(30), z(40)))
	f.Add(message(SessionSetupAndX, 0, z(24), "a\x00b\x00"))
	f.Add(message(NTCreateAndX, 0x8000, z(48), "a\x00"))
	f.Add(message(Negotiate, 0, "", "\x02a\x00\x02b\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(make([]byte, 0, len(b)), b...)
		h, ok := ReadHeader(b)
		if !ok {
			return
		}
		at := HeaderLen
		for range 16 {
			k, ok := ReadBlock(b, at)
			if !ok {
				return
			}
			ReadNegotiateResponse(&k)
			Dialects(&k, func([]byte) {})
			ReadSessionSetupRequest(&h, &k)
			ReadSessionSetupResponse(&h, &k)
			ReadTreeConnectRequest(&h, &k)
			ReadTreeConnectResponse(&k)
			ReadCreateRequest(&h, &k)
			ReadCreateResponse(&k)
			ReadReadRequest(&k)
			ReadReadResponse(&k)
			for _, c := range []uint8{Write, WriteAndX, WriteAndClose} {
				ReadWrite(c, &k)
			}
			ReadCloseRequest(&k)
			ReadRename(&h, &k)
			ReadTransResponse(b, &k)
			if r, ok := ReadTransRequest(b, &k); ok {
				r.Pipe()
				ReadSetInfo(&h, &r)
			}
			if _, at, ok = k.Next(); !ok {
				return
			}
		}
	})
}
