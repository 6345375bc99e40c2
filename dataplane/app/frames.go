package app

import (
	"strconv"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Frames are runs of octets that a parser names: a record, a header, a request.
// Rules look at them by `frame`, outputs write them as they are. They cost
// nothing as long as nobody asks for them (Env.Frames): parsers call Call.Frame,
// which does nothing then. Where it does, the layer copies a frame's octets into
// parser memory as they come by, up to maxFrame, so that they outlive the packet.

const (
	// maxFrame bounds the octets of a frame that are kept, maxFrameGaps the places
	// where some are missing that are remembered.
	maxFrame     = 256 << 10
	maxFrameGaps = 4
	// maxFlowFrames bounds a flow's live frames, maxFrames a worker's.
	maxFlowFrames = 128
	maxFrames     = 1 << 14
)

// FrameUse says who looks at frames.
type FrameUse uint8

// Uses. FrameWhole includes the frame that is a side's whole stream.
const (
	FrameOff FrameUse = iota
	FrameOn
	FrameWhole
)

// Frame is one frame. It is judged like a transaction of one message.
type Frame struct {
	flow *Flow
	// Proto and Type name it; Dir is the side that sent it.
	Proto input.AppProto
	Type  uint8
	Dir   input.Dir
	// Start is its offset in the stream, or in the datagram; Size its length in
	// octets, -1 as long as that is not known.
	Start uint64
	Size  int64
	// Number counts the frames of a flow's direction; TxID is its transaction's, with HasTx.
	Number, TxID uint64
	HasTx        bool
	datagram     bool
	// octets are those kept, seen how many went by.
	octets []byte
	seen   uint64
	// over: nothing more will come. cut: octets are missing, gaps says where.
	over, cut bool
	gaps      [maxFrameGaps]frameGap
	ngaps     int
	det       input.TxDetect
}

// frameGap is n octets that are missing behind the first at kept.
type frameGap struct {
	at int
	n  uint64
}

// Frame notes a frame that begins off octets into c.Data; size is -1 when its end
// is not known yet, and End tells it. nil, whose methods do nothing: nobody looks
// at frames, or there is no room.
func (c *Call) Frame(typ uint8, off int, size int64) *Frame {
	f := c.Flow
	if f.Env.Frames == FrameOff || f.proto == nil {
		return nil
	}
	return f.newFrame(typ, c.Dir, c.Start+uint64(off), size)
}

func (f *Flow) newFrame(typ uint8, d input.Dir, start uint64, size int64) *Frame {
	f.nframe[d-1]++
	env := f.Env
	if len(f.frames) == maxFlowFrames {
		env.FramesLost++
		return nil
	}
	fr := env.frames.Take(nil)
	if fr == nil {
		env.FramesLost++
		return nil
	}
	*fr = Frame{flow: f, Proto: f.proto.ID, Type: typ, Dir: d, Start: start, Size: size, Number: f.nframe[d-1], datagram: f.IPProto == udp}
	if fr.datagram {
		fr.Start -= f.side[d-1].at // offsets count from the datagram's start
	}
	f.frames = append(f.frames, fr)
	return fr
}

const udp = 17

// Tx makes the frame part of a transaction.
func (fr *Frame) Tx(id uint64) *Frame {
	if fr != nil {
		fr.TxID, fr.HasTx = id, true
	}
	return fr
}

// End tells that the frame ends off octets into c.Data.
func (fr *Frame) End(c *Call, off int) {
	if fr != nil && fr.Size < 0 {
		fr.Size = max(int64(c.Start)+int64(off)-int64(fr.Start), 0)
		if size := uint64(fr.Size); fr.seen > size {
			// Octets that the parser left were taken for the frame's.
			fr.octets, fr.seen = fr.octets[:min(uint64(len(fr.octets)), size)], size
		}
	}
}

// Frames are the live ones.
func (f *Flow) Frames() []*Frame { return f.frames }

// fill copies what of run, which stands at octets into its direction, belongs to
// the flow's frames.
func (f *Flow) fill(d input.Dir, at uint64, run []byte, eof bool) {
	for _, fr := range f.frames {
		if fr.Dir != d || fr.over {
			continue
		}
		from := fr.Start
		if fr.datagram {
			from += at
		}
		next := from + fr.seen
		if next < at {
			// Octets are missing.
			fr.cut = true
			miss := at - next
			if fr.Size >= 0 {
				miss = min(miss, uint64(fr.Size)-fr.seen)
			}
			fr.miss(miss)
			fr.seen += miss
			next = at
		}
		end := at + uint64(len(run))
		if fr.Size >= 0 {
			end = min(end, from+uint64(fr.Size))
		}
		if next < end {
			fr.keep(run[next-at : end-at])
			fr.seen = end - from
		}
		fr.over = fr.Size >= 0 && fr.seen >= uint64(fr.Size) || eof || fr.datagram
	}
}

// miss notes that n octets are missing.
func (fr *Frame) miss(n uint64) {
	if n > 0 && fr.ngaps < maxFrameGaps {
		fr.gaps[fr.ngaps] = frameGap{len(fr.octets), n}
		fr.ngaps++
	}
}

func (fr *Frame) keep(b []byte) {
	if room := maxFrame - len(fr.octets); len(b) > room {
		b, fr.cut = b[:room], true
	}
	out, ok := fr.flow.Env.Keep.Append(fr.octets, b)
	if !ok {
		fr.cut = true
		return
	}
	fr.octets = out
}

// KeepFrames drops the frames that keep says no to.
func (f *Flow) KeepFrames(keep func(*Frame) bool) {
	left := f.frames[:0]
	for _, fr := range f.frames {
		if keep(fr) {
			left = append(left, fr)
			continue
		}
		f.Env.Keep.Later(fr.octets)
		*fr = Frame{}
		f.Env.frames.Put(fr)
	}
	clear(f.frames[len(left):])
	f.frames = left
}

// FrameType is the frame's number among its protocol's.
func (fr *Frame) FrameType() uint8 { return fr.Type }

// View is the frame, as far as it came by.
func (fr *Frame) View(id buf.ID, d input.Dir, i int) input.View {
	if id != buf.Frame || d != fr.Dir || i > 0 {
		return input.View{Avail: input.None}
	}
	v := input.View{Data: fr.octets, Avail: input.More, First: true}
	switch {
	case fr.over:
		v.Avail, v.Last = input.Done, true
	case len(fr.octets) == 0:
		v.Avail = input.Wait
	}
	return v
}

// Num: frames have no numbers.
func (fr *Frame) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// Progress is complete when nothing more will come.
func (fr *Frame) Progress(input.Dir) uint8 {
	if fr.over {
		return input.Complete
	}
	return 0
}

// Event: frames have none.
func (fr *Frame) Event(uint16) bool { return false }

// Detect is the engine's record.
func (fr *Frame) Detect() *input.TxDetect { return &fr.det }

// ID is the transaction's.
func (fr *Frame) ID() uint64 { return fr.TxID }

// Over reports whether nothing more will come.
func (fr *Frame) Over() bool { return fr.over }

// payload are the frame's octets, and words where some are missing: in place, or put
// together in buf; no more than fit its room.
func (fr *Frame) payload(buf []byte) []byte {
	room := cap(buf)
	if fr.ngaps == 0 {
		return fr.octets[:min(len(fr.octets), room)]
	}
	buf, from := buf[:0], 0
	add := func(b []byte) { buf = append(buf, b[:min(len(b), room-len(buf))]...) }
	for _, g := range fr.gaps[:fr.ngaps] {
		add(fr.octets[from:g.at])
		from = g.at
		var text [48]byte
		b := strconv.AppendUint(append(text[:0], '['), g.n, 10)
		add(append(b, " bytes missing]"...))
	}
	add(fr.octets[from:])
	return buf
}

// Write writes the frame's object, with its payload in the forms asked for, as much
// of it as buf has room for.
func (fr *Frame) Write(w *event.Writer, parts event.PayloadParts, buf []byte) {
	w.Obj("frame")
	w.StrConst("type", input.FrameName(fr.Proto, fr.Type))
	w.Uint("id", fr.Number)
	if fr.Dir == input.ToServer {
		w.StrConst("direction", "toserver")
	} else {
		w.StrConst("direction", "toclient")
	}
	if !fr.datagram {
		w.Uint("stream_offset", fr.Start)
	}
	if fr.Size >= 0 {
		w.Uint("length", uint64(fr.Size))
		w.Bool("complete", fr.over && !fr.cut)
	} else {
		w.Uint("length", fr.seen)
		w.Bool("complete", false)
	}
	payload := fr.payload(buf)
	if parts&event.PayloadBase64 != 0 {
		w.Base64("payload", payload)
	}
	if parts&event.PayloadPrintable != 0 {
		w.Printable("payload_printable", payload)
	}
	if fr.HasTx {
		w.Uint("tx_id", fr.TxID)
	}
	w.End()
}

// wholeFrame makes the frame that is a side's whole stream; where nobody looks at
// such frames it only counts, so that the others keep their numbers.
func (l *Layer) wholeFrame(f *Flow, c *Call) {
	if f.Env.Frames != FrameWhole {
		f.nframe[c.Dir-1]++
		return
	}
	f.newFrame(input.FrameStream, c.Dir, c.Start, -1)
}

func dropFrame(*Frame) bool { return false }
