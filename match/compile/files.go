package compile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

var digests = map[string]input.Digest{"filemd5": input.MD5, "filesha1": input.SHA1, "filesha256": input.SHA256}

// isFileList reports whether a list's conditions are on one file.
func isFileList(l *rule.List) bool {
	if l.Buffer != buf.None || len(l.Conds) == 0 {
		return false
	}
	switch x := l.Conds[0].(type) {
	case *rule.TxCond:
		_, ok := digests[x.Name]
		return ok || x.Name == "filestore"
	case *rule.Numeric:
		return x.Field == buf.FieldFileSize
	}
	return false
}

// joinFiles puts all conditions on files into one list, so that one file must
// meet them; filestore alone asks for a file, too.
func joinFiles(r *rule.Rule) {
	var joined *rule.List
	keep := r.Lists[:0:0]
	for _, l := range r.Lists {
		if !isFileList(l) {
			keep = append(keep, l)
			continue
		}
		if joined == nil {
			first := *l
			first.Protos = buf.Get(buf.FileData).Protos
			joined = &first
			keep = append(keep, joined)
			continue
		}
		joined.Conds = append(slices.Clip(joined.Conds), l.Conds...)
	}
	r.Lists = keep
	if joined != nil {
		return
	}
	for _, c := range r.Post {
		if s, ok := c.(*rule.Simple); ok && s.Name == "filestore" {
			r.Lists = append(r.Lists, &rule.List{Buffer: buf.None, Dirs: buf.Both, Protos: buf.Get(buf.FileData).Protos,
				Conds: []rule.Cond{&rule.TxCond{Name: "filestore"}}})
			return
		}
	}
}

// maxDigestFile bounds a list of digests, octets.
const maxDigestFile = 256 << 20

// digestOp reads a list of digests: one a line, what stands behind it is
// ignored; relative to the rule file.
func (c *compiler) digestOp(x *rule.TxCond) (match.Op, error) {
	kind := digests[x.Name]
	op := match.Op{Code: match.OpFileDigest, Neg: x.Negated, A: int32(kind)}
	name := x.Args[0]
	if !filepath.IsAbs(name) {
		name = filepath.Join(c.dir, name)
	}
	if i, err := os.Stat(name); err == nil && i.Size() > maxDigestFile {
		return op, fmt.Errorf("%s: %s has %d octets, more than %d", x.Name, name, i.Size(), maxDigestFile)
	}
	c.reads(name)
	text, err := os.ReadFile(name)
	if err != nil {
		return op, fmt.Errorf("%s: the list cannot be read: %w", x.Name, err)
	}
	var sums [][]byte
	for n, line := range strings.Split(string(text), "\n") {
		word := strings.TrimSpace(line)
		if word == "" || strings.HasPrefix(word, "#") {
			continue
		}
		if i := strings.IndexAny(word, " \t"); i >= 0 {
			word = word[:i]
		}
		sum, err := hex.DecodeString(word)
		if err != nil || len(sum) != kind.Size() {
			return op, fmt.Errorf("%s: %s, line %d: %q is no digest of %d hexadecimal digits", x.Name, name, n+1, word, 2*kind.Size())
		}
		sums = append(sums, sum)
	}
	if len(sums) == 0 {
		return op, fmt.Errorf("%s: %s has no digests", x.Name, name)
	}
	slices.SortFunc(sums, bytes.Compare)
	sums = slices.CompactFunc(sums, bytes.Equal)
	op.Off, op.Len = c.t.put(bytes.Join(sums, nil))
	return op, nil
}

// filestoreOp reads filestore's direction and scope.
func filestoreOp(r *rule.Rule, args []string) (match.Op, error) {
	op := match.Op{Code: match.OpFilestore}
	switch {
	case r.ToServer:
		op.A = 1
	case r.ToClient:
		op.A = 2
	}
	if len(args) > 2 {
		return op, errors.New("filestore: want [DIRECTION[,SCOPE]]")
	}
	if len(args) > 0 && args[0] != "" {
		dirs, ok := map[string]int32{"request": 1, "to_server": 1, "response": 2, "to_client": 2, "both": 3}[strings.ToLower(args[0])]
		if !ok {
			return op, fmt.Errorf("filestore: direction %q, want request, response or both", args[0])
		}
		op.A = dirs
	}
	if len(args) > 1 {
		scope, ok := map[string]input.FileScope{"file": input.FileOnly, "tx": input.FileTx, "ssn": input.FileFlow, "flow": input.FileFlow}[strings.ToLower(args[1])]
		if !ok {
			return op, fmt.Errorf("filestore: scope %q, want file, tx or ssn", args[1])
		}
		op.B = int32(scope)
	}
	return op, nil
}
