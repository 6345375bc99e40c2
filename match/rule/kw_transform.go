package rule

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/cgo/pcre2"
)

// maxTransforms bounds the chain on one buffer.
const maxTransforms = 16

// Transform changes a buffer before it is inspected. It is compared by value: the
// same chain on the same buffer is made once.
type Transform struct {
	Name string
	// Arg is the text of the option: an expression, a script, the octets of a key.
	Arg string
	// Offset and N select octets: of subslice, from_base64 (N 0: all) and, as the
	// largest result, of gunzip and zlib_deflate.
	Offset, N int64
	// KeyAt is where in the buffer xor's key of N octets stands.
	KeyAt int64
	// HasN: subslice names a length.
	HasN bool
	// Truncate: a subslice that reaches outside is cut, not refused.
	Truncate bool
	// Mode is from_base64's: rfc4648, rfc2045 or strict.
	Mode string
}

// Bounds of what transforms of compressed data make.
const (
	DefaultInflate = 1024
	MaxInflate     = 1 << 20
)

var transformKeywords = []Keyword{
	transform("to_md5", "", noArgument), transform("to_sha1", "", noArgument), transform("to_sha256", "", noArgument),
	transform("to_lowercase", "", noArgument), transform("to_uppercase", "", noArgument),
	transform("compress_whitespace", "", noArgument), transform("strip_whitespace", "", noArgument),
	transform("strip_pseudo_headers", "", noArgument), transform("header_lowercase", "", noArgument),
	transform("dotprefix", "", noArgument), transform("url_decode", "", noArgument),
	transform("domain", "", noArgument), transform("tld", "", noArgument),
	transform("xor", `"KEY in hex" or offset N, extract LENGTH OFFSET`, xorKey),
	transform("pcrexform", `"EXPRESSION with one group"`, oneGroup),
	transform("luaxform", "SCRIPT[, arguments]", scriptName),
	transform("subslice", "OFFSET[,LENGTH][,truncate]", subslice),
	transform("from_base64", "[bytes N][, offset N][, mode rfc4648|rfc2045|strict]", fromBase64),
	transform("gunzip", "[max-size N]", inflated), transform("zlib_deflate", "[max-size N]", inflated),
}

// transform is the row of a keyword that changes the buffer before it.
func transform(name, arg string, read func(t *Transform, v string) error) Keyword {
	doc := name
	if arg != "" {
		doc += ":" + arg
	}
	return Keyword{Name: name, Group: "transforms", Doc: doc, parse: func(p *parser, _, v string) error {
		t := Transform{Name: name}
		if err := read(&t, v); err != nil {
			return err
		}
		return p.transform(t)
	}}
}

// transform adds a step to the current buffer's chain.
func (p *parser) transform(t Transform) error {
	if p.cur == nil {
		return errors.New("stands behind no sticky buffer")
	}
	if p.inBase64 {
		return errors.New("cannot stand behind base64_data")
	}
	frame := frameOf(p.cur)
	if len(p.cur.Conds) > len(frame) {
		if len(p.cur.Transforms) > 0 {
			return errors.New("must stand before the conditions on its buffer")
		}
		// The conditions so far are on the buffer as it is; what follows
		// inspects it changed.
		p.setBuffer(&List{Buffer: p.cur.Buffer, Dir: p.cur.Dir, Protos: p.cur.Protos, Dirs: p.cur.Dirs, Conds: frame})
	}
	if len(p.cur.Transforms) == maxTransforms {
		return fmt.Errorf("more than %d transforms on a buffer", maxTransforms)
	}
	p.cur.Transforms = append(p.cur.Transforms, t)
	return nil
}

func noArgument(_ *Transform, v string) error {
	if v != "" {
		return errors.New("takes no value")
	}
	return nil
}

func scriptName(t *Transform, v string) error {
	if t.Arg = strings.Trim(v, `"`); t.Arg == "" {
		return errors.New("needs the name of a script")
	}
	return nil
}

