package stream

import (
	"errors"
	"fmt"
)

// OSPolicy says which copy of an octet a receiver keeps when segments overlap,
// and which resets and timestamps it takes; Suricata's host-os-policy.
type OSPolicy uint8

// Policies. The zero value means not known and is treated as BSD. BSD-right and
// old-solaris behave as BSD and solaris here.
const (
	OSUnknown OSPolicy = iota
	OSBSD
	OSBSDRight
	OSOldLinux
	OSLinux
	OSSolaris
	OSOldSolaris
	OSHPUX10
	OSHPUX11
	OSIRIX
	OSMacOS
	OSWindows
	OSVista
	OSWindows2K3
	OSFirst
	OSLast
)

var osPolicyNames = map[string]OSPolicy{
	"bsd": OSBSD, "bsd-right": OSBSDRight, "old-linux": OSOldLinux, "linux": OSLinux,
	"solaris": OSSolaris, "old-solaris": OSOldSolaris, "hpux10": OSHPUX10, "hpux11": OSHPUX11,
	"irix": OSIRIX, "macos": OSMacOS, "windows": OSWindows, "vista": OSVista,
	"windows2k3": OSWindows2K3, "first": OSFirst, "last": OSLast,
}

// OSPolicyByName finds a policy by its name in host-os-policy.
func OSPolicyByName(name string) (OSPolicy, bool) {
	p, ok := osPolicyNames[name]
	return p, ok
}

// UrgentPolicy says what becomes of the octet that an urgent pointer marks.
type UrgentPolicy uint8

// Urgent policies: it is part of the stream; it is taken out of it (as a
// receiver without SO_OOBINLINE does); it leaves a gap of one octet; inline, the
// packet is dropped.
const (
	UrgentInline UrgentPolicy = iota
	UrgentOOB
	UrgentGap
	UrgentDrop
)

// Config is what a Stage is made with; DefaultConfig has Suricata's values.
type Config struct {
	// Inline: data is judged on arrival and the first copy wins. Else data is
	// judged when acknowledged and HostOS decides between copies.
	Inline bool
	// Sessions bounds the TCP sessions; 0 derives it from Memcap, in octets.
	Sessions, Memcap int
	// ReassemblyMemcap bounds, in octets, the pages that hold stream data.
	ReassemblyMemcap int
	// Depth is how many octets of each direction are reassembled; 0: all.
	Depth int
	// Depths replace Depth for the streams of a protocol, by its id; -1, and what
	// stands behind the end of the list: Depth.
	Depths []int
	// StoreDepth is the depth of flows with files that are stored; 0: all, -1: no
	// other than that of all flows.
	StoreDepth int
	// Midstream: sessions may be picked up without a handshake. It is the worker's
	// to leave this off where the midstream policy drops or rejects.
	Midstream bool
	// AsyncOneside: sessions of which one direction is not seen are followed.
	AsyncOneside bool
	// DropInvalid: inline, what the state machine refuses is dropped.
	DropInvalid bool
	// LiberalTimestamps accepts a timestamp one below the last, and one that was
	// not agreed on.
	LiberalTimestamps bool
	// CheckOverlap: overlaps with different data raise their event; passive, they
	// are looked for in acknowledged data too, a window's worth.
	CheckOverlap bool
	// AnyChecksum: packets count whatever their checksum, even where a rule has it
	// computed.
	AnyChecksum bool
	// Raw: octets are kept for Stage.Raw.
	Raw bool
	// MaxSynQueued and MaxSynAckQueued bound the handshakes tried in parallel on
	// one session.
	MaxSynQueued, MaxSynAckQueued int
	// MaxRegions bounds the groups of islands, further apart than 256 KiB, of one
	// direction.
	MaxRegions int
	// ToServerChunk and ToClientChunk are the octets that raw inspection waits for
	// (passive) or takes as context (inline).
	ToServerChunk, ToClientChunk int
	// RandomizeChunk varies the chunks by up to RandomizeRange percent, drawn from
	// Seed: the same seed gives the same sizes.
	RandomizeChunk bool
	RandomizeRange int
	Seed           uint64
	// UrgentPolicy, and what is done after 65535 urgent octets under UrgentOOB.
	UrgentPolicy, UrgentLimitPolicy UrgentPolicy
	// HostOS finds the policy of a host; nil: BSD for all. IPv4 addresses stand in
	// the first four octets. It is called twice a session.
	HostOS func(addr *[16]byte, version uint8) OSPolicy
}

// DefaultConfig is Suricata's behaviour without configuration.
func DefaultConfig() Config {
	return Config{
		Memcap: 64 << 20, ReassemblyMemcap: 256 << 20, Depth: 1 << 20, StoreDepth: -1,
		DropInvalid: true, LiberalTimestamps: true, Raw: true,
		MaxSynQueued: 10, MaxSynAckQueued: 5, MaxRegions: 8,
		ToServerChunk: 2560, ToClientChunk: 2560, RandomizeChunk: true, RandomizeRange: 10,
	}
}

// minReassembly is the least that a Stage can work with.
const minReassembly = 64 << 10

// Validate reports every mistake of c.
func (c *Config) Validate() error {
	var errs []error
	need := func(name string, v, lo, hi int) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("stream: %s is %d, not in %d to %d", name, v, lo, hi))
		}
	}
	const top = 1 << 40
	need("sessions", c.Sessions, 0, 1<<28)
	if c.Sessions == 0 {
		need("memcap", c.Memcap, 4096, top)
	}
	need("reassembly memcap", c.ReassemblyMemcap, minReassembly, top)
	need("depth", c.Depth, 0, 1<<31)
	need("depth for files that are stored", c.StoreDepth, -1, 1<<32)
	for _, d := range c.Depths {
		need("depth of a protocol's streams", d, -1, 1<<31)
	}
	need("number of depths of protocols", len(c.Depths), 0, 256)
	need("max-syn-queued", c.MaxSynQueued, 0, 255)
	need("max-synack-queued", c.MaxSynAckQueued, 0, 255)
	need("max-regions", c.MaxRegions, 0, 1<<16)
	need("toserver-chunk-size", c.ToServerChunk, 1, 65535)
	need("toclient-chunk-size", c.ToClientChunk, 1, 65535)
	need("randomize-chunk-range", c.RandomizeRange, 0, 99)
	if c.UrgentPolicy > UrgentDrop || c.UrgentLimitPolicy > UrgentDrop {
		errs = append(errs, fmt.Errorf("stream: urgent policy %d or limit policy %d does not exist",
			c.UrgentPolicy, c.UrgentLimitPolicy))
	}
	return errors.Join(errs...)
}

// chunks are the two chunk sizes, to server and to client, varied by the seed.
func (c *Config) chunks() [2]uint32 {
	out := [2]uint32{uint32(c.ToServerChunk), uint32(c.ToClientChunk)}
	if !c.RandomizeChunk || c.RandomizeRange == 0 {
		return out
	}
	x := c.Seed
	for i := range out {
		// splitmix64: one multiply-xor round a draw is enough for a jitter.
		x += 0x9e3779b97f4a7c15
		z := (x ^ x>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		span := int64(out[i]) * int64(c.RandomizeRange) / 100
		if span > 0 {
			out[i] = uint32(max(int64(out[i])+int64(z%uint64(span))-span/2, 1))
		}
	}
	return out
}
