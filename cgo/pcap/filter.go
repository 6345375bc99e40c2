package pcap

/*
#cgo LDFLAGS: -lpcap
#include <stdlib.h>
#include <pcap/pcap.h>
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// Filter is a compiled filter.
type Filter struct{ prog C.struct_bpf_program }

const (
	// maxInstructions bounds a program; the kernel has the same bound.
	maxInstructions = 4096
	// maxText bounds a filter's text: libpcap takes minutes over very long ones.
	maxText = 8 << 10
)

var compiling sync.Mutex

// Compile makes a filter for captures of a link type (LINKTYPE_…).
func Compile(text string, link int) (*Filter, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("filter %.40q…: %d octets, %d are the most", text, len(text), maxText)
	}
	compiling.Lock()
	defer compiling.Unlock()
	p := C.pcap_open_dead(C.int(link), 1<<18)
	if p == nil {
		return nil, fmt.Errorf("filter %q: no memory", text)
	}
	defer C.pcap_close(p)
	t := C.CString(text)
	defer C.free(unsafe.Pointer(t))
	f := &Filter{}
	if C.pcap_compile(p, &f.prog, t, 1, C.PCAP_NETMASK_UNKNOWN) != 0 {
		return nil, fmt.Errorf("filter %q: %s", text, C.GoString(C.pcap_geterr(p)))
	}
	if f.prog.bf_len > maxInstructions {
		f.Close()
		return nil, fmt.Errorf("filter %q: it takes %d instructions, %d are the most", text, f.prog.bf_len, maxInstructions)
	}
	return f, nil
}

// Match reports whether a packet passes.
func (f *Filter) Match(packet []byte) bool {
	if len(packet) == 0 {
		return false
	}
	n := C.u_int(len(packet))
	return C.bpf_filter(f.prog.bf_insns, (*C.u_char)(unsafe.Pointer(&packet[0])), n, n) != 0
}

// Close gives the program back.
func (f *Filter) Close() { C.pcap_freecode(&f.prog) }
