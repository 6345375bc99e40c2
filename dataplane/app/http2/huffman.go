package http2

// huffmanNode is a state of the decoder: for each nibble of input, where it leads
// and which octet, if any, it completes. 8 bits and more a code means at most one
// octet a nibble (the shortest code has 5).
type huffmanNode struct {
	next   [16]uint16
	octet  [16]byte
	emits  [16]bool
	fails  [16]bool
	accept bool // what was read of the next code is padding: less than 8 one bits
}

var huffmanNodes = makeHuffman()

// makeHuffman builds the automaton of nibbles from the code tree. It runs once, at
// start.
func makeHuffman() []huffmanNode {
	type node struct {
		kids  [2]int
		leaf  bool
		octet byte
		ones  int // depth of a node that only one bits lead to, else -1
	}
	tree := []node{{ones: 0}}
	for c, code := range huffmanCodes {
		at := 0
		for i := int(code.n) - 1; i >= 0; i-- {
			bit := int(code.bits >> i & 1)
			if tree[at].kids[bit] == 0 {
				ones := -1
				if bit == 1 && tree[at].ones >= 0 {
					ones = tree[at].ones + 1
				}
				tree = append(tree, node{ones: ones})
				tree[at].kids[bit] = len(tree) - 1
			}
			at = tree[at].kids[bit]
		}
		tree[at].leaf, tree[at].octet = true, byte(c)
	}
	// Inner nodes of the tree are the automaton's states, by the same numbers.
	nodes := make([]huffmanNode, len(tree))
	for s := range tree {
		if tree[s].leaf {
			continue
		}
		nodes[s].accept = tree[s].ones >= 0 && tree[s].ones < 8
		for v := range 16 {
			at := s
			for bit := 3; bit >= 0; bit-- {
				at = tree[at].kids[v>>bit&1]
				if at == 0 {
					// Only the code that ends a string is not in the tree.
					nodes[s].fails[v] = true
					break
				}
				if tree[at].leaf {
					nodes[s].emits[v], nodes[s].octet[v] = true, tree[at].octet
					at = 0
				}
			}
			nodes[s].next[v] = uint16(at)
		}
	}
	return nodes
}

// huffmanDecode writes the octets that b stands for into dst, as many as fit.
// false: b is not a string of such codes, or dst is too small.
func huffmanDecode(dst, b []byte) (n int, ok bool) {
	at := uint16(0)
	for _, c := range b {
		for _, v := range [2]byte{c >> 4, c & 15} {
			s := &huffmanNodes[at]
			if s.fails[v] {
				return n, false
			}
			if s.emits[v] {
				if n == len(dst) {
					return n, false
				}
				dst[n] = s.octet[v]
				n++
			}
			at = s.next[v]
		}
	}
	return n, huffmanNodes[at].accept
}
