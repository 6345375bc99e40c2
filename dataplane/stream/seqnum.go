package stream

// seqnum is a TCP sequence number; comparison is modulo 2^32 (RFC 9293 §3.4).
type seqnum uint32

// sub is a-b as a signed distance: negative when a is before b.
func (a seqnum) sub(b seqnum) int32 { return int32(a - b) }

func (a seqnum) before(b seqnum) bool  { return int32(a-b) < 0 }
func (a seqnum) atMost(b seqnum) bool  { return int32(a-b) <= 0 }
func (a seqnum) after(b seqnum) bool   { return int32(a-b) > 0 }
func (a seqnum) atLeast(b seqnum) bool { return int32(a-b) >= 0 }
func (a seqnum) add(n int) seqnum      { return a + seqnum(uint32(n)) }
func (a seqnum) plus(n uint32) seqnum  { return a + seqnum(n) }
func (a seqnum) minus(n uint32) seqnum { return a - seqnum(n) }
