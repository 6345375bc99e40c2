package nfs

import "github.com/weir-ips/weir/event"

// Names as EVE has them.
var (
	names2 = [...]string{"NULL", "GETATTR", "SETATTR", "ROOT", "LOOKUP", "READLINK", "READ", "WRITECACHE", "WRITE", "CREATE", "REMOVE",
		"RENAME", "LINK", "SYMLINK", "MKDIR", "RMDIR", "READDIR", "STATFS"}
	names3 = [...]string{"NULL", "GETATTR", "SETATTR", "LOOKUP", "ACCESS", "READLINK", "READ", "WRITE", "CREATE", "MKDIR", "SYMLINK", "MKNOD",
		"REMOVE", "RMDIR", "RENAME", "LINK", "READDIR", "READDIRPLUS", "FSSTAT", "FSINFO", "PATHCONF", "COMMIT"}
	names4 = [...]string{0: "NULL", 1: "COMPOUND", op4Create: "CREATE", op4Read: "READ", op4Remove: "REMOVE", op4Write: "WRITE"}

	authNames = [...]string{"NULL", "UNIX", "SHORT", "DH", "KERB", "RSA", "GSS"}
	rpcStatus = [...]string{"ACCEPTED", "DENIED"}
)

// statusName is the name of a status (RFC 1813 section 2.6).
func statusName(v uint32) string {
	switch v {
	case 0:
		return "OK"
	case 1:
		return "ERR_PERM"
	case 2:
		return "ERR_NOENT"
	case 5:
		return "ERR_IO"
	case 6:
		return "ERR_NXIO"
	case 13:
		return "ERR_ACCES"
	case 17:
		return "ERR_EXIST"
	case 18:
		return "ERR_XDEV"
	case 19:
		return "ERR_NODEV"
	case 20:
		return "ERR_NOTDIR"
	case 21:
		return "ERR_ISDIR"
	case 22:
		return "ERR_INVAL"
	case 27:
		return "ERR_FBIG"
	case 28:
		return "ERR_NOSPC"
	case 30:
		return "ERR_ROFS"
	case 31:
		return "ERR_MLINK"
	case 63:
		return "ERR_NAMETOOLONG"
	case 66:
		return "ERR_NOTEMPTY"
	case 69:
		return "ERR_DQUOT"
	case 70:
		return "ERR_STALE"
	case 71:
		return "ERR_REMOTE"
	}
	if names := [...]string{"ERR_BADHANDLE", "ERR_NOT_SYNC", "ERR_BAD_COOKIE", "ERR_NOTSUPP", "ERR_TOOSMALL", "ERR_SERVERFAULT",
		"ERR_BADTYPE", "ERR_JUKEBOX"}; v > 10000 && v <= 10000+uint32(len(names)) {
		return names[v-10001]
	}
	return ""
}

// named writes a name, or the number as text where there is none.
func named(w *event.Writer, key, name string, v uint32) {
	if name != "" {
		w.StrConst(key, name)
		return
	}
	digits(w, key, v, 10)
}

// digits writes a number as text, without leading zeros.
func digits(w *event.Writer, key string, v, base uint32) {
	var d [event.ShortLen]byte
	n := 1
	for x := v / base; x > 0; x /= base {
		n++
	}
	for i := n - 1; i >= 0; i-- {
		d[i] = "0123456789abcdef"[v%base]
		v /= base
	}
	w.Short(key, &d, n)
}

func pick(names []string, v uint32) string {
	if uint64(v) < uint64(len(names)) {
		return names[v]
	}
	return ""
}

func procName(version, proc uint32) string {
	switch version {
	case 4:
		return pick(names4[:], proc)
	case 3:
		return pick(names3[:], proc)
	}
	return pick(names2[:], proc)
}
