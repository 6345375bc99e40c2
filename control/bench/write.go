package bench

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/weir-ips/weir/dataplane/port"
)

// WriteCapture writes what a Spec's capture becomes, all copies with addresses of
// their own, as a pcap file: what another program is measured with.
func WriteCapture(s *Spec, path string) error {
	if s.Capture == "" {
		return fmt.Errorf("bench: only a capture (-r) can be written")
	}
	if err := s.Validate(); err != nil {
		return err
	}
	frames, times, link, closer, err := captureFrames(s.Capture)
	if err != nil {
		return err
	}
	defer closer()
	span := times[len(times)-1] - times[0] + 1
	return writePcap(path, link, func(add func(us int64, frame []byte)) {
		var copied []byte
		for rep := range s.Repeat {
			for i, fr := range frames {
				copied = append(copied[:0], fr...)
				port.ShiftAddrs(rep, i, copied)
				add(times[i]+int64(rep)*span, copied)
			}
		}
	})
}

// writePcap writes a capture: each calls add for its frames, with their times in µs.
func writePcap(path string, link uint32, each func(add func(us int64, frame []byte))) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	le := binary.LittleEndian
	head := make([]byte, 24)
	le.PutUint32(head, 0xa1b2c3d4)
	le.PutUint16(head[4:], 2)
	le.PutUint16(head[6:], 4)
	le.PutUint32(head[16:], 262144)
	le.PutUint32(head[20:], link)
	w.Write(head)
	var rec [16]byte
	each(func(us int64, frame []byte) {
		le.PutUint32(rec[0:], uint32(us/1_000_000))
		le.PutUint32(rec[4:], uint32(us%1_000_000))
		le.PutUint32(rec[8:], uint32(len(frame)))
		le.PutUint32(rec[12:], uint32(len(frame)))
		w.Write(rec[:])
		w.Write(frame)
	})
	return w.Flush()
}

// AppendGoBench appends the runs to a file in the form of Go's benchmarks, which
// benchstat compares.
func (r *Report) AppendGoBench(path, name string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	for i := range r.Runs {
		x := &r.Runs[i]
		fmt.Fprintf(f, "Benchmark%s %d %.1f ns/op %.1f worker-ns/op %.6f allocs/op\n", name, x.Packets, x.NS(), x.WorkerNS(),
			float64(x.Mallocs)/float64(max(x.Packets, 1)))
	}
	return f.Close()
}
