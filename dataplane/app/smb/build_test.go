package smb

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
)

// session frames are messages in a session message.
func nbss(messages ...string) string {
	b := strings.Join(messages, "")
	n := len(b)
	return string([]byte{0, byte(n >> 16), byte(n >> 8), byte(n)}) + b
}

func u16(v int) string    { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }
func u32(v int) string    { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
func u64(v uint64) string { return string(binary.LittleEndian.AppendUint64(nil, v)) }
func zeros(n int) string  { return strings.Repeat("\x00", n) }

// wide is UTF-16.
func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

const (
	req  = 0
	resp = 1
)

// m2 is a message of SMB 2 in tree 5, session 7.
func m2(cmd uint16, flags int, status uint32, message uint64, body string) string {
	return smb2.Magic + u16(64) + u16(0) + u32(int(status)) + u16(int(cmd)) + u16(1) + u32(flags) + u32(0) + u64(message) + u32(0) +
		u32(5) + u64(7) + zeros(16) + body
}

// compound chains messages, each at a multiple of eight.
func compound(messages ...string) string {
	var out strings.Builder
	for i, m := range messages {
		if i < len(messages)-1 {
			m += zeros((8 - len(m)%8) % 8)
			m = m[:20] + u32(len(m)) + m[24:]
		}
		out.WriteString(m)
	}
	return nbss(out.String())
}

func negotiate2(dialects ...int) string {
	b := u16(36) + u16(len(dialects)) + u16(1) + zeros(6) + "0123456789abcdef" + zeros(8)
	for _, d := range dialects {
		b += u16(d)
	}
	return b
}

func negotiated2(dialect, read, write int) string {
	return u16(65) + u16(1) + u16(dialect) + u16(0) + "fedcba9876543210" + u32(0) + u32(1<<20) + u32(read) + u32(write) + zeros(16) + u16(128) + u16(0) + u32(0)
}

func treeConnect2(path string) string {
	p := wide(path)
	return u16(9) + u16(0) + u16(72) + u16(len(p)) + p
}

func treeConnected2(share int) string { return u16(16) + string(rune(share)) + zeros(13) }

func create2(name string, disposition, options int) string {
	p := wide(name)
	return u16(57) + zeros(34) + u32(disposition) + u32(options) + u16(120) + u16(len(p)) + zeros(8) + p
}

// fid is a file's id.
func fid(n byte) string { return string([]byte{n}) + zeros(15) }

func created2(id string, size uint64) string {
	t := u64(116444736000000000 + 10000000*1000)
	return u16(89) + zeros(6) + t + t + t + t + u64(4096) + u64(size) + zeros(8) + id + zeros(8)
}

func write2(id string, off uint64, data string) string {
	return u16(49) + u16(112) + u32(len(data)) + u64(off) + id + zeros(16) + data
}

func readReq2(id string, off uint64, n int) string {
	return u16(49) + u16(0) + u32(n) + u64(off) + id + zeros(17)
}

func read2(data string) string { return u16(17) + "\x50\x00" + u32(len(data)) + zeros(8) + data }

func close2(id string) string { return u16(24) + zeros(6) + id }

func setInfo2(level int, id, info string) string {
	return u16(33) + string([]byte{1, byte(level)}) + u32(len(info)) + u16(96) + zeros(6) + id + info
}

func ioctl2(code int, id, data string) string {
	return u16(57) + u16(0) + u32(code) + id + u32(120) + u32(len(data)) + zeros(24) + data
}

// m1 is a message of SMB 1 in tree 5, of user 7.
func m1(cmd byte, flags, status, message int, blocks string) string {
	return "\xffSMB" + string([]byte{cmd}) + u32(status) + string([]byte{byte(flags)}) + u16(0xc001) + zeros(12) + u16(5) + u16(1) + u16(7) + u16(message) + blocks
}

func block(words, data string) string {
	return string([]byte{byte(len(words) / 2)}) + words + u16(len(data)) + data
}

const last = "\xff\x00\x00\x00" // no command follows

func create1(name string) string {
	p := wide(name)
	return block(last+"\x00"+u16(len(p))+zeros(28)+u32(2)+u32(0)+zeros(5), "\x00"+p)
}

func created1(fid int) string { return block(last+"\x00"+u16(fid)+zeros(61), "") }

// write1 writes at an offset, its data behind pad octets.
func write1(next string, at, fid, off int, pad, data string) string {
	return block(next+u16(fid)+u32(off)+zeros(10)+u16(len(data))+u16(at+1+28+2+len(pad))+u32(0), pad+data)
}

func readReq1(fid, off int) string { return block(last+u16(fid)+u32(off)+zeros(14), "") }

func read1(data string) string {
	return block(last+zeros(6)+u16(len(data))+u16(32+1+24+2+1)+zeros(10), "\x00"+data)
}
