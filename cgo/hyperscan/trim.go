package hyperscan

// #include <malloc.h>
import "C"

// Trim gives memory that closed databases and scratches left in the C library's
// arenas back to the system. It takes the arenas' locks and may last milliseconds:
// for a thread that is no worker.
func Trim() { C.malloc_trim(0) }
