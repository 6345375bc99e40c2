package compile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/weir-ips/weir/match"
)

// ReadMeta reads what control needs of a bundle that another process, or an
// earlier one, compiled. The bundle passed match.Verify or is checked here.
func ReadMeta(octets []byte) (*Meta, error) {
	if err := match.CheckForm(octets); err != nil {
		return nil, err
	}
	return decodeMeta(match.MetaOf(octets))
}

// metaVersion is the first number of the section.
const metaVersion = 3

var errMeta = errors.New("bundle: the part about the rules' names is broken")

// encode lays the section out: numbers as varints, strings with their length in
// front. It is read at every start, where JSON of so many rules takes longer than
// everything else.
func (m *Meta) encode() []byte {
	var w metaWriter
	w.num(metaVersion)
	w.num(uint64(len(m.Rules)))
	for i := range m.Rules {
		r := &m.Rules[i]
		w.num(uint64(r.SID))
		w.num(uint64(r.GID))
		w.num(uint64(r.Rev))
		w.num(uint64(r.Priority))
		for _, s := range [...]string{r.Msg, r.Class, r.Action, r.Target, r.Raw, r.Mode, r.Hook, r.Policy} {
			w.str(s)
		}
		w.pairs(r.References)
		w.pairs(r.Metadata)
	}
	names := make([]string, 0, len(m.Names))
	for n := range m.Names {
		names = append(names, n)
	}
	slices.Sort(names)
	w.num(uint64(len(names)))
	for _, n := range names {
		w.str(n)
		w.num(uint64(m.Names[n]))
	}
	w.num(uint64(m.Refused))
	w.num(uint64(m.Disabled))
	w.num(uint64(m.Skipped))
	w.num(uint64(len(m.Report)))
	for _, s := range m.Report {
		w.str(s)
	}
	w.pairs(m.Files)
	w.pairs(m.Inputs)
	return w.b
}

type metaWriter struct{ b []byte }

func (w *metaWriter) num(v uint64) { w.b = binary.AppendUvarint(w.b, v) }

func (w *metaWriter) str(s string) { w.num(uint64(len(s))); w.b = append(w.b, s...) }

func (w *metaWriter) pairs(p [][2]string) {
	w.num(uint64(len(p)))
	for _, x := range p {
		w.str(x[0])
		w.str(x[1])
	}
}

// decodeMeta reads the section; strings of the result share one copy of it.
func decodeMeta(section []byte) (*Meta, error) {
	r := metaReader{s: string(section)}
	if v := r.num(); v != metaVersion {
		return nil, fmt.Errorf("%w: version %d, want %d", errMeta, v, metaVersion)
	}
	m := &Meta{Names: map[string]uint32{}}
	m.Rules = make([]RuleMeta, r.count(minRuleMeta))
	for i := range m.Rules {
		x := &m.Rules[i]
		x.SID, x.GID, x.Rev, x.Priority = r.num32(), r.num32(), r.num32(), int(r.num32())
		for _, s := range [...]*string{&x.Msg, &x.Class, &x.Action, &x.Target, &x.Raw, &x.Mode, &x.Hook, &x.Policy} {
			*s = r.str()
		}
		x.References, x.Metadata = r.pairs(), r.pairs()
		if r.bad {
			return nil, errMeta
		}
	}
	for range r.count(2) {
		n := r.str()
		m.Names[n] = r.num32()
	}
	m.Refused, m.Disabled, m.Skipped = int(r.num32()), int(r.num32()), int(r.num32())
	for range r.count(1) {
		m.Report = append(m.Report, r.str())
	}
	m.Files, m.Inputs = r.pairs(), r.pairs()
	if r.bad || r.s != "" {
		return nil, errMeta
	}
	return m, nil
}

// minRuleMeta is the least octets of a rule: its numbers and empty strings.
const minRuleMeta = 14

// metaReader takes the section apart; after the first mistake everything is
// zero.
type metaReader struct {
	s   string
	bad bool
}

func (r *metaReader) num() uint64 {
	var v uint64
	for i := 0; i < len(r.s) && i < binary.MaxVarintLen64; i++ {
		c := r.s[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.s = r.s[i+1:]
			return v
		}
	}
	r.bad, r.s = true, ""
	return 0
}

func (r *metaReader) num32() uint32 {
	v := r.num()
	if v > 1<<32-1 {
		r.bad = true
		return 0
	}
	return uint32(v)
}

// count is a number of things of at least size octets each, which must be there.
func (r *metaReader) count(size int) int {
	n := r.num()
	if n > uint64(len(r.s)/size) {
		r.bad, r.s = true, ""
		return 0
	}
	return int(n)
}

func (r *metaReader) str() string {
	n := r.count(1)
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func (r *metaReader) pairs() [][2]string {
	n := r.count(2)
	if n == 0 {
		return nil
	}
	out := make([][2]string, n)
	for i := range out {
		out[i] = [2]string{r.str(), r.str()}
	}
	return out
}
