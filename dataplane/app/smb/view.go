package smb

import (
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// View is input.Tx's.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	none := input.View{Avail: input.None}
	switch id {
	case buf.FileData, buf.FileName, buf.FileMagic:
		f := file.Find(t.Files(), d, i)
		if f == nil {
			return none
		}
		return f.ViewOf(id)
	case buf.DCERPCStubData:
		if t.kind != kindRPC || i > 0 {
			return none
		}
		return t.rpc.call.View(d)
	case buf.DCERPCIface:
		if t.rpc.pipe == nil {
			return none
		}
		return t.rpc.pipe.conn.IfaceView(&t.rpc.call, i)
	}
	if i > 0 || d != input.ToServer {
		return none
	}
	switch id {
	case buf.SMBNamedPipe:
		if t.kind == kindTree && (t.pipe || t.ipc && !t.hasAnswer) {
			return t.whole(t.name)
		}
	case buf.SMBShare: // of a pipe, too, as long as the server did not call it one
		if t.kind == kindTree && !t.pipe {
			return t.whole(t.name)
		}
	case buf.SMBNTLMSSPUser:
		if t.hasNTLM {
			return t.whole(t.user)
		}
	case buf.SMBNTLMSSPDomain:
		if t.hasNTLM {
			return t.whole(t.domain)
		}
	}
	return none
}

func (t *Tx) whole(s span) input.View {
	if s.n == 0 {
		return input.View{Avail: input.None}
	}
	return input.View{Data: t.at(s), Avail: input.Done, First: true, Last: true}
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if i > 0 {
		return 0, input.None
	}
	switch id {
	case buf.FieldSMBVersion:
		return uint64(t.major), input.Done
	case buf.FieldDCERPCOpnum:
		if t.kind == kindRPC {
			return t.rpc.call.Operation()
		}
	case buf.FieldFileSize:
		if f := file.Find(t.Files(), d, 0); f != nil {
			return f.FileSize()
		}
	}
	return 0, input.None
}