// xorKey reads a key in hex, or where in the buffer the key and the octets under
// it stand: offset N, extract LENGTH OFFSET.
func xorKey(t *Transform, v string) error {
	if !strings.Contains(v, "extract") {
		key, err := hex.DecodeString(strings.NewReplacer(" ", "", `"`, "").Replace(v))
		if err != nil || len(key) == 0 || len(key) > 255 {
			return fmt.Errorf("key %q, want 1 to 255 octets in hex, or offset N, extract LENGTH OFFSET", v)
		}
		t.Arg = string(key)
		return nil
	}
	for _, item := range fields(v) {
		f := strings.Fields(item)
		nums := make([]uint64, 0, 2)
		for _, s := range f[min(1, len(f)):] {
			n, ok := parseUint(s, 16)
			if !ok {
				return fmt.Errorf("%q is no number from 0 to 65535", s)
			}
			nums = append(nums, n)
		}
		switch {
		case len(f) == 2 && f[0] == "offset":
			t.Offset = int64(nums[0])
		case len(f) == 3 && f[0] == "extract" && nums[0] > 0 && nums[0] <= 255:
			t.N, t.KeyAt = int64(nums[0]), int64(nums[1])
		default:
			return fmt.Errorf("%q, want offset N, extract LENGTH OFFSET with a length of 1 to 255", item)
		}
	}
	return nil
}

func oneGroup(t *Transform, v string) error {
	expr, err := unquote(v)
	if err != nil {
		return err
	}
	if expr == "" {
		return errors.New("needs an expression")
	}
	code, err := pcre2.Compile([]byte(expr), 0)
	if err != nil {
		return err
	}
	defer code.Close()
	if n := code.Captures(); n != 1 {
		return fmt.Errorf("the expression has %d groups, want 1: what it captures is the new buffer", n)
	}
	t.Arg = expr
	return nil
}

func subslice(t *Transform, v string) error {
	f := fields(v)
	if len(f) > 0 && f[len(f)-1] == "truncate" {
		t.Truncate, f = true, f[:len(f)-1]
	}
	if len(f) < 1 || len(f) > 2 {
		return errors.New("want OFFSET[,LENGTH][,truncate]")
	}
	for i, to := range []*int64{&t.Offset, &t.N}[:len(f)] {
		n, err := strconv.ParseInt(f[i], 10, 32)
		if err != nil || n < -65535 || n > 65535 {
			return fmt.Errorf("%q is no number from -65535 to 65535", f[i])
		}
		*to = n
	}
	t.HasN = len(f) == 2
	if t.HasN && t.N == 0 {
		return errors.New("a length of 0 leaves nothing to inspect")
	}
	return nil
}

func fromBase64(t *Transform, v string) error {
	t.Mode = "rfc4648"
	if strings.TrimSpace(v) == "" {
		return nil
	}
	seen := map[string]bool{}
	for _, item := range fields(v) {
		word, arg, _ := strings.Cut(item, " ")
		arg = strings.TrimSpace(arg)
		if seen[word] {
			return fmt.Errorf("%s stands twice", word)
		}
		seen[word] = true
		n, ok := parseUint(arg, 16)
		switch {
		case word == "bytes" && ok && n > 0:
			t.N = int64(n)
		case word == "offset" && ok:
			t.Offset = int64(n)
		case word == "mode" && (arg == "rfc4648" || arg == "rfc2045" || arg == "strict"):
			t.Mode = arg
		default:
			return fmt.Errorf("%q, want bytes 1 to 65535, offset 0 to 65535 or mode rfc4648, rfc2045 or strict", item)
		}
	}
	return nil
}

func inflated(t *Transform, v string) error {
	t.N = DefaultInflate
	if v == "" {
		return nil
	}
	word, arg, _ := strings.Cut(v, " ")
	n, ok := parseUint(strings.TrimSpace(arg), 32)
	if !ok {
		n, ok = withUnit(strings.TrimSpace(arg))
	}
	if word != "max-size" || !ok || n == 0 || n > MaxInflate {
		return fmt.Errorf("%q, want max-size and a number from 1 to %d", v, MaxInflate)
	}
	t.N = int64(n)
	return nil
}
