package anomaly

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strconv"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// What survives a restart: the learned baselines, each host's usual upload,
// the known services, and for how long was learned. Not what is in force: a
// mitigation ends with its engine. The seed is never written.
//
// The file: magic[8] version[4] length[8], records, CRC-32C of all before. A
// record: kind[1] length[2] content, little endian.
const (
	stateMagic   = "weiranom"
	stateVersion = 1
	stateHead    = 20
	maxState     = 1 << 26
	recordHead   = 3
)

// Record kinds. Append-only.
const (
	recordLearned  = 1 + iota // microseconds learned[8]
	recordBaseline            // detector[1] pair[1] Seasonal
	recordHost                // version[1] address[16] EWMA
	recordService             // version[1] protocol[1] port[2] address[16] age[8]
)

// StatePartSize is the buffer that StatePart needs.
const StatePartSize = 32 << 10

// recordsPerPart bounds a part of the tables, and the time a worker takes.
const recordsPerPart = 256

// ErrState is what errors.Is finds in everything that ReadState refuses: the caller
// warns and begins with nothing learned.
var ErrState = errors.New("anomaly: state is damaged or foreign")

// damaged is ErrState with what is wrong.
type damaged string

func (d damaged) Error() string        { return ErrState.Error() + ": " + string(d) }
func (d damaged) Is(target error) bool { return target == ErrState }

// StatePart writes part i of the state into buf (StatePartSize octets) and
// returns its length; ok is false past the last part. The worker calls it with
// i = 0, 1, … between bursts, one part a loop, so that saving costs no pause.
func (s *Scorer) StatePart(i int, buf []byte) (n int, ok bool) {
	if i < 0 || len(buf) < StatePartSize {
		return 0, false
	}
	counters := s.counters()
	if i < len(counters) {
		if i == 0 && s.learnFrom != 0 {
			binary.LittleEndian.PutUint64(record(buf, &n, recordLearned, 8), uint64(max(0, s.now-s.learnFrom)))
		}
		c := counters[i]
		for pair := range c.base {
			if c.base[pair].Level.N == 0 {
				continue
			}
			b := record(buf, &n, recordBaseline, 2+sketch.SeasonalLen)
			b[0], b[1] = byte(c.det), byte(pair)
			c.base[pair].Encode(b[2:])
		}
		return n, true
	}
	at := (i - len(counters)) * recordsPerPart
	if at < len(s.hosts.vals) {
		for j := at; j < min(at+recordsPerPart, len(s.hosts.vals)); j++ {
			if h := &s.hosts.vals[j]; s.hosts.used(j) && h.past.N > 0 {
				b := record(buf, &n, recordHost, 17+sketch.EWMALen)
				b[0] = h.version
				copy(b[1:], h.addr[:])
				h.past.Encode(b[17:])
			}
		}
		return n, true
	}
	at -= (len(s.hosts.vals) + recordsPerPart - 1) / recordsPerPart * recordsPerPart
	if at >= len(s.known.vals) {
		return 0, false
	}
	for j := at; j < min(at+recordsPerPart, len(s.known.vals)); j++ {
		if v := &s.known.vals[j]; s.known.used(j) {
			b := record(buf, &n, recordService, 28)
			b[0], b[1] = v.version, v.proto
			binary.LittleEndian.PutUint16(b[2:], v.port)
			copy(b[4:], v.addr[:])
			binary.LittleEndian.PutUint64(b[20:], uint64(max(0, s.now-v.first)))
		}
	}
	return n, true
}

// record begins a record in buf at *n and returns its content to fill.
func record(buf []byte, n *int, kind byte, size int) []byte {
	b := buf[*n:]
	b[0] = kind
	binary.LittleEndian.PutUint16(b[1:], uint16(size))
	*n += recordHead + size
	return b[recordHead : recordHead+size]
}

// EncodeState seals the parts of one worker, in order, into a file. Control.
func EncodeState(parts ...[]byte) []byte {
	out := append(make([]byte, 0, stateHead), stateMagic...)
	out = binary.LittleEndian.AppendUint32(out, stateVersion)
	length := 0
	for _, p := range parts {
		length += len(p)
	}
	out = binary.LittleEndian.AppendUint64(out, uint64(length))
	for _, p := range parts {
		out = append(out, p...)
	}
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, stateTable))
}

