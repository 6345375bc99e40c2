package wiring

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/dataset"
)

// SaveSets writes the data sets of a policy that are to be kept: what they were
// loaded with and what rules changed since. A file is replaced as a whole or not
// at all.
func SaveSets(b *match.Bundle, sets *dataset.Sets) error {
	if b == nil || sets == nil {
		return nil
	}
	var errs []error
	for i := range b.Sets {
		if s := &b.Sets[i]; s.Save.Len > 0 {
			if err := saveSet(b, s, sets); err != nil {
				errs = append(errs, fmt.Errorf("data set %s: %w", b.Text(s.Name), err))
			}
		}
	}
	return errors.Join(errs...)
}

func saveSet(b *match.Bundle, s *match.SetRec, sets *dataset.Sets) error {
	path := b.Text(s.Save)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".dataset-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriter(f)
	for _, it := range b.SetItems[s.Items.Off : s.Items.Off+s.Items.N] {
		v := b.SetData[it.Off : it.Off+it.Len]
		if sets.SetHas(s.ID, v, true) {
			fmt.Fprintln(w, setText(s.Type, v))
		}
	}
	sets.Each(s.ID, func(v []byte, has bool) {
		if has {
			fmt.Fprintln(w, setText(s.Type, v))
		}
	})
	if err := errors.Join(w.Flush(), f.Sync(), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// setText is a value as files write it.
func setText(kind uint8, v []byte) string {
	switch kind {
	case match.SetString:
		return base64.StdEncoding.EncodeToString(v)
	case match.SetIPv4, match.SetIP:
		a, _ := netip.AddrFromSlice(v)
		return a.Unmap().String()
	}
	return hex.EncodeToString(v)
}
