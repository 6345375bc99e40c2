package smtp

// kind of a command whose reply is awaited.
type kind uint8

const (
	other kind = iota
	hello
	startTLS
	data
	chunk
	// message is the end of a message: it is answered like a command.
	message
	rset
)

// maxPending is the most runs of commands of one kind and transaction that wait
// for replies. A thousand recipients are one run.
const maxPending = 64

// pending are the commands that wait for replies, in order, as runs.
type pending struct {
	runs [maxPending]run
	head int
	n    int
}

type run struct {
	kind  kind
	tx    uint32 // low half of the transaction's id
	count uint32
}

// push adds a command; false when there is no place.
func (p *pending) push(k kind, tx uint64) bool {
	if p.n > 0 {
		if r := p.last(); r.kind == k && r.tx == uint32(tx) && r.count < 1<<31 {
			r.count++
			return true
		}
	}
	if p.n == maxPending {
		return false
	}
	p.runs[(p.head+p.n)%maxPending] = run{k, uint32(tx), 1}
	p.n++
	return true
}

func (p *pending) last() *run { return &p.runs[(p.head+p.n-1)%maxPending] }

// first is the command that is answered next; false when none waits.
func (p *pending) first() (k kind, tx uint32, ok bool) {
	if p.n == 0 {
		return other, 0, false
	}
	r := &p.runs[p.head]
	return r.kind, r.tx, true
}

// pop takes the first command off.
func (p *pending) pop() {
	r := &p.runs[p.head]
	if r.count--; r.count == 0 {
		p.head = (p.head + 1) % maxPending
		p.n--
	}
}

// endsGroup reports whether the last command must not be followed by another
// before its reply (RFC 2920 section 3.1).
func (p *pending) endsGroup() bool {
	return p.n > 0 && (p.last().kind == data || p.last().kind == startTLS)
}
