package stream

import "unsafe"

// sessionSize is what a session takes, for sizing by stream.memcap.
const sessionSize = int(unsafe.Sizeof(session{}))
