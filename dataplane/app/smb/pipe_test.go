package smb

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// pieces cuts octets into runs of n.
func pieces(b string, n int) (out []string) {
	for ; len(b) > n; b = b[n:] {
		out = append(out, b[:n])
	}
	return append(out, b)
}

// TestPipePieces: DCE/RPC over a pipe is the same however its PDUs are cut into writes
// and reads, and however these are cut into segments; writes to another pipe in between
// are no matter.
func TestPipePieces(t *testing.T) {
	const little = true
	bind := apptest.RPC(11, 3, little, 1, apptest.RPCBind(apptest.RPCContext(0, apptest.RPCWinreg)))
	ack := apptest.RPC(12, 3, little, 1, apptest.RPCAck(0))
	ask := apptest.RPC(0, 3, little, 2, apptest.RPCRequest(15, "the stub of an attack"))
	answer := apptest.RPC(2, 3, little, 2, apptest.RPCResponse("what came back"))
	for _, size := range []int{1, 5, 16, 17, 40, 1 << 10} {
		turns := []turn{
			c(nbss(m2(smb2.TreeConnect, req, 0, 1, treeConnect2(`\\h\IPC$`)))), s(nbss(m2(smb2.TreeConnect, resp, 0, 1, treeConnected2(2)))),
			c(nbss(m2(smb2.Create, req, 0, 2, create2("winreg", 1, 0)))), s(nbss(m2(smb2.Create, resp, 0, 2, created2(fid(9), 0)))),
			c(nbss(m2(smb2.Create, req, 0, 3, create2("samr", 1, 0)))), s(nbss(m2(smb2.Create, resp, 0, 3, created2(fid(8), 0)))),
		}
		id := uint64(4)
		say := func(out, back string) {
			for i, p := range pieces(out, size) {
				turns = append(turns, c(nbss(m2(smb2.Write, req, 0, id, write2(fid(9), 0, p)))), s(nbss(m2(smb2.Write, resp, 0, id, u16(17)+zeros(15)))))
				id++
				if i == 0 { // the beginning of a PDU that never ends
					turns = append(turns, c(nbss(m2(smb2.Write, req, 0, id, write2(fid(8), 0, bind[:20])))))
					id++
				}
			}
			rest := pieces(back, size)
			for i, p := range rest {
				status := uint32(0x80000005) // more to come
				if i == len(rest)-1 {
					status = 0
				}
				turns = append(turns, c(nbss(m2(smb2.Read, req, 0, id, readReq2(fid(9), 0, size)))), s(nbss(m2(smb2.Read, resp, status, id, read2(p)))))
				id++
			}
		}
		say(bind, ack)
		say(ask, answer)
		for _, step := range []int{0, 13} {
			r := rig(t, 2<<20, nil)
			i := r.Flow(6, 40000, port)
			f := r.Layer.At(i)
			var off [2]uint64
			for _, x := range turns {
				for _, b := range pieces(x.data, max(step, 1<<20*(1-min(step, 1)))) {
					r.Layer.Data(f, x.dir, []byte(b), off[x.dir-1], false, 0)
					off[x.dir-1] += uint64(len(b))
				}
			}
			found := map[string]int{}
			for _, tx := range f.Txs {
				for _, d := range []input.Dir{input.ToServer, input.ToClient} {
					if v := tx.View(buf.DCERPCStubData, d, 0); len(v.Data) > 0 {
						found[string(r.Whole(v))]++
					}
				}
				if v := tx.View(buf.DCERPCIface, input.ToServer, 0); strings.HasPrefix(string(v.Data), "\x33\x8c\xd0\x01") || strings.HasPrefix(string(v.Data), apptest.RPCWinreg[:4]) {
					found["interface"]++
				}
				if tx.Event(evMalformedData) {
					t.Errorf("pieces of %d, every %d octets: malformed", size, step)
				}
			}
			if found["the stub of an attack"] != 1 || found["what came back"] != 1 || found["interface"] == 0 || f.Failed() {
				t.Errorf("pieces of %d, every %d octets: %v, failed %v", size, step, found, f.Failed())
			}
			r.Close(i, true)
		}
	}
}
