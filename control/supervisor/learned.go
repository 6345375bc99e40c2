package supervisor

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/event"
)

// learned gathers what the workers' detectors learned and keeps it in a file.
// Parts of one worker come in order; a state counts once its last part came.
type learned struct {
	file    string
	workers map[uint16]*learnedState
}

type learnedState struct {
	next    uint64
	growing []byte
	whole   []byte
}

// maxLearned bounds a worker's state against an engine that invents parts.
const maxLearned = 16 << 20

// take reads a part. With the last one, the file is written anew from what all
// workers said last.
func (l *learned) take(r *event.Record) error {
	if l.file == "" {
		return nil
	}
	var part uint64
	var last bool
	var data []byte
	var m event.Member
	for c := event.NewCursor(r.Body); c.Next(&m); {
		switch string(m.Key) {
		case "part":
			part = m.Num
		case "last":
			last = m.Type == event.TypeTrue
		case "data":
			data = m.Bytes
		}
	}
	if l.workers == nil {
		l.workers = map[uint16]*learnedState{}
	}
	st := l.workers[r.Head.Worker]
	if st == nil {
		if len(l.workers) > 1024 {
			return nil
		}
		st = &learnedState{}
		l.workers[r.Head.Worker] = st
	}
	if part == 0 {
		st.growing, st.next = st.growing[:0], 0
	}
	if part != st.next || len(st.growing)+len(data) > maxLearned {
		// A part was lost: the next state begins with part 0 again.
		st.next = ^uint64(0)
		return nil
	}
	st.next++
	st.growing = append(st.growing, data...)
	if !last {
		return nil
	}
	st.whole = append(st.whole[:0], st.growing...)
	return l.write()
}

// write replaces the file as a whole, so that a crash leaves the old one.
func (l *learned) write() error {
	var parts [][]byte
	for _, st := range l.workers {
		parts = append(parts, st.whole)
	}
	if err := os.MkdirAll(filepath.Dir(l.file), 0o755); err != nil {
		return err
	}
	tmp := l.file + ".new"
	if err := os.WriteFile(tmp, anomaly.EncodeState(parts...), 0o600); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("%w: the file before is kept", err)
	}
	return os.Rename(tmp, l.file)
}
