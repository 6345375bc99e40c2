package header

import "testing"

// TestLengthsDoNotWrap reads lengths that overflow the octet they stand in.
func TestLengthsDoNotWrap(t *testing.T) {
	for name, c := range map[string]struct{ got, want int }{
		"IPv6 extension": {IPv6Ext{0, 255}.Len(), 2048},
		"AH":             {AH{0, 255}.Len(), 1028},
		"IPv4 offset":    {IPv4{6: 0xff, 7: 0xff, 19: 0}.FragOffset(), 65528},
		"IPv4 IHL":       {IPv4{0: 0x4f, 19: 0}.HeaderLen(), 60},
		"TCP offset":     {TCP{12: 0xf0, 19: 0}.HeaderLen(), 60},
		"IPv6 fragment":  {IPv6Fragment{2: 0xff, 3: 0xff, 7: 0}.Offset(), 65528},
		"VLAN":           {int(VLAN{0xff, 0xff, 0, 0}.ID()), 4095},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

func TestSetters(t *testing.T) {
	b := IPv4(make([]byte, 20))
	b.SetTotalLen(1234)
	b.SetFragWord(0x2001)
	b.SetChecksum(0xbeef)
	b.SetTTL(9)
	if b.TotalLen() != 1234 || !b.MoreFragments() || b.DontFragment() || b.Reserved() || b.FragOffset() != 8 ||
		b.Checksum() != 0xbeef || b.TTL() != 9 {
		t.Errorf("% x", []byte(b))
	}
	v6 := IPv6(make([]byte, 40))
	v6.SetPayloadLen(99)
	v6.SetNextHeader(17)
	if v6.PayloadLen() != 99 || v6.NextHeader() != 17 {
		t.Errorf("% x", []byte(v6))
	}
}
