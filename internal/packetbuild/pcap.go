package packetbuild

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	pcapMagic   = 0xa1b2c3d4 // microseconds, in the writer's byte order
	pcapSnapLen = 262144
)

// LinkEthernet is the pcap link type of what a Capture builds.
const LinkEthernet uint32 = 1

// WritePcap writes the capture in the classic pcap format (little endian,
// microseconds, LINKTYPE_ETHERNET). The same frames give the same octets.
func (c *Capture) WritePcap(w io.Writer) error { return WritePcap(w, LinkEthernet, c.frames) }

// WritePcap writes frames of any link type.
func WritePcap(w io.Writer, linkType uint32, frames []Frame) error {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, pcapMagic)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = le.AppendUint64(b, 0) // time zone and accuracy: always 0
	b = le.AppendUint32(b, pcapSnapLen)
	b = le.AppendUint32(b, linkType)
	for _, f := range frames {
		b = le.AppendUint32(b, uint32(f.TimeUS/1e6))
		b = le.AppendUint32(b, uint32(f.TimeUS%1e6))
		b = le.AppendUint32(b, uint32(len(f.Data)))
		b = le.AppendUint32(b, uint32(len(f.Data)))
		b = append(b, f.Data...)
	}
	_, err := w.Write(b)
	return err
}

// ReadPcap reads what WritePcap wrote: little endian, microseconds.
func ReadPcap(r io.Reader) (linkType uint32, frames []Frame, err error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, nil, err
	}
	le := binary.LittleEndian
	if len(b) < 24 || le.Uint32(b) != pcapMagic {
		return 0, nil, errors.New("packetbuild: not a little-endian microsecond pcap")
	}
	linkType = le.Uint32(b[20:])
	for b = b[24:]; len(b) > 0; {
		if len(b) < 16 {
			return 0, nil, io.ErrUnexpectedEOF
		}
		n := int(le.Uint32(b[8:]))
		if n < 0 || n > len(b)-16 {
			return 0, nil, io.ErrUnexpectedEOF
		}
		t := int64(le.Uint32(b))*1e6 + int64(le.Uint32(b[4:]))
		frames = append(frames, Frame{TimeUS: t, Data: b[16 : 16+n : 16+n]})
		b = b[16+n:]
	}
	return linkType, frames, nil
}
