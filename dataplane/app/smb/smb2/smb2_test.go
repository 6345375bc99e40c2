package smb2

import (
	"encoding/binary"
	"testing"
)

// header is a header with a command.
func header(cmd uint16, flags, next uint32) []byte {
	b := make([]byte, HeaderLen)
	copy(b, Magic)
	binary.LittleEndian.PutUint16(b[4:], HeaderLen)
	binary.LittleEndian.PutUint16(b[12:], cmd)
	binary.LittleEndian.PutUint32(b[16:], flags)
	binary.LittleEndian.PutUint32(b[20:], next)
	binary.LittleEndian.PutUint64(b[24:], 7)
	binary.LittleEndian.PutUint32(b[36:], 5)
	binary.LittleEndian.PutUint64(b[40:], 9)
	return b
}

func TestHeader(t *testing.T) {
	h, ok := ReadHeader(header(Write, 0, 0))
	if !ok || h.Command != Write || h.Message != 7 || h.Tree != 5 || h.Session != 9 || h.Response() {
		t.Errorf("%v %+v", ok, h)
	}
	if h, ok := ReadHeader(header(Read, flagResponse|flagAsync, 0)); !ok || h.Tree != 0 || !h.Response() {
		t.Errorf("%v %+v: an asynchronous answer has no tree", ok, h)
	}
	if _, ok := ReadHeader(header(Read, 0, 8)); ok {
		t.Error("the next message lies within this header")
	}
	if _, ok := ReadHeader(header(Read, 0, 0)[:HeaderLen-1]); ok {
		t.Error("half a header")
	}
}

// Lengths that lie are refused.
func TestLengths(t *testing.T) {
	set := func(b []byte, at int, v uint32, size int) []byte {
		b = append([]byte(nil), b...)
		if size == 2 {
			binary.LittleEndian.PutUint16(b[HeaderLen+at:], uint16(v))
		} else {
			binary.LittleEndian.PutUint32(b[HeaderLen+at:], v)
		}
		return b
	}
	create := append(header(Create, 0, 0), make([]byte, 60)...)
	ioctl := append(header(Ioctl, 0, 0), make([]byte, 60)...)
	info := append(append(header(SetInfo, 0, 0), make([]byte, 32)...), make([]byte, 24)...)
	info[HeaderLen+2], info[HeaderLen+3] = InfoFile, LevelRename
	info = set(set(info, 4, 24, 4), 8, HeaderLen+32, 2)
	for _, x := range []struct {
		name string
		ok   bool
		want bool
	}{
		{"a name behind the end", second(ReadCreateRequest(set(set(create, 44, 120, 2), 46, 5, 2))), false},
		{"a name at the end", second(ReadCreateRequest(set(set(create, 44, 120, 2), 46, 4, 2))), true},
		{"a name in the header", second(ReadCreateRequest(set(set(create, 44, 10, 2), 46, 4, 2))), false},
		{"no name", second(ReadCreateRequest(create)), true},
		{"data of 4 GiB", second(ReadIoctl(set(set(ioctl, 24, 120, 4), 28, 0xffffffff, 4), false)), false},
		{"data that wrap", second(ReadIoctl(set(set(ioctl, 24, 0xfffffff0, 4), 28, 0x20, 4), false)), false},
		{"a new name", second(ReadSetInfo(set(info, 48, 4, 4))), true},
		{"a new name too long", second(ReadSetInfo(set(info, 48, 5, 4))), false},
	} {
		if x.ok != x.want {
			t.Errorf("%s: %v", x.name, x.ok)
		}
	}
}

func second[T any](_ T, ok bool) bool { return ok }

func TestNames(t *testing.T) {
	if CommandName(Echo) != "SMB2_COMMAND_KEEPALIVE" || CommandName(NumCommands) != "" || DialectName(0x0302) != "3.02" || DialectName(1) != "" ||
		IoctlName(IoctlPipeTransceive) != "FSCTL_PIPE_TRANSCEIVE" || IoctlName(1) != "" {
		t.Error("names")
	}
}

func FuzzMessages(f *testing.F) {
	for cmd := range NumCommands {
		f.Add(append(header(cmd, 0, 0), make([]byte, 80)...))
		f.Add(append(header(cmd, flagResponse, 0), make([]byte, 80)...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(make([]byte, 0, len(b)), b...)
		ReadHeader(b)
		ReadNegotiateRequest(b)
		ReadNegotiateResponse(b)
		ReadSessionSetupRequest(b)
		ReadTreeConnectRequest(b)
		ReadTreeConnectResponse(b)
		ReadCreateRequest(b)
		ReadCreateResponse(b)
		ReadCloseRequest(b)
		ReadReadRequest(b)
		ReadReadResponse(b)
		ReadWriteRequest(b)
		ReadIoctl(b, false)
		ReadIoctl(b, true)
		if m, ok := ReadSetInfo(b); ok && len(m.Name) > len(b) {
			t.Error("a name longer than its message")
		}
	})
}
