package nfs

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
)

// item is a call that waits for its reply, or a handle whose name is known.
type item struct {
	next *item
	hash uint64
	// xid, version, proc and offset are a call's; signed: so is its reply.
	xid, version, proc uint32
	offset             uint64
	signed             bool
	handle, name       []byte
}

// items are some of them, the newest first.
type items struct {
	first *item
	n     int
}

// add puts a new one in front; the oldest makes room. nil: there is no memory.
func (l *items) add(sh *shared, most int, handle, name []byte) *item {
	if l.n >= most {
		at := &l.first
		for (*at).next != nil {
			at = &(*at).next
		}
		l.remove(sh, at)
	}
	it := sh.items.Take(nil)
	if it == nil {
		return nil
	}
	mem := sh.env.Keep
	var ok, ok2 bool
	it.handle, ok = mem.Append(nil, handle)
	it.name, ok2 = mem.Append(nil, name)
	if !ok || !ok2 {
		sh.drop(it)
		return nil
	}
	it.hash = hashOf(handle)
	it.next, l.first = l.first, it
	l.n++
	return it
}

func (l *items) remove(sh *shared, at **item) {
	it := *at
	*at = it.next
	l.n--
	sh.drop(it)
}

// drop gives an item back.
func (sh *shared) drop(it *item) {
	sh.env.Keep.Later(it.handle)
	sh.env.Keep.Later(it.name)
	*it = item{}
	sh.items.Put(it)
}

func (l *items) clear(sh *shared) {
	for l.first != nil {
		l.remove(sh, &l.first)
	}
}

// call is where the call with a number stands, or nil.
func (l *items) call(xid uint32) **item {
	for at := &l.first; *at != nil; at = &(*at).next {
		if (*at).xid == xid {
			return at
		}
	}
	return nil
}

// named is the item of a handle, moved to the front; nil: it has no name.
func (l *items) named(handle []byte) *item {
	h := hashOf(handle)
	for at := &l.first; *at != nil; at = &(*at).next {
		if it := *at; it.hash == h && bytes.Equal(it.handle, handle) {
			*at = it.next
			it.next, l.first = l.first, it
			return it
		}
	}
	return nil
}

// name remembers the name of a handle.
func (s *State) name(handle, name []byte) {
	if len(handle) == 0 {
		return
	}
	if it := s.names.named(handle); it != nil {
		if !bytes.Equal(it.name, name) {
			s.sh.env.Keep.Later(it.name)
			it.name, _ = s.sh.env.Keep.Append(nil, name)
		}
		return
	}
	s.names.add(s.sh, s.sh.opt.Names, handle, name)
}

// nameOf is the name of a handle, or nil.
func (s *State) nameOf(handle []byte) []byte {
	if it := s.names.named(handle); it != nil {
		return it.name
	}
	return nil
}

func hashOf(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// wait notes a call for its reply.
func (s *State) wait(k *call, handle, name []byte, offset uint64) {
	if at := s.calls.call(k.xid); at != nil {
		s.calls.remove(s.sh, at)
	}
	if it := s.calls.add(s.sh, s.sh.opt.Requests, handle, name); it != nil {
		it.xid, it.version, it.proc, it.offset, it.signed = k.xid, k.version, k.proc, offset, k.signed
	}
}

var _ app.State = (*State)(nil)
