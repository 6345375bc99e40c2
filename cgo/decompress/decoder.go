package decompress

// Status says how far a stream is after a call of Decode.
type Status uint8

const (
	// NeedInput: all input was taken and all output that follows from it was
	// given. A stream that stops here is truncated.
	NeedInput Status = iota
	// NeedOutput: the output buffer is full and there may be more. Call again
	// with the rest of the input, even if that is empty.
	NeedOutput
	// End: the stream is complete. Input behind it was not taken.
	End
	// Corrupt: the stream is damaged, or not of this format. Output given
	// before counts; of what was decoded just before the damage some may be
	// lost, depending on how the input was divided (brotli).
	Corrupt
	// NoMemory: the stream wants more memory than the decoder may use.
	NoMemory
)

// String names the status.
func (s Status) String() string {
	switch s {
	case NeedInput:
		return "need-input"
	case NeedOutput:
		return "need-output"
	case End:
		return "end"
	case Corrupt:
		return "corrupt"
	case NoMemory:
		return "no-memory"
	}
	return "unknown"
}

// Decoder decodes one compressed stream at a time, in memory that was set
// aside when it was made.
type Decoder interface {
	// Reset forgets the stream and starts a new one.
	Reset()
	// Decode takes octets from in and gives octets to out, and says how many.
	// After End, Corrupt and NoMemory, further calls take and give nothing and
	// repeat the status, until Reset. It does not allocate.
	Decode(in, out []byte) (nIn, nOut int, s Status)
	// Close frees the memory.
	Close()
}
