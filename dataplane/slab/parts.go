package slab

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Part is the memory that one package mapped.
type Part struct {
	Name string // its package, below the module
	// Mapped is address space, Resident what the system gave of it, octets.
	Mapped, Resident uint64
}

// mappings are all that Map made and Unmap did not take back: for people who ask
// where memory goes, never for the packet path.
var mappings struct {
	sync.Mutex
	at map[uintptr]mapping
}

type mapping struct {
	part string
	mem  []byte
}

const module = "github.com/weir-ips/weir/"

// asker is the package that called into this one.
func asker() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if name, ok := strings.CutPrefix(f.Function, module); ok && !strings.HasPrefix(name, "dataplane/slab.") {
			slash := strings.LastIndexByte(name, '/') + 1
			pkg, _, _ := strings.Cut(name[slash:], ".")
			return name[:slash] + pkg
		}
		if !more {
			return "others"
		}
	}
}

func remember(b []byte) {
	mappings.Lock()
	defer mappings.Unlock()
	if mappings.at == nil {
		mappings.at = map[uintptr]mapping{}
	}
	mappings.at[AddressOf(b)] = mapping{asker(), b}
}

func forget(b []byte) {
	mappings.Lock()
	defer mappings.Unlock()
	delete(mappings.at, AddressOf(b))
}

// Parts are what the packages of this process mapped, the largest first. It looks
// at every page's state: milliseconds for gigabytes, for a thread that is no worker.
func Parts() ([]Part, error) {
	mappings.Lock()
	defer mappings.Unlock()
	byName := map[string]*Part{}
	var vec []byte
	for _, m := range mappings.at {
		p := byName[m.part]
		if p == nil {
			p = &Part{Name: m.part}
			byName[m.part] = p
		}
		n, err := resident(m.mem, &vec)
		if err != nil {
			return nil, fmt.Errorf("memory of %s: %w", m.part, err)
		}
		p.Mapped += uint64(len(m.mem))
		p.Resident += n
	}
	var ps []Part
	for p := range maps.Values(byName) {
		ps = append(ps, *p)
	}
	slices.SortFunc(ps, func(a, b Part) int {
		if a.Resident != b.Resident {
			return int(int64(b.Resident) - int64(a.Resident))
		}
		return strings.Compare(a.Name, b.Name)
	})
	return ps, nil
}

// resident is how much of a mapping is in memory; vec is room for its pages.
func resident(b []byte, vec *[]byte) (uint64, error) {
	page := os.Getpagesize()
	pages := (len(b) + page - 1) / page
	if len(*vec) < pages {
		*vec = make([]byte, pages)
	}
	if err := mincore(b, (*vec)[:pages]); err != nil {
		return 0, os.NewSyscallError("mincore", err)
	}
	n := 0
	for _, v := range (*vec)[:pages] {
		n += int(v & 1)
	}
	return uint64(min(n*page, len(b))), nil
}
