package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// fileBuffer is how many octets a file sink gathers before it writes.
const fileBuffer = 256 << 10

// target is what a file sink writes to; an *os.File, or a broken one in tests.
type target interface {
	io.WriteCloser
}

// File is a sink for a regular file or standard output. Octets that the file did
// not take stay in the buffer, so that lines stay whole over a full disk.
type File struct {
	health
	open func() (target, error)
	out  target
	buf  []byte
	// every says when a new file is begun; next is the time for it.
	every Interval
	next  time.Time
	// keep: the target is not ours to close (standard output).
	keep bool
}

// OpenFile opens or creates a file, whose name may hold times as strftime has them.
// Without appending, an existing one is emptied now, but not when it is reopened.
func OpenFile(path string, appending bool, mode os.FileMode, every Interval, report Report) (*File, error) {
	if mode == 0 {
		mode = 0o644
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !appending {
		flags |= os.O_TRUNC
	}
	f := &File{health: newHealth(path, report), every: every}
	f.open = func() (target, error) {
		return os.OpenFile(timeName(path, time.Now()), os.O_WRONLY|os.O_CREATE|os.O_APPEND, mode)
	}
	now := time.Now()
	out, err := os.OpenFile(timeName(path, now), flags, mode)
	if err != nil {
		return nil, fmt.Errorf("output: open %s: %w", path, err)
	}
	f.out, f.next = out, every.After(now)
	return f, nil
}

// Stdout is a sink for standard output.
func Stdout(report Report) *File {
	f := &File{health: newHealth("stdout", report), out: os.Stdout, keep: true}
	f.open = func() (target, error) { return os.Stdout, nil }
	return f
}

// Write buffers a line.
func (f *File) Write(line []byte) {
	if !f.next.IsZero() {
		if now := time.Now(); !now.Before(f.next) {
			f.next = f.every.After(now)
			f.Reopen()
		}
	}
	if len(f.buf)+len(line) > MaxPending {
		f.Flush()
		if len(f.buf)+len(line) > MaxPending {
			f.add(0, 0, 1, len(f.buf))
			return
		}
	}
	f.buf = append(f.buf, line...)
	if len(f.buf) >= fileBuffer {
		f.Flush()
	}
}

// Flush writes the buffer to the file.
func (f *File) Flush() {
	if len(f.buf) == 0 {
		return
	}
	if f.waiting() {
		f.add(0, 0, 0, len(f.buf))
		return
	}
	f.write()
}

// write tries to empty the buffer.
func (f *File) write() {
	if f.out == nil {
		out, err := f.open()
		if err != nil {
			f.fail(err)
			return
		}
		f.out = out
	}
	n, err := f.out.Write(f.buf)
	n = min(max(n, 0), len(f.buf))
	lines := bytes.Count(f.buf[:n], newline)
	f.buf = f.buf[:copy(f.buf, f.buf[n:])]
	f.add(uint64(lines), uint64(n), 0, len(f.buf))
	if err != nil {
		f.fail(err)
		return
	}
	f.retry = time.Time{}
	f.fine()
}

var newline = []byte{'\n'}

// Reopen closes the file and opens its name again. When that fails the sink is
// degraded and goes on trying; nothing buffered is lost.
func (f *File) Reopen() {
	if f.keep {
		return
	}
	f.Flush()
	f.closeTarget()
	out, err := f.open()
	if err != nil {
		f.fail(err)
		return
	}
	f.out = out
	f.retry = time.Time{}
}

func (f *File) closeTarget() {
	if f.out == nil {
		return
	}
	if err := f.out.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		f.fail(err)
	}
	f.out = nil
}

// Close writes what is buffered, without waiting for a retry, and closes.
func (f *File) Close() {
	if len(f.buf) > 0 {
		f.write()
		if n := bytes.Count(f.buf, newline); n > 0 {
			f.add(0, 0, uint64(n), 0)
			f.report(f.Status().Name, fmt.Sprintf("closed with %d lines lost", n))
		}
		f.buf = nil
	}
	if !f.keep {
		f.closeTarget()
	}
}