var stateTable = crc32.MakeTable(crc32.Castagnoli)

// State is a checked state file.
type State struct {
	records []stateRecord
}

type stateRecord struct {
	kind    byte
	content []byte
}

// ReadState checks a whole file before anything of it is used.
func ReadState(b []byte) (*State, error) {
	if len(b) < stateHead+4 || string(b[:8]) != stateMagic {
		return nil, damaged("no header in " + strconv.Itoa(len(b)) + " octets")
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != stateVersion {
		return nil, damaged("version " + strconv.Itoa(int(v)) + ", this engine reads " + strconv.Itoa(stateVersion))
	}
	end := len(b) - 4
	if n := binary.LittleEndian.Uint64(b[12:]); n > maxState || int(n) != end-stateHead {
		return nil, damaged(strconv.FormatUint(n, 10) + " octets announced, " + strconv.Itoa(end-stateHead) + " there")
	}
	if crc32.Checksum(b[:end], stateTable) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, damaged("checksum")
	}
	st := &State{}
	for rest := b[stateHead:end]; len(rest) > 0; {
		if len(rest) < recordHead || len(rest)-recordHead < int(binary.LittleEndian.Uint16(rest[1:])) {
			return nil, damaged("record " + strconv.Itoa(len(st.records)) + " is cut off")
		}
		n := recordHead + int(binary.LittleEndian.Uint16(rest[1:]))
		r := stateRecord{kind: rest[0], content: rest[recordHead:n]}
		if err := r.check(); err != nil {
			return nil, damaged("record " + strconv.Itoa(len(st.records)) + ": " + err.Error())
		}
		st.records = append(st.records, r)
		rest = rest[n:]
	}
	return st, nil
}

var errRecord = errors.New("makes no sense")

func (r *stateRecord) check() error {
	b := r.content
	want, ok := map[byte]int{recordLearned: 8, recordBaseline: 2 + sketch.SeasonalLen, recordHost: 17 + sketch.EWMALen, recordService: 28}[r.kind]
	if !ok || len(b) != want {
		return errRecord
	}
	switch r.kind {
	case recordBaseline:
		if ID(b[0]) >= NumDetectors || b[1] >= MaxPairs {
			return errRecord
		}
		return new(sketch.Seasonal).Decode(b[2:])
	case recordHost:
		if b[0] != 4 && b[0] != 6 {
			return errRecord
		}
		return new(sketch.EWMA).Decode(b[17:])
	case recordService:
		if b[0] != 4 && b[0] != 6 {
			return errRecord
		}
	}
	return nil
}

// Restore takes a state in, before the first packet. Ages and times are capped
// at a year: no file makes time overflow.
func (s *Scorer) Restore(st *State) {
	const maxAge = 365 * 24 * 3600 * 1_000_000
	for _, r := range st.records {
		b := r.content
		switch r.kind {
		case recordLearned:
			s.learnFrom = s.now - int64(min(binary.LittleEndian.Uint64(b), maxAge)) - 1
		case recordBaseline:
			for _, c := range s.counters() {
				if c.det == ID(b[0]) {
					_ = c.base[b[1]].Decode(b[2:]) // checked in ReadState
				}
			}
		case recordHost:
			addr := [16]byte(b[1:17])
			h, _ := s.hosts.claim(s.seed.SumAddr(&addr, uint64(b[0])), s.now)
			*h = hostTrack{addr: addr, version: b[0], start: s.now}
			_ = h.past.Decode(b[17:])
		case recordService:
			addr := [16]byte(b[4:20])
			port := binary.LittleEndian.Uint16(b[2:])
			v, _ := s.known.claim(s.serviceKey(s.seed.SumAddr(&addr, uint64(b[0])), port, b[1]), s.now)
			age := int64(min(binary.LittleEndian.Uint64(b[20:]), maxAge))
			*v = serviceTrack{addr: addr, version: b[0], proto: b[1], port: port, first: s.now - age}
		}
	}
	for _, c := range s.counters() {
		c.setFloors(s.policy, s.wall)
	}
}
