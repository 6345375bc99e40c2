package worker

import "testing"

// Expiry sees every slot once a second of packet time, however many packets that
// second has, and no packet looks at more than its share.
func TestSweep(t *testing.T) {
	w, _, slots := shedRig(t)
	high := int(w.flows.High())
	if high <= len(slots) {
		t.Fatalf("%d slots for %d flows", high, len(slots))
	}
	for _, c := range []struct {
		name    string
		packets int
		stepUS  int64
		want    int
	}{
		{"a second of many packets", 100_000, 10, high},
		{"a second of few", 10, 100_000, 2 * 10},
		{"an hour between two", 2, 3_600_000_000, 2 * 2},
		{"time stands still", 1000, 0, 2},
	} {
		looked := 0
		for range c.packets {
			w.now += c.stepUS
			n := w.sweep()
			if n > packetExpire {
				t.Fatalf("%s: %d slots with one packet", c.name, n)
			}
			looked += n
		}
		if looked > c.want+2 || looked < c.want-2 {
			t.Errorf("%s: %d slots, want about %d", c.name, looked, c.want)
		}
	}
}
