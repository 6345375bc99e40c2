package dcerpc

import (
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a request and its answer.
type Tx struct {
	sh    *shared
	state *State
	call  rpc.Call
	// iface is the interface of a datagram's request, activity its client's.
	iface    []byte
	activity rpc.UUID
	datagram bool
	id       uint64
	det      input.TxDetect
}

func (t *Tx) over() bool { return t.call.Done(input.ToServer) && t.call.Done(input.ToClient) }

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.call.Done(d) }

// Progress is input.Tx's.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.call.Done(d) {
		return input.Complete
	}
	return uint8(buf.Start)
}

// Event is input.Tx's: DCE/RPC has none.
func (t *Tx) Event(uint16) bool { return false }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// LittleEndian is input.ByteOrder's.
func (t *Tx) LittleEndian() bool { return t.call.Little }

// Release is app.Tx's.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	t.call.Close(sh.env.Keep)
	sh.env.Keep.Later(t.iface)
	*t = Tx{}
	sh.txs.Put(t)
}

// View is stub data, or the interface of a call.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	switch {
	case id == buf.DCERPCStubData && i == 0:
		return t.call.View(d)
	case id == buf.DCERPCIface && t.datagram:
		return input.Whole(t.iface, len(t.iface) > 0 && i == 0, i > 0 || t.call.HasOp || t.call.Done(input.ToServer))
	case id == buf.DCERPCIface:
		return t.state.conn.IfaceView(&t.call, i)
	}
	return input.View{Avail: input.None}
}

// Num is the number of the operation.
func (t *Tx) Num(id buf.FieldID, _ input.Dir, i int) (uint64, input.Avail) {
	if id == buf.FieldDCERPCOpnum && i == 0 {
		return t.call.Operation()
	}
	return 0, input.None
}
