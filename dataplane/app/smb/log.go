package smb

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
	"github.com/weir-ips/weir/event"
)

// Log writes the record of a kind that is wanted.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.sh.opt.Records&(1<<t.kind) == 0 {
		return false
	}
	w.EventType("smb")
	t.Meta(w)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("smb")
	w.Uint("id", t.id+1)
	t.writeDialect(w)
	if t.major == 1 {
		w.StrConst("command", smb1.CommandName(uint8(t.cmd)))
	} else if name := smb2.CommandName(t.cmd); name != "" {
		w.StrConst("command", name)
	} else {
		t.decimal(w, "command", uint64(t.cmd))
	}
	if t.hasStatus {
		t.writeStatus(w)
	}
	id := t.ids
	if t.kind == kindNegotiate {
		id = ids{} // there is neither yet, whatever the header says
	}
	w.Uint("session_id", id.session)
	w.Uint("tree_id", uint64(id.tree))
	switch t.kind {
	case kindNegotiate:
		t.writeNegotiate(w)
	case kindSession:
		t.writeSession(w)
	case kindTree:
		t.writeTree(w)
	case kindCreate:
		t.writeCreate(w)
	case kindFile:
		w.Text("filename", t.at(t.name))
		w.Text("share", t.at(t.share))
		t.writeFID(w)
	case kindRename:
		t.writeRename(w)
	case kindSetInfo:
		t.writeSetInfo(w)
	case kindIoctl:
		if name := smb2.IoctlName(t.function); name != "" {
			w.StrConst("function", name)
		} else {
			t.decimal(w, "function", uint64(t.function))
		}
	case kindRPC:
		t.writeRPC(w)
	}
	w.End()
}

// decimal writes a number as a text.
func (t *Tx) decimal(w *event.Writer, key string, v uint64) {
	w.Str(key, strconv.AppendUint(t.sh.name[:0], v, 10))
}

func (t *Tx) writeDialect(w *event.Writer) {
	st := t.st
	switch {
	case st == nil || st.dialect == 0 && st.nname == 0:
		w.StrConst("dialect", "unknown")
	case st.dialect == 0:
		w.Text("dialect", st.name[:st.nname])
	default:
		t.dialect(w, "dialect", st.dialect)
	}
}

// dialect writes one of SMB 2.
func (t *Tx) dialect(w *event.Writer, key string, d uint16) {
	if name := smb2.DialectName(d); name != "" {
		w.StrConst(key, name)
	} else {
		t.decimal(w, key, uint64(d))
	}
}

func (t *Tx) writeStatus(w *event.Writer) {
	if !t.dos {
		if name := status.NT(t.status); name != "" {
			w.StrConst("status", name)
		} else {
			t.decimal(w, "status", uint64(t.status))
		}
		w.Str("status_code", strconv.AppendUint(append(t.sh.name[:0], "0x"...), uint64(t.status), 16))
		return
	}
	class, n := uint8(t.status), uint16(t.status>>16)
	var digits [4]byte
	hex.Encode(digits[:], []byte{byte(n >> 8), byte(n)})
	if name := status.DOS(class, n); name != "" {
		w.StrConst("status", name)
	} else if class == status.ClassDOS || class == status.ClassSRV {
		t.decimal(w, "status", uint64(n))
	} else {
		var c [2]byte
		hex.Encode(c[:], []byte{class})
		b := append(t.sh.name[:0], "UNKNOWN_"...)
		b = append(append(append(b, c[:]...), '_'), digits[:]...)
		w.Str("status", b)
	}
	w.Str("status_code", append(append(t.sh.name[:0], "0x"...), digits[:]...))
}

// guid writes 16 octets as Windows does.
func (t *Tx) guid(w *event.Writer, key string, g *[16]byte) {
	b := t.sh.name[:0]
	for i, from := range [...]int{3, 2, 1, 0, 5, 4, 7, 6, 9, 8, 11, 10, 15, 14, 13, 12} {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, g[from:from+1])
	}
	w.Str(key, b)
}

func (t *Tx) writeFID(w *event.Writer) {
	switch t.fid.n {
	case 16:
		t.guid(w, "fuid", &t.fid.b)
	case 2:
		w.Str("fuid", hex.AppendEncode(t.sh.name[:0], []byte{t.fid.b[1], t.fid.b[0]}))
	default:
		w.StrConst("fuid", "")
	}
}

func (t *Tx) writeNegotiate(w *event.Writer) {
	w.Arr("client_dialects")
	list := t.at(t.dialects)
	if t.major == 1 {
		for len(list) > 0 && int(list[0]) < len(list) {
			n := int(list[0])
			w.Text("", list[1:1+n])
			list = list[1+n:]
		}
	} else {
		for ; len(list) > 1; list = list[2:] {
			t.dialect(w, "", binary.LittleEndian.Uint16(list))
		}
	}
	w.End()
	if t.hasClientGUID {
		t.guid(w, "client_guid", &t.clientGUID)
	}
	if t.hasServer {
		t.guid(w, "server_guid", &t.serverGUID)
	} else {
		w.StrConst("server_guid", "")
	}
	if st := t.st; st != nil {
		if st.maxRead > 0 {
			w.Uint("max_read_size", uint64(st.maxRead))
		}
		if st.maxWrite > 0 {
			w.Uint("max_write_size", uint64(st.maxWrite))
		}
	}
}

