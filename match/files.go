package match

import (
	"bytes"

	"github.com/weir-ips/weir/match/input"
)

// maxRuleFiles is how many files of one transaction and direction a rule can
// tell apart.
const maxRuleFiles = 64

// SetFiles names who answers for files; without, transactions have none.
func (e *Engine) SetFiles(f input.Files) { e.files = f }

// fileAt is file i of the transaction under judgement.
func (e *Engine) fileAt(ref *txRef, d input.Dir, i int) (input.File, input.Avail) {
	if e.files == nil {
		return nil, input.None
	}
	return e.files.File(ref.tx, d, i)
}

// fileCount is how many files a transaction has in a direction.
func (e *Engine) fileCount(ref *txRef, d input.Dir) int {
	n := 0
	for n < maxRuleFiles {
		if f, _ := e.fileAt(ref, d, n); f == nil {
			break
		}
		n++
	}
	return n
}

// fileConds judges conditions that one file must meet together; the files that
// do are noted for filestore. A rule that matched before is judged again on the
// files that came since.
func (e *Engine) fileConds(ref *txRef, ops []Op, d input.Dir) outcome {
	res := no
	for i := e.fileFrom; i < maxRuleFiles; i++ {
		f, a := e.fileAt(ref, d, i)
		if f == nil {
			if a == input.Wait && res != yes {
				return pending
			}
			return res
		}
		switch e.fileHolds(f, ops) {
		case yes:
			e.fileHits |= 1 << i
			res = yes
		case pending:
			if res == no {
				res = pending
			}
		}
	}
	return res
}

func (e *Engine) fileHolds(f input.File, ops []Op) outcome {
	res := yes
	for i := range ops {
		o := yes
		switch op := &ops[i]; op.Code {
		case OpUint:
			o = sizeHolds(f, op)
		case OpFileDigest:
			o = e.digestHolds(f, op)
		}
		if o == no {
			return no
		}
		if o == pending {
			res = pending
		}
	}
	return res
}

// sizeHolds compares a file's size. A file that still grows, or that is not
// whole, is only known to be larger than what was seen.
func sizeHolds(f input.File, op *Op) outcome {
	n, a := f.FileSize()
	if a != input.Done {
		if n >= op.X && op.Y == ^uint64(0) && !op.Neg {
			return yes
		}
		if a == input.More {
			return pending
		}
		return no
	}
	if op.inRange(n) != op.Neg {
		return yes
	}
	return no
}

// digestHolds looks a file's digest up in a list, which is sorted.
func (e *Engine) digestHolds(f input.File, op *Op) outcome {
	kind := input.Digest(op.A)
	sum, a := f.Digest(kind)
	switch {
	case a == input.Wait:
		return pending
	case a != input.Done || len(sum) != kind.Size():
		return no
	}
	list := e.b.Blob[op.Off : op.Off+op.Len]
	n := kind.Size()
	lo, hi := 0, len(list)/n
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		switch bytes.Compare(list[mid*n:(mid+1)*n], sum) {
		case 0:
			if op.Neg {
				return no
			}
			return yes
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	if op.Neg {
		return yes
	}
	return no
}

// keepFiles carries out filestore.
func (e *Engine) keepFiles(op *Op, rule *RuleRec, it *item, tx input.Tx) {
	if e.files == nil || tx == nil {
		return
	}
	d := it.pkt.Dir
	if e.insp.tx != nil {
		d = e.insp.tx.dir
	}
	e.files.Keep(it.pkt, tx, d, e.fileHits, input.FileScope(op.B), uint8(op.A), rule.SID)
}

// moreFiles reports whether a rule that matched on files has new ones to be
// judged on.
func (e *Engine) moreFiles(ref *txRef, st *ruleState) bool {
	return st.flags&stateFiles != 0 && st.dirs&uint8(ref.dir) != 0 && e.fileCount(ref, ref.dir) > int(st.files)
}
