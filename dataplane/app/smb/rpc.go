package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// pdu is what goes through a pipe in one message.
type pdu struct {
	major  uint8
	cmd    uint16
	ids    ids
	fid    fileID
	status uint32
	data   []byte
}

func (s *State) rpcRequest(c *app.Call, p pdu) {
	s.open(c, kindRPC, p.major, p.cmd, p.ids)
}

func (s *State) rpcResponse(c *app.Call, p pdu) {
	if t := s.findKind(kindRPC, p.ids); t != nil {
		t.answer(p.status, false)
	}
}

func (t *Tx) writeRPC(w *event.Writer) {}
