package rule

import "strconv"

// nearest is the known word with the fewest edits to w.
func nearest(w string, known []string) string {
	best, d := "", 1<<30
	if len(w) > 64 {
		w = w[:64]
	}
	for _, k := range known {
		if e := edits(w, k); e < d {
			best, d = k, e
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diag, row[j] = row[j], min(row[j]+1, row[j-1]+1, diag+cost)
		}
	}
	return row[len(b)]
}

// parseUint reads a decimal or 0x number of at most the given bits.
func parseUint(s string, bits int) (uint64, bool) {
	v, err := strconv.ParseUint(s, 0, bits)
	if err != nil {
		// A leading zero is still decimal in rules.
		v, err = strconv.ParseUint(s, 10, bits)
	}
	return v, err == nil
}
