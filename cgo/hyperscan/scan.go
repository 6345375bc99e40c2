package hyperscan

// #cgo noescape whs_scan
// #cgo nocallback whs_scan
// #include "shim.h"
import "C"

import "unsafe"

// Tail is how many octets behind the end of a job's data must be readable, or
// the scan may fault: the library's AVX-512 loops load whole vectors (seen with
// Hyperscan 5.4.0, and reported of Vectorscan). What stands there has no effect
// on the hits.
const Tail = 64

// Job is one buffer to be scanned with one database. All fields are numbers,
// so that a batch crosses to C without a walk over its pointers.
type Job struct {
	DB   uintptr // Handle of a Database or a Set
	Data uintptr // address outside the Go heap; see Tail
	Len  uint32  // octets; 0 matches nothing
	Tag  uint32  // the caller's, copied into every Hit
	// Start is how far behind the place from which anchors of a Set count data
	// stands; Elsewhere: no anchor is in it.
	Start uint32
	_     uint32
}

// Elsewhere is the Start of data in which no anchored pattern may match.
const Elsewhere = ^uint32(0)

// Hit is one match.
type Hit struct {
	Tag uint32 // of the job
	ID  uint32 // of the pattern
	End uint32 // offset behind the last matching octet
}

// Status says why Scan returned.
type Status int32

const (
	// Done: all jobs were scanned.
	Done Status = C.WHS_DONE
	// Full: the hit array has no room for the hits of jobs[Result.Jobs]. The
	// caller processes the hits, then scans jobs[Result.Jobs:].
	Full Status = C.WHS_FULL
	// Overflow: the last job scanned, jobs[Result.Jobs-1], has more hits than
	// the whole array holds, which is full of its first ones. The caller
	// processes them, applies its policy to that job, and scans the rest.
	Overflow Status = C.WHS_OVERFLOW
	// Failed: the last job scanned, jobs[Result.Jobs-1], could not be scanned,
	// for the reason Result.Code; none of its hits is in the array. The caller
	// applies its policy to that job, and scans the rest.
	Failed Status = C.WHS_FAILED
)

// Result is the outcome of one Scan.
type Result struct {
	Hits   int // valid entries of the hit array
	Jobs   int // jobs that need not be scanned again
	Status Status
	Code   Errno // when Failed
}

// Scan scans jobs in order, in one crossing, and writes their matches to hits:
// those of one job together, in no order to rely on. All hits of a job are in the
// array or none, except with Overflow. Every call with at least one entry in
// hits ends at least one job, so this loop ends:
//
//	for len(jobs) > 0 {
//		r := scratch.Scan(jobs, hits)
//		// use hits[:r.Hits]; look at r.Status for jobs[r.Jobs-1]
//		jobs = jobs[r.Jobs:]
//	}
//
// Repeated hits of a pattern in a job are left out if it has the flag
// SingleMatch.
func (s *Scratch) Scan(jobs []Job, hits []Hit) Result {
	if len(jobs) == 0 {
		return Result{}
	}
	var first *C.whs_hit
	if len(hits) > 0 {
		first = (*C.whs_hit)(unsafe.Pointer(&hits[0]))
	}
	r := C.whs_scan(C.uintptr_t(s.handle), (*C.whs_job)(unsafe.Pointer(&jobs[0])), C.uint32_t(len(jobs)),
		first, C.uint32_t(len(hits)))
	return Result{Hits: int(r.hits), Jobs: int(r.done), Status: Status(r.status), Code: Errno(r.code)}
}

// The layouts must agree; a difference does not compile.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(Job{})-C.sizeof_whs_job]
	_ = [1]struct{}{}[unsafe.Sizeof(Hit{})-C.sizeof_whs_hit]
)
