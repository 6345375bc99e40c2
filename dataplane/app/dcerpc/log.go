package dcerpc

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Log writes the record.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	w.EventType("dcerpc")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("dcerpc")
	c := &t.call
	if !c.Has(input.ToServer) {
		w.StrConst("request", "REQUEST_LOST")
	} else {
		typ := c.Type(input.ToServer)
		w.StrConst("request", typ.Name())
		if typ == rpc.Request {
			w.Obj("req")
			w.Uint("opnum", uint64(c.Opnum))
			logStub(w, c, input.ToServer)
			w.End()
		}
		if !t.datagram {
			t.logIfaces(w, typ)
		}
	}
	if !c.Has(input.ToClient) {
		w.StrConst("response", "UNREPLIED")
	} else {
		typ := c.Type(input.ToClient)
		w.StrConst("response", typ.Name())
		if typ == rpc.Response {
			w.Obj("res")
			logStub(w, c, input.ToClient)
			w.End()
		}
	}
	if t.datagram {
		t.activity.Log(w, "activityuuid")
		w.Uint("seqnum", uint64(c.ID))
		w.StrConst("rpc_version", "4.0")
	} else {
		w.Uint("call_id", uint64(c.ID))
		w.StrConst("rpc_version", versions[c.Minor&1])
	}
	w.End()
}

var versions = [2]string{"5.0", "5.1"}

func logStub(w *event.Writer, c *rpc.Call, d input.Dir) {
	w.Uint("frag_cnt", uint64(c.Frags(d)))
	w.Uint("stub_data_size", uint64(len(c.Stub(d))))
}

// logIfaces writes the interfaces that a bind asks for, or that a call goes to.
func (t *Tx) logIfaces(w *event.Writer, typ rpc.Type) {
	open := false
	for i := range t.state.conn.Ifaces() {
		f := t.state.conn.Iface(i)
		bind := typ == rpc.Bind && f.CallID == t.call.ID
		if !bind && (typ != rpc.Request || f.Context != t.call.Context) {
			continue
		}
		if !open {
			open = true
			w.Arr("interfaces")
		}
		w.Obj("")
		f.Log(w)
		if f.Acked {
			w.Uint("ack_result", uint64(f.Result))
		}
		if bind {
			f.LogNames(w, -1)
		} else {
			f.LogNames(w, int(t.call.Opnum))
		}
		w.End()
	}
	if open {
		w.End()
	}
}
