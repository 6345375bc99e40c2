package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"golang.org/x/sys/unix"
)

// Key names a policy: a digest of this build and machine, of what of the
// configuration bears on rules, and of every file that is read.
type Key [32]byte

// String is the key as the cache's file names have it.
func (k Key) String() string { return hex.EncodeToString(k[:16]) }

// keyOf computes the key. Files that are not there count as such.
func keyOf(q *Request) (Key, error) {
	s := q.Sections
	sets, err := datasets(q.Config, s, q.DataDir)
	if err != nil {
		return Key{}, err
	}
	h := sha256.New()
	fp := wiring.Fingerprint()
	h.Write(fp[:])
	if err := json.NewEncoder(h).Encode([]any{s.Vars, s.Files, s.Global, s.Detect, s.Datasets, s.Lua, s.Firewall, q.isFirewall(), &s.Policy, sets}); err != nil {
		return Key{}, err
	}
	files := append(append(q.firewallFiles(), q.Files...), Inputs(s)...)
	fmt.Fprintf(h, "%d in front\n", len(q.firewallFiles()))
	for _, f := range files {
		sum, err := digest(f)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Key{}, err
		}
		fmt.Fprintf(h, "%q %s\n", f, sum)
	}
	var k Key
	h.Sum(k[:0])
	return k, nil
}

// Inputs are the files beside the rules that bear on a policy.
func Inputs(s *config.Sections) []string {
	var out []string
	files := append([]string{s.Files.Thresholds, s.Files.Classification, s.Files.GeoIP, s.Files.ReputationCategories}, s.Policy.Lists()...)
	for _, f := range s.Files.ReputationFiles {
		if !filepath.IsAbs(f) {
			f = filepath.Join(s.Files.ReputationPath, f)
		}
		files = append(files, f)
	}
	for _, f := range files {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

// digest is a file's checksum in letters, "absent" with the error where it cannot
// be read.
func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "absent", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "absent", err
	}
	return sum(h), nil
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// Cache keeps compiled bundles in a folder, so that a start need not compile
// what was compiled before. What it gives back was verified: a bundle that is
// damaged, of another build or machine, or that others could have written is
// compiled anew.
type Cache struct {
	// Dir is the folder; it is made, for its owner alone, where it is not there.
	Dir string
}

const (
	cacheSuffix = ".bundle"
	// cacheKeeps is how many bundles stay: the newest.
	cacheKeeps = 4
	// maxBundle bounds what is read; ET Open takes some tens of megabytes.
	maxBundle = 1 << 30
)

// errMiss: there is no such bundle, or it cannot be used.
var errMiss = errors.New("not in the cache")

func (c Cache) path(k Key) string { return filepath.Join(c.Dir, k.String()+cacheSuffix) }

// Load reads and verifies a bundle. An error that wraps fs.ErrNotExist says that
// there is none; any other says why the one that is there is not used.
func (c Cache) Load(k Key) ([]byte, *compile.Meta, error) {
	f, err := os.OpenFile(c.path(k), os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if err := private(c.Dir, st); err != nil {
		return nil, nil, err
	}
	if st.Size() > maxBundle {
		return nil, nil, fmt.Errorf("%s: %d octets are too many", f.Name(), st.Size())
	}
	octets := make([]byte, st.Size())
	if _, err := io.ReadFull(f, octets); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	if err := match.Verify(octets, wiring.Fingerprint()); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	meta, err := compile.ReadMeta(octets)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	for _, in := range meta.Inputs {
		if now, _ := digest(in[0]); now != in[1] {
			return nil, nil, fmt.Errorf("%w: %s has changed", errMiss, in[0])
		}
	}
	return octets, meta, nil
}

// private reports an error when others than root and this user could have
// written the file: databases of the matcher run in the engine.
func private(dir string, file os.FileInfo) error {
	d, err := os.Stat(dir)
	if err != nil {
		return err
	}
	for _, st := range []os.FileInfo{d, file} {
		uid, ok := owner(st)
		if !ok || uid != 0 && uid != os.Geteuid() || st.Mode().Perm()&0o022 != 0 {
			return fmt.Errorf("%s: others may write to it: it is not trusted; chmod go-w it, or remove it", st.Name())
		}
	}
	return nil
}

// Store writes a bundle so that it is there as a whole or not at all, and removes
// the oldest ones. Nothing of a failed write stays.
func (c Cache) Store(k Key, octets []byte) (err error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.Dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(octets); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// No sync: a bundle that a power cut tore does not pass its checksum.
	if err := os.Rename(f.Name(), c.path(k)); err != nil {
		return err
	}
	return c.prune()
}

const tempPrefix = "new-"

// prune removes all but the newest bundles, and what cut-off writes left.
func (c Cache) prune() error {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return err
	}
	type file struct {
		name string
		time int64
	}
	var have []file
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch {
		case strings.HasSuffix(e.Name(), cacheSuffix):
			have = append(have, file{e.Name(), info.ModTime().UnixNano()})
		case strings.HasPrefix(e.Name(), tempPrefix) && age(info) > maxTempAge:
			os.Remove(filepath.Join(c.Dir, e.Name()))
		}
	}
	sort.Slice(have, func(i, j int) bool { return have[i].time > have[j].time })
	for i := cacheKeeps; i < len(have); i++ {
		os.Remove(filepath.Join(c.Dir, have[i].name))
	}
	return nil
}