func (t *Tx) writeSession(w *event.Writer) {
	if t.hasNTLM {
		w.Obj("ntlmssp")
		w.Text("domain", t.at(t.domain))
		w.Text("user", t.at(t.user))
		w.Text("host", t.at(t.host))
		if t.hasVersion {
			b := strconv.AppendUint(t.sh.name[:0], uint64(t.version[0]), 10)
			for i, word := range [...]string{".", " build ", " rev "} {
				b = strconv.AppendUint(append(b, word...), uint64(t.version[i+1]), 10)
			}
			w.Str("version", b)
		}
		w.End()
	}
	if t.hasTicket {
		w.Obj("kerberos")
		w.Text("realm", t.at(t.realm))
		w.Arr("snames")
		for _, s := range t.snames[:t.nsnames] {
			w.Text("", t.at(s))
		}
		w.End()
		w.End()
	}
	if t.hasRequest {
		t.writeHost(w, "request", t.requestOS, t.requestLM)
	}
	if t.hasResponse {
		t.writeHost(w, "response", t.responseOS, t.responseLM)
	}
}

func (t *Tx) writeHost(w *event.Writer, key string, os, lm span) {
	w.Obj(key)
	w.Text("native_os", t.at(os))
	w.Text("native_lm", t.at(lm))
	w.End()
}

func (t *Tx) writeTree(w *event.Writer) {
	key := "share"
	if t.pipe {
		key = "named_pipe"
	}
	w.Text(key, t.at(t.name))
	if t.major == 1 {
		w.Obj("service")
		w.Text("request", t.at(t.requested))
		if t.hasAnswer {
			w.Text("response", t.at(t.answered))
		}
		w.End()
		return
	}
	name := "UNKNOWN"
	switch t.shareType {
	case smb2.ShareDisk:
		name = "FILE"
	case smb2.SharePipe:
		name = "PIPE"
	case smb2.SharePrint:
		name = "PRINT"
	}
	w.StrConst("share_type", name)
}

// dispositions are what is done about a file that is there, or is not ([MS-SMB2]
// section 2.2.13).
var dispositions = [...]string{"FILE_SUPERSEDE", "FILE_OPEN", "FILE_CREATE", "FILE_OPEN_IF", "FILE_OVERWRITE", "FILE_OVERWRITE_IF"}

func (t *Tx) writeCreate(w *event.Writer) {
	if t.dir && t.name.n > 0 {
		w.Text("directory", t.at(t.name))
	} else {
		t.writeName(w)
	}
	d := "UNKNOWN"
	if t.disposition < uint32(len(dispositions)) {
		d = dispositions[t.disposition]
	}
	w.StrConst("disposition", d)
	t.writeAccess(w)
	for i, key := range [...]string{"created", "accessed", "modified", "changed"} {
		w.Uint(key, unix(t.times[i]))
	}
	w.Uint("size", t.size)
	t.writeFID(w)
}

// unix is a Windows file time, of 100 ns since 1601, in seconds since 1970.
func unix(t uint64) uint64 {
	const epoch = 116444736000000000
	if t <= epoch {
		return 0
	}
	return (t - epoch) / 10000000
}

func (t *Tx) writeName(w *event.Writer) {
	if t.name.n > 0 {
		w.Text("filename", t.at(t.name))
	} else {
		w.StrConst("filename", "<share_root>")
	}
}

func (t *Tx) writeAccess(w *event.Writer) {
	access := "normal"
	if t.del {
		access = "delete on close"
	}
	w.StrConst("access", access)
}

func (t *Tx) writeRename(w *event.Writer) {
	if t.major == 2 {
		w.Obj("set_info")
		w.StrConst("class", "FILE_INFO")
		w.StrConst("info_level", "SMB2_FILE_RENAME_INFO")
		w.End()
	}
	w.Obj("rename")
	w.Text("from", t.at(t.name))
	w.Text("to", t.at(t.to))
	w.End()
	t.writeFID(w)
}

func (t *Tx) writeSetInfo(w *event.Writer) {
	t.writeName(w)
	t.writeAccess(w)
	switch t.subcmd {
	case smb1.SetFileInfo:
		w.StrConst("subcmd", "SET_FILE_INFO")
	case smb1.SetPathInfo:
		w.StrConst("subcmd", "SET_PATH_INFO")
	}
	if t.level == smb1.LevelDisposition {
		w.StrConst("level_of_interest", "Set Disposition Information")
	}
	t.writeFID(w)
}
