package clock

// TSC is the time stamp counter: about 20 cycles, not ordered against other
// instructions.
func TSC() uint64
