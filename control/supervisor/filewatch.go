package supervisor

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// inputs are the files that a policy is made of, with what was seen of them.
type inputs struct {
	files  []string
	octets uint64
	stamp  string
}

// look stats files. A file that is not there has a stamp as well: its coming
// back is a change.
func look(files []string) inputs {
	in := inputs{files: files}
	var b strings.Builder
	for _, f := range files {
		st, err := os.Stat(f)
		if err != nil {
			fmt.Fprintf(&b, "%s -\n", f)
			continue
		}
		ino := uint64(0)
		if sys, ok := st.Sys().(*syscall.Stat_t); ok {
			ino = sys.Ino
		}
		in.octets += uint64(max(st.Size(), 0))
		fmt.Fprintf(&b, "%s %d %d %d\n", f, st.Size(), st.ModTime().UnixNano(), ino)
	}
	in.stamp = b.String()
	return in
}

// watchFiles reloads when an input of the policy in force has changed and came
// to rest: what is being written is not read by half. It asks by stat, which
// works on every file system.
func (s *Supervisor) watchFiles(ctx context.Context) {
	changed := ""
	for {
		s.rules.mu.RLock()
		every, known := s.rules.plan.Watch, s.rules.inputs
		s.rules.mu.RUnlock()
		wait(ctx, max(every, 100*time.Millisecond))
		if ctx.Err() != nil {
			return
		}
		if every == 0 || known.files == nil {
			wait(ctx, time.Second)
			continue
		}
		now := look(known.files).stamp
		switch {
		case now == known.stamp:
			changed = ""
		case now != changed:
			changed = now // wait until it rests
		default:
			changed = ""
			s.log.Info("rule files have changed")
			if _, err := s.Reload(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("rules were not reloaded; the old ones run on", "error", err)
			}
		}
	}
}
