// Package packetbuild makes packets for tests, benchmarks and the demo: whole
// conversations with a TCP state behind them, and every packet of them open to
// be bent (other sequence numbers, overlaps, fragments, tunnels).
//
// It stands before the packet's way: what it makes goes into a capture file or
// straight into a decoder. Nothing outside of tests and tools imports it.
//
//	c := packetbuild.NewCapture()
//	t := c.TCP("10.0.0.1:40000", "192.0.2.1:80")
//	t.Handshake()
//	t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/", "example.org"))
//	t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("hello")))
//	t.Close()
//	err := c.WritePcap(w)
//
// Everything is deterministic: the clock starts at Epoch and is moved by the
// caller, addresses of the link layer come from those of IP, identifiers count.
// What cannot be built (a port that does not parse, a layer that gopacket
// refuses) is a mistake in the test and panics.
//
// Ownership: a Capture owns its frames; Frames hands them out without a copy.
//
// Concurrency: one goroutine per Capture.
//
// Limits: none; a capture is held in memory whole.
package packetbuild
