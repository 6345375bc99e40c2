package anomaly

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func (l *lab) save() []byte {
	var parts [][]byte
	buf := make([]byte, StatePartSize)
	for i := 0; ; i++ {
		n, ok := l.s.StatePart(i, buf)
		if !ok {
			return EncodeState(parts...)
		}
		parts = append(parts, bytes.Clone(buf[:n]))
	}
}

// learned is a lab that saw two hours of uploads, services and UDP.
func learned(t testing.TB) *lab {
	l := newLab(t, func(c *Config) {
		c.Learn = time.Hour
		d := c.Detectors["exfiltration"]
		d.Window = 5 * time.Minute
		c.Detectors["exfiltration"] = d
	})
	for range 2 * 60 {
		for range 10 {
			l.observe(Observation{Src: ip(client), Dst: ip(server), Proto: protoUDP, DstPort: 9, ToServer: true})
		}
		o := ackOf(syn(client, server, 1, 3000))
		l.observe(o)
		l.s.FlowEnd(&FlowEnd{TimeUS: l.us, Client: ip(server), Server: ip(client), BytesTS: 1_000_000, IPVersion: 4, Established: true, ClientInside: true})
		for range 3 {
			l.pass(20 * time.Second)
			l.drain()
		}
	}
	return l
}

func newServiceAt(l *lab) int {
	l.got = nil
	l.observe(ackOf(syn(client, server, 1, 4444)))
	n, _ := l.found(NewService, Begin)
	return n
}

func TestStateSurvivesRestart(t *testing.T) {
	l := learned(t)
	l.none()
	file := l.save()
	st, err := ReadState(file)
	if err != nil {
		t.Fatal(err)
	}
	fresh := newLab(t, func(c *Config) { c.Learn = time.Hour })
	if newServiceAt(fresh) != 0 {
		t.Error("a scorer that learned nothing knows what is new")
	}
	again := newLab(t, func(c *Config) { c.Learn = time.Hour })
	again.us = l.us + 60_000_000
	again.s.Restore(st)
	if got := again.s.udp.base[0].Level; got != l.s.udp.base[0].Level || got.N < 100 {
		t.Errorf("baseline %+v, was %+v", got, l.s.udp.base[0].Level)
	}
	again.observe(ackOf(syn(client, server, 1, 3000)))
	again.none() // known before
	if newServiceAt(again) != 1 {
		t.Error("a new service was not found after the restart")
	}
	again.got = nil
	again.s.FlowEnd(&FlowEnd{TimeUS: again.us, Client: ip(server), Server: ip(client), BytesTS: 600e6, IPVersion: 4, Established: true, ClientInside: true})
	again.drain()
	if n, f := again.found(Exfiltration, Begin); n != 1 || f.Baseline < 1e6 || f.Top[0].Count != 600e6 {
		t.Errorf("%d uploads found, %+v", n, f.Baseline)
	}
}

func TestDamagedStateIsRefusedWhole(t *testing.T) {
	file := learned(t).save()
	for i := 0; i < len(file); i += 1 + len(file)/300 {
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if _, err := ReadState(bad); !errors.Is(err, ErrState) {
			t.Fatalf("octet %d damaged: %v", i, err)
		}
		if _, err := ReadState(file[:i]); !errors.Is(err, ErrState) {
			t.Fatalf("cut to %d: %v", i, err)
		}
	}
}

func FuzzReadState(f *testing.F) {
	file := learned(f).save()
	f.Add(file[stateHead : len(file)-4])
	f.Add([]byte{recordLearned, 8, 0, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, records []byte) {
		st, err := ReadState(EncodeState(records)) // behind a right checksum
		if err != nil {
			return
		}
		l := newLab(t, nil)
		l.s.Restore(st)
		for i := range uint32(50) {
			l.observe(ackOf(syn(client, server+i, 1, uint16(i))))
		}
	})
}
