// Package decode finds the headers of a packet and writes down where they lie
// and what they say.
//
// It is the first stage after receive. What is malformed is not an error but
// events and the Invalid mark; what is unknown is left alone. Conditions, event
// names and which of them make a packet invalid are Suricata's. A tunnel yields
// another packet, linked by Inner and Carrier, that is judged on its own.
//
// Ownership: a decoded packet borrows the frame; inner packets come from the
// burst's pool and live until it is reset.
//
// Concurrency: a Decoder belongs to one worker.
//
// Limits: at most MaxLayers headers a packet, inner packets included; every
// list on the wire (tags, options, chunks, extension headers) is bounded by the
// octets it lies in. No allocation.
package decode
