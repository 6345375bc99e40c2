package hyperscan

import (
	"cmp"
	"slices"
)

// layOutBuckets is layOut of a table of buckets. Literals of like grams share a
// bucket: the fewer octets it has at a place, the fewer places pass.
func (t *building) layOutBuckets(lits []SetLiteral, body []byte, at uint32) []byte {
	const buckets = 1 << bucketBits
	t.Width = 4
	slices.SortStableFunc(t.entries[:t.ends[0]], func(a, b entry) int { return cmp.Compare(a.Gram, b.Gram) })
	filter := make([]byte, bucketFilter)
	heads := make([]uint32, 0, buckets+1)
	for b := range buckets {
		from, to, width := t.ends[0]*b/(buckets-2), t.ends[0]*(b+1)/(buckets-2), 4
		switch b {
		case buckets - 2:
			from, to, width = t.ends[0], t.ends[1], 3
		case buckets - 1:
			from, to, width = t.ends[1], len(t.entries), 2
		}
		heads = append(heads, uint32(from))
		for _, e := range t.entries[from:to] {
			l := &lits[e.Pattern]
			for k := range 4 {
				row := filter[64*k : 64*k+64]
				switch {
				case k >= width:
					for i := range row {
						row[i] |= 1 << b
					}
				default:
					c := l.Data[int(e.Back)+k]
					row[c&63] |= 1 << b
					if l.NoCase {
						row[(c^0x20)&63] |= 1 << b
					}
				}
			}
		}
	}
	body = pad(body, 64)
	t.Filter = at + uint32(len(body))
	body = pad(append(body, filter...), 64)
	t.Heads = at + uint32(len(body))
	body = pad(put(put(body, heads...), uint32(len(t.entries))), 64)
	t.Entries = at + uint32(len(body))
	for _, e := range t.entries {
		body = put(body, e.Gram, e.Pattern, e.Back)
	}
	return pad(body, 64)
}
