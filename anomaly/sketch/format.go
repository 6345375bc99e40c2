package sketch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Kind names a sketch in the binary format. Append-only: files hold it.
type Kind uint8

// Kinds of sketch.
const (
	KindCountMin Kind = 1 + iota
	KindHyperLogLog
	KindLinear
	KindSpaceSaving
	KindBloom
	KindEntropy
	KindEWMA
	KindSeasonal
)

// Errors of UnmarshalBinary and Merge.
var (
	ErrFormat   = errors.New("sketch: damaged or foreign data")
	ErrVersion  = errors.New("sketch: unknown format version")
	ErrMismatch = errors.New("sketch: shapes or seeds differ")
)

// FormatVersion is written into every sketch; readers refuse others.
const FormatVersion = 1

// The envelope, little endian: magic[4] version[1] kind[1] zero[2] seed[8]
// shape[8] total[8] length[8], then length octets, then CRC-32C of all before.
const (
	headLen = 40
	tailLen = 4
	// maxBody bounds what a length field can make UnmarshalBinary allocate.
	maxBody = 1 << 28
)

var (
	magic      = [4]byte{'W', 'S', 'K', 'T'}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

type envelope struct {
	kind  Kind
	seed  uint64 // fingerprint, never the seed
	shape uint64
	total uint64
	body  []byte
}

func (e *envelope) marshal() []byte {
	out := make([]byte, headLen, headLen+len(e.body)+tailLen)
	copy(out, magic[:])
	out[4], out[5] = FormatVersion, byte(e.kind)
	binary.LittleEndian.PutUint64(out[8:], e.seed)
	binary.LittleEndian.PutUint64(out[16:], e.shape)
	binary.LittleEndian.PutUint64(out[24:], e.total)
	binary.LittleEndian.PutUint64(out[32:], uint64(len(e.body)))
	out = append(out, e.body...)
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// unmarshal checks everything but the meaning of the body, which it aliases.
func unmarshal(b []byte, kind Kind) (envelope, error) {
	var e envelope
	if len(b) < headLen+tailLen || [4]byte(b[:4]) != magic {
		return e, fmt.Errorf("%w: no sketch header in %d octets", ErrFormat, len(b))
	}
	if b[4] != FormatVersion {
		return e, fmt.Errorf("%w: %d, this reader knows %d", ErrVersion, b[4], FormatVersion)
	}
	if Kind(b[5]) != kind || b[6] != 0 || b[7] != 0 {
		return e, fmt.Errorf("%w: kind %d where %d was expected", ErrFormat, b[5], kind)
	}
	n := binary.LittleEndian.Uint64(b[32:])
	if n > maxBody || int(n) != len(b)-headLen-tailLen {
		return e, fmt.Errorf("%w: body of %d octets announced, %d there", ErrFormat, n, len(b)-headLen-tailLen)
	}
	end := len(b) - tailLen
	if crc32.Checksum(b[:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return e, fmt.Errorf("%w: checksum", ErrFormat)
	}
	e.kind = kind
	e.seed = binary.LittleEndian.Uint64(b[8:])
	e.shape = binary.LittleEndian.Uint64(b[16:])
	e.total = binary.LittleEndian.Uint64(b[24:])
	e.body = b[headLen:end]
	return e, nil
}
