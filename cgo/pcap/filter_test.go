package pcap

import (
	"strings"
	"testing"
)

// udp is a datagram from port 1000 to port 53.
var udp = append([]byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00E\x00\x00\x1c\x00\x00\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02"),
	"\x03\xe8\x00\x35\x00\x08\x00\x00"...)

func TestFilter(t *testing.T) {
	const ethernet = 1
	for text, want := range map[string]bool{"udp port 53": true, "tcp": false, "host 10.0.0.2": true, "net 192.0.2.0/24": false, "udp dst port 1000": false, "": true} {
		f, err := Compile(text, ethernet)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(udp); got != want {
			t.Errorf("%s: %v", text, got)
		}
		for n := range len(udp) {
			f.Match(udp[:n:n]) // cut short anywhere
		}
		f.Close()
	}
	for _, text := range []string{"port of call", "tcp and", strings.Repeat("host 10.0.0.1 and port 5 or ", 3000) + "tcp"} {
		if f, err := Compile(text, ethernet); err == nil {
			f.Close()
			t.Errorf("%.30s is taken", text)
		}
	}
}
