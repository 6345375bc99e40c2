package output

import (
	"sync"
	"time"
)

// MaxPending is the most octets that a sink keeps while it cannot write.
const MaxPending = 4 << 20

// RetryAfter is how long a sink that failed waits before it tries again.
const RetryAfter = time.Second

// Sink carries lines away. A line ends with a line feed. Errors are not
// returned: a sink that fails is degraded, retries, and counts what it loses.
type Sink interface {
	// Write takes one line.
	Write(line []byte)
	// Flush hands over what is buffered, and retries after a failure.
	Flush()
	// Reopen closes and opens the target again (log rotation).
	Reopen()
	// Close flushes and closes; what cannot be written is counted as lost.
	Close()
	Status() SinkStatus
}

// SinkStatus says how a sink fares.
type SinkStatus struct {
	Name string
	// Lines and Bytes were taken over by the target, Lost lines never will be.
	Lines, Bytes, Lost uint64
	// Pending octets wait for the target to work again.
	Pending int
	// Degraded is the error that the sink suffers from now; empty when it works.
	Degraded string
}

// Report is told when a sink begins to fail and when it works again.
type Report func(name, message string)

// health keeps a sink's status; its methods are safe at any time.
type health struct {
	mu     sync.Mutex
	status SinkStatus
	report Report
	retry  time.Time
	now    func() time.Time
}

func newHealth(name string, report Report) health {
	if report == nil {
		report = func(string, string) {}
	}
	return health{status: SinkStatus{Name: name}, report: report, now: time.Now}
}

// Status is a copy of the present state.
func (h *health) Status() SinkStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.status
}

// add counts lines taken over, lines lost, and what is pending.
func (h *health) add(lines, bytes, lost uint64, pending int) {
	h.mu.Lock()
	h.status.Lines += lines
	h.status.Bytes += bytes
	h.status.Lost += lost
	h.status.Pending = pending
	h.mu.Unlock()
}

// fail makes the sink degraded; it says so once for each kind of error.
func (h *health) fail(err error) {
	h.retry = h.now().Add(RetryAfter)
	h.mu.Lock()
	same := h.status.Degraded == err.Error()
	h.status.Degraded = err.Error()
	name := h.status.Name
	h.mu.Unlock()
	if !same {
		h.report(name, "degraded: "+err.Error())
	}
}

// fine ends the degraded state.
func (h *health) fine() {
	h.mu.Lock()
	was := h.status.Degraded
	h.status.Degraded = ""
	name := h.status.Name
	h.mu.Unlock()
	if was != "" {
		h.report(name, "writing again after: "+was)
	}
}

// waiting reports whether it is too early to try again.
func (h *health) waiting() bool { return !h.retry.IsZero() && h.now().Before(h.retry) }
