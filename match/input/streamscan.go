package input

// StreamScan is what a matcher knows of a direction of a stream: of the octets
// [From, To), counted from the stream's first, none ends a pattern of the sets that
// Key names. The zero value knows nothing. It belongs to whoever keeps the stream.
type StreamScan struct {
	Key, From, To uint64
}
