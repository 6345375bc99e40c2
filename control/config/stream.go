package config

import "errors"

// Stream is TCP tracking and reassembly.
type Stream struct {
	Memcap             Size       `conf:"memcap"`
	MemcapPolicy       Policy     `conf:"memcap-policy"`
	ChecksumValidation bool       `conf:"checksum-validation"`
	Inline             Tri        `conf:"inline"`
	DropInvalid        bool       `conf:"drop-invalid"`
	Midstream          bool       `conf:"midstream"`
	MidstreamPolicy    Policy     `conf:"midstream-policy"`
	AsyncOneside       bool       `conf:"async-oneside"`
	PreallocSessions   uint32     `conf:"prealloc-sessions"`
	MaxSynQueued       uint8      `conf:"max-syn-queued"`
	MaxSynAckQueued    uint8      `conf:"max-synack-queued"`
	Bypass             bool       `conf:"bypass"`
	LiberalTimestamps  bool       `conf:"liberal-timestamps"`
	Reassembly         Reassembly `conf:"reassembly"`
}

// Reassembly bounds and shapes what is made of segments. Depth 0 is without end.
type Reassembly struct {
	Memcap                Size   `conf:"memcap"`
	MemcapPolicy          Policy `conf:"memcap-policy"`
	Depth                 Size   `conf:"depth"`
	ToServerChunk         Size   `conf:"toserver-chunk-size"`
	ToClientChunk         Size   `conf:"toclient-chunk-size"`
	RandomizeChunk        bool   `conf:"randomize-chunk-size"`
	RandomizeRange        int    `conf:"randomize-chunk-range"` // percent
	Raw                   bool   `conf:"raw"`
	SegmentPrealloc       uint32 `conf:"segment-prealloc"`
	CheckOverlapDifferent bool   `conf:"check-overlap-different-data"`
	MaxRegions            uint16 `conf:"max-regions"`
	UrgentPolicy          string `conf:"urgent.policy"`
	UrgentOOBLimitPolicy  string `conf:"urgent.oob-limit-policy"`
}

// Validate checks the bounds that the types do not.
func (s Stream) Validate() error {
	r := s.Reassembly
	var errs []error
	for _, chunk := range []struct {
		key  string
		size Size
	}{{"toserver", r.ToServerChunk}, {"toclient", r.ToClientChunk}} {
		if chunk.size == 0 || chunk.size > 65535 {
			errs = append(errs, &Error{Key: "stream.reassembly." + chunk.key + "-chunk-size", Problem: chunk.size.String() + " is not from 1 to 65535", Remedy: "2560 is usual"})
		}
	}
	if r.Depth > 1<<32-1 {
		errs = append(errs, &Error{Key: "stream.reassembly.depth", Problem: r.Depth.String() + " is more than 4 GiB", Remedy: "write 0 for no end"})
	}
	for _, cap := range []struct {
		key  string
		size Size
	}{{"stream.memcap", s.Memcap}, {"stream.reassembly.memcap", r.Memcap}} {
		if cap.size == 0 {
			errs = append(errs, &Error{Key: cap.key, Problem: "0 leaves no memory at all", Remedy: "64mb and 256mb are usual; weir has no unlimited tables"})
		}
	}
	if s.MidstreamPolicy != PolicyUnset {
		// What holds only inline or only passive is checked when that is known.
		errs = append(errs, checkMidstream(s.MidstreamPolicy, true, s.Midstream))
	}
	return errors.Join(errs...)
}
