package hyperscan

import (
	"syscall"
	"testing"
	"unsafe"
)

// offHeap copies data to a place outside the Go heap, between two pages that
// fault: just behind the first one, or Tail octets before the second one with
// the octets of behind between them. An access outside is seen as a crash.
func offHeap(t testing.TB, data, behind string, atStart bool) uintptr {
	t.Helper()
	page := syscall.Getpagesize()
	body := (len(data) + Tail + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, page+body+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+body:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	place := m[page+body-len(data)-Tail : page+body]
	if atStart {
		place = m[page : page+len(data)+Tail]
	}
	copy(place, data)
	copy(place[len(data):], behind)
	return uintptr(unsafe.Pointer(&place[0]))
}

// job places data outside the Go heap.
func job(t testing.TB, db *Database, data string, tag uint32) Job {
	t.Helper()
	return Job{DB: db.Handle(), Data: offHeap(t, data, "", false), Len: uint32(len(data)), Tag: tag}
}
