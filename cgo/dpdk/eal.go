package dpdk

// #cgo pkg-config: libdpdk
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"
)

// ErrEALState is InitEAL called twice, or a call that needs the EAL before it.
var ErrEALState = errors.New("dpdk: the EAL can be initialised only once a process")

// eal is the process's one EAL and the thread that it lives on.
var eal struct {
	mu      sync.Mutex
	started bool
	cleanup chan chan error
}

// InitEAL starts DPDK's environment, once a process. rte_eal_init pins the
// thread that calls it, so it runs on a thread of its own, which then idles
// until CleanupEAL; the caller's affinity does not change. The error carries
// the lines that DPDK logged and a remedy.
func InitEAL(cfg EALConfig) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	eal.mu.Lock()
	defer eal.mu.Unlock()
	if eal.started {
		return ErrEALState
	}
	args, skip, err := cfg.args()
	if err != nil {
		return err
	}
	eal.started = true
	result := make(chan error)
	cleanup := make(chan chan error)
	go ealThread(args, skip, cfg.LogLevel, cfg.Vdevs, result, cleanup)
	if err := <-result; err != nil {
		return err
	}
	eal.cleanup = cleanup
	return nil
}

// ealThread is the main lcore. It never unlocks its OS thread, so the thread,
// and the affinity that the EAL gave it, serve no other goroutine.
func ealThread(args []string, skip string, level LogLevel, vdevs []string, result chan<- error, cleanup <-chan chan error) {
	runtime.LockOSThread()
	err := initEAL(args, skip, level)
	if err == nil {
		if err = missingVdev(vdevs); err != nil {
			C.weir_eal_cleanup()
		}
	}
	result <- err
	if err != nil {
		return
	}
	done := <-cleanup
	done <- makeErrno(int(C.weir_eal_cleanup()))
}

func initEAL(args []string, skip string, level LogLevel) error {
	restore, err := runtimeDir()
	if err != nil {
		return err
	}
	defer restore()
	if level == 0 {
		level = LogInfo // captured, not printed: an error's reason
	}
	// The EAL keeps pointers into its arguments, so they live as long as the
	// process.
	argv := (*[maxArgs]*C.char)(C.calloc(maxArgs, C.size_t(unsafe.Sizeof(uintptr(0)))))
	for i, a := range args {
		argv[i] = C.CString(a)
	}
	C.weir_log_open()
	var skipDir *C.char
	if skip != "" {
		skipDir = C.CString(skip)
		defer C.free(unsafe.Pointer(skipDir))
	}
	code := C.weir_eal_init(C.int(len(args)), &argv[0], C.uint32_t(level), skipDir)
	if code < 0 {
		return explain("EAL init", Errno(-code), TakeLog())
	}
	return nil
}

// missingVdev is the error of the first virtual network device that did not
// become a port: the EAL logs why and goes on without it.
func missingVdev(vdevs []string) error {
	for _, v := range vdevs {
		name, _, _ := strings.Cut(v, ",")
		if !strings.HasPrefix(name, "net_") {
			continue
		}
		if _, err := PortByName(name); err != nil {
			return explain("device "+v, Errno(syscall.ENODEV), TakeLog())
		}
	}
	return nil
}

// runtimeDir makes sure that the EAL finds a directory for its runtime files:
// an ordinary user may have no XDG_RUNTIME_DIR, or one that is gone, and /tmp
// may hold another user's.
func runtimeDir() (restore func(), err error) {
	old, had := os.LookupEnv("XDG_RUNTIME_DIR")
	if os.Geteuid() == 0 || had && writable(old) {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "weir-dpdk-")
	if err != nil {
		return nil, fmt.Errorf("dpdk: no directory for runtime files: %w; set XDG_RUNTIME_DIR to a directory of yours", err)
	}
	os.Setenv("XDG_RUNTIME_DIR", dir)
	return func() {
		if had {
			os.Setenv("XDG_RUNTIME_DIR", old)
		} else {
			os.Unsetenv("XDG_RUNTIME_DIR")
		}
		// Only directories are left of a run that shares no configuration;
		// a run that does keeps its files until CleanupEAL.
		_ = os.Remove(filepath.Join(dir, "dpdk", defaultPrefix))
		_ = os.Remove(filepath.Join(dir, "dpdk"))
		_ = os.Remove(dir)
	}, nil
}

func writable(dir string) bool {
	const wx = 3
	return dir != "" && syscall.Access(dir, wx) == nil
}

// CleanupEAL releases what the EAL holds (hugepages, device handles). Every
// port and pool must be closed before, and every worker thread unregistered.
// The EAL cannot be started again in this process.
func CleanupEAL() error {
	eal.mu.Lock()
	defer eal.mu.Unlock()
	if eal.cleanup == nil {
		return ErrEALState
	}
	done := make(chan error)
	eal.cleanup <- done
	eal.cleanup = nil
	return <-done
}

// TakeLog gives what DPDK logged since the last call, at most 16 KB, and
// forgets it.
func TakeLog() string {
	buf := make([]byte, 16384)
	n := C.weir_log_take((*C.char)(unsafe.Pointer(&buf[0])), C.uint32_t(len(buf)))
	return strings.TrimSpace(string(buf[:n]))
}

// ProbeDevice attaches a device after InitEAL: "net_pcap1,rx_pcap=FILE", or a
// PCI address. Its PMD must be loaded (EALConfig.Plugins or a first Vdev of
// the kind).
func ProbeDevice(devargs string) error {
	TakeLog()
	s := C.CString(devargs)
	defer C.free(unsafe.Pointer(s))
	if code := C.weir_dev_probe(s); code < 0 {
		return explain("device "+devargs, Errno(-code), TakeLog())
	}
	return nil
}
