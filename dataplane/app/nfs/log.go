package nfs

import (
	"hash/crc32"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// Log writes the record; that of GETATTR, which clients send all the time, is left
// out.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.version < 4 && t.proc == procGetattr {
		return false
	}
	w.EventType("nfs")
	t.Meta(w)
	return true
}

// Meta writes the objects rpc and nfs.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("rpc")
	w.Uint("xid", uint64(t.xid))
	named(w, "status", pick(rpcStatus[:], t.denied), t.denied)
	named(w, "auth_type", pick(authNames[:], t.flavor), t.flavor)
	if t.flavor == authUnix {
		w.Obj("creds")
		w.Text("machine_name", t.machine)
		w.Uint("uid", uint64(t.uid))
		w.Uint("gid", uint64(t.gid))
		w.End()
	}
	w.End()
	w.Obj("nfs")
	w.Uint("version", uint64(t.version))
	named(w, "procedure", procName(t.version, t.proc), t.proc)
	w.Text("filename", t.name)
	if len(t.handle) > 0 {
		digits(w, "hhash", crc32.ChecksumIEEE(t.handle), 16)
	}
	w.Uint("id", t.id+1)
	w.Bool("file_tx", t.file)
	w.StrConst("type", "response")
	named(w, "status", statusName(t.status), t.status)
	switch name := procName(t.version, t.proc); name {
	case "READ":
		t.logTransfer(w, "read")
	case "WRITE":
		t.logTransfer(w, "write")
	case "RENAME":
		w.Obj("rename")
		w.Text("from", t.name)
		w.Text("to", t.to)
		w.End()
	}
	w.End()
}

func (t *Tx) logTransfer(w *event.Writer, key string) {
	w.Obj(key)
	w.Bool("first", t.first)
	w.Bool("last", t.last)
	if t.file {
		w.Uint("last_xid", uint64(t.lastXID))
		w.Uint("chunks", uint64(t.chunks))
	}
	w.End()
}
