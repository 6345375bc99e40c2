package policy

import (
	"os"
	"syscall"
	"time"
)

// maxTempAge is when a file that is being written counts as left behind.
const maxTempAge = time.Hour

func age(info os.FileInfo) time.Duration { return time.Since(info.ModTime()) }

// owner is the user that a file belongs to.
func owner(info os.FileInfo) (uid int, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}
