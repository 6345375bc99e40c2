package match

// maxReplaced bounds the places of one packet that rules rewrite.
const maxReplaced = 16

// replacement is a place in a packet's payload and what is to stand there: as many
// octets.
type replacement struct {
	op       *Op
	dst, src []byte
}

// replacements are those of the rule that is judged, and those of the packet's
// rules that matched.
type replacements struct {
	pending, kept [maxReplaced]replacement
	npend, nkept  int
}

func (r *replacements) begin() {
	clear(r.kept[:r.nkept])
	r.npend, r.nkept = 0, 0
}

// note remembers where a content with replace was found; a later place replaces an
// earlier one that the rest of the rule refused.
func (x *inspector) noteReplace(op *Op, found []byte) {
	r := &x.e.repl
	src := x.b.Blob[op.X : op.X+uint64(len(found))]
	for i := range r.pending[:r.npend] {
		if r.pending[i].op == op {
			r.pending[i].dst = found
			return
		}
	}
	if r.npend < maxReplaced {
		r.pending[r.npend] = replacement{op, found, src}
		r.npend++
	}
}

// commit keeps the replacements of a rule that matched.
func (r *replacements) commit() {
	r.nkept += copy(r.kept[r.nkept:], r.pending[:r.npend])
	r.npend = 0
}

// Rewrite carries out what the rules of the packet that was judged last want
// replaced in its payload, and says whether there was anything. The checksums are
// the caller's to mend.
func (e *Engine) Rewrite() bool {
	r := &e.repl
	for i := range r.kept[:r.nkept] {
		copy(r.kept[i].dst, r.kept[i].src)
	}
	return r.nkept > 0
}
