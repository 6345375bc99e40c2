package wiring

import (
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/weir-ips/weir/cgo/magic"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/event/eve"
)

// fileStore is the file store's section, nil when it is off.
func fileStore(s *config.Sections) *config.FileStore {
	for i := range s.Outputs.FileStore {
		if f := &s.Outputs.FileStore[i]; f.Enabled {
			return f
		}
	}
	return nil
}

// maxRangeMemory bounds what a worker keeps of files that come in ranges, octets:
// it shares the memory of all parsers.
const maxRangeMemory = 64 << 20

// files says what is wanted of every file: digests, types, storing, ranges.
func files(s *config.Sections, workers int) file.Options {
	o := file.DefaultOptions()
	http := s.AppLayer.Protocol("http").Options
	if n := http.Lookup("byterange.memcap"); !n.IsNull() && n.Kind == config.Scalar {
		if size, err := config.ParseSize(n.Value); err == nil {
			o.RangeMemory = int(min(uint64(size)/uint64(max(workers, 1)), maxRangeMemory))
		}
	}
	if n := http.Lookup("byterange.timeout"); !n.IsNull() && n.Kind == config.Scalar {
		if sec, err := strconv.ParseUint(n.Value, 10, 31); err == nil {
			o.RangeTimeoutUS = int64(sec) * 1_000_000
		}
	}
	want := func(names []string) {
		for _, n := range names {
			switch strings.ToLower(n) {
			case "md5":
				o.MD5 = true
			case "sha1":
				o.SHA1 = true
			case "sha256":
				o.SHA256 = true
			}
		}
	}
	for i := range s.Outputs.EVE {
		e := &s.Outputs.EVE[i]
		if t := e.Type("files"); e.Enabled && t != nil && t.Enabled && t.Files != nil {
			want(t.Files.ForceHash)
			o.Magic = o.Magic || t.Files.ForceMagic
		}
	}
	if f := fileStore(s); f != nil {
		// Stored files are named by it.
		o.SHA256 = true
		o.Force = f.Force
		o.StoreDepth = storeDepth(s, f)
		o.Magic = o.Magic || f.ForceMagic
		want(f.ForceHash)
	}
	return o
}

// storeDepth is how much of a file is stored: the file store's stream-depth, or
// the stream's own.
func storeDepth(s *config.Sections, f *config.FileStore) uint64 {
	var n config.Size
	switch {
	case f.StreamDepth == "" || strings.EqualFold(f.StreamDepth, "no"):
		return uint64(s.Stream.Reassembly.Depth)
	case n.UnmarshalText([]byte(f.StreamDepth)) != nil:
		return 0
	}
	// A smaller depth than the stream's has no effect.
	if n > 0 && uint64(n) < uint64(s.Stream.Reassembly.Depth) {
		return uint64(s.Stream.Reassembly.Depth)
	}
	return uint64(n)
}

// FileStore opens the file store; nil when it is off. dir is where a relative
// folder lies.
func FileStore(s *config.Sections, dir string, names eve.Names, report output.Report) (*output.FileStore, error) {
	f := fileStore(s)
	if f == nil {
		return nil, nil
	}
	o := output.FileStoreOptions{Dir: f.Dir, WriteInfo: f.WriteInfo, MaxOpen: f.MaxOpenFiles, Encode: eve.DefaultOptions()}
	if o.Dir == "" {
		o.Dir = "filestore"
	}
	if !filepath.IsAbs(o.Dir) {
		o.Dir = filepath.Join(dir, o.Dir)
	}
	o.Encode.Magic = fileTypes()
	return output.NewFileStore(o, names, report)
}

// fileTypes names types of files; the database is loaded when it is first
// needed.
func fileTypes() func([]byte) string {
	var once sync.Once
	var lib *magic.Library
	out := make([]byte, 512)
	return func(head []byte) string {
		once.Do(func() { lib, _ = magic.New("") })
		if lib == nil {
			return ""
		}
		n, _ := lib.Lookup(head, out)
		return string(out[:n])
	}
}

// RuleMagic is the database that rules on types of files need; nil when needed is
// false.
func RuleMagic(needed bool) (*magic.Library, error) {
	if !needed {
		return nil, nil
	}
	return magic.New("")
}
