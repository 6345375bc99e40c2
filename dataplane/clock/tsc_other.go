//go:build !amd64

package clock

import "time"

var start = time.Now()

// TSC counts nanoseconds where the processor's counter is not read.
func TSC() uint64 { return uint64(time.Since(start)) }
