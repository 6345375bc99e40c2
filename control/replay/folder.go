package replay

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weir-ips/weir/dataplane/port"
)

// gather gives the capture to replay. For a folder, that is a capture of all that
// are in it, one after the other, the oldest file first: they are one stretch of
// traffic, so flows go on from one to the next.
func (r *run) gather() (string, error) {
	st, err := os.Stat(r.o.Capture)
	if err != nil || !st.IsDir() {
		return r.o.Capture, nil // the error, if any, is OpenCapture's to explain
	}
	names, err := captures(r.o.Capture, r.o.Recursive)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", fmt.Errorf("capture %s: no files in the folder", r.o.Capture)
	}
	f, err := os.CreateTemp("", "weir-*.pcap")
	if err != nil {
		return "", err
	}
	r.close = append(r.close, func() { os.Remove(f.Name()) })
	defer f.Close()
	link, first := uint32(0), ""
	for _, name := range names {
		c, err := port.OpenCapture(name)
		if err != nil {
			fmt.Fprintln(r.o.Stderr, "warning:", err)
			continue
		}
		if first == "" {
			link, first = c.Info.LinkType, name
			err = writeHead(f, link)
		} else if c.Info.LinkType != link {
			err = fmt.Errorf("capture %s: link type %d, while %s has %d: replay them apart", name, c.Info.LinkType, first, link)
		}
		if err == nil {
			err = writeFrames(f, c, nil)
		}
		c.Close()
		if err != nil {
			return "", err
		}
	}
	if first == "" {
		return "", fmt.Errorf("capture %s: no file in the folder is a capture", r.o.Capture)
	}
	return f.Name(), f.Close()
}

// captures are the files of a folder, the oldest first.
func captures(dir string, recursive bool) ([]string, error) {
	type file struct {
		name string
		at   time.Time
	}
	var found []file
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != dir && !recursive:
			return filepath.SkipDir
		case e.IsDir():
			return nil
		}
		st, err := os.Stat(path)
		if err != nil || !st.Mode().IsRegular() {
			return err
		}
		found = append(found, file{path, st.ModTime()})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b file) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	names := make([]string, len(found))
	for i := range found {
		names[i] = found[i].name
	}
	return names, nil
}

// writeHead begins a capture file of microseconds.
func writeHead(f *os.File, link uint32) error {
	var b [24]byte
	le := binary.LittleEndian
	le.PutUint32(b[:], 0xa1b2c3d4)
	le.PutUint16(b[4:], 2)
	le.PutUint16(b[6:], 4)
	le.PutUint32(b[16:], 1<<18)
	le.PutUint32(b[20:], link)
	_, err := f.Write(b[:])
	return err
}

// writeFrames adds the packets of a capture that match; match nil: all of them.
func writeFrames(f *os.File, c *port.CaptureFile, match func([]byte) bool) error {
	frames, times, err := c.Frames()
	if err != nil {
		return err
	}
	var out []byte
	le := binary.LittleEndian
	for i, b := range frames {
		if match != nil && !match(b) {
			continue
		}
		out = le.AppendUint32(out, uint32(times[i]/1e6))
		out = le.AppendUint32(out, uint32(times[i]%1e6))
		out = le.AppendUint32(out, uint32(len(b)))
		out = le.AppendUint32(out, uint32(len(b)))
		out = append(out, b...)
	}
	_, err = f.Write(out)
	return err
}
