package smb

import (
	"github.com/weir-ips/weir/dataplane/app/smb/auth"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
)

// credentials reads a security blob of a client.
func (t *Tx) credentials(blob []byte) {
	if k, ok := auth.ReadTicket(blob); ok {
		t.hasTicket = true
		t.realm = t.keep(k.Realm)
		for i := range t.snames {
			name := k.Name(i)
			if name == nil {
				break
			}
			t.snames[i], t.nsnames = t.keep(name), i+1
		}
		return
	}
	n, ok, bad := auth.ReadNTLM(blob)
	if bad {
		t.raise(evMalformedNTLMRequest)
	}
	if !ok {
		return
	}
	t.hasNTLM = true
	t.domain, t.user, t.host = t.plain(n.Domain), t.plain(n.User), t.plain(n.Host)
	if t.hasVersion = n.HasVersion; n.HasVersion {
		t.version = [4]uint16{uint16(n.Version[0]), uint16(n.Version[1]), n.Build(), uint16(n.Version[7])}
	}
	if n.Unusual {
		t.raise(evUnusualNTLMOrder)
	}
}

// sessionAnswer ends a logon, or a step of one: under the session's id, or under none
// where the server has just given it. full is how it is known from now on, host what
// a server of SMB 1 says of itself.
func (s *State) sessionAnswer(id, full ids, status uint32, dos bool, host *smb1.SessionSetup) {
	var t *Tx
	if id.session != 0 {
		t = s.findKind(kindSession, id)
	}
	if t == nil {
		t = s.findKind(kindSession, ids{0, id.tree, id.message})
	}
	if t == nil {
		return
	}
	if host != nil {
		t.hasResponse = true
		t.responseOS, t.responseLM = t.plain(host.OS), t.plain(host.LM)
	}
	t.ids = full
	t.answer(status, dos)
}
