package policy

import (
	"bufio"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/match/compile"
)

// addresses reads the reputation lists and opens the database of countries, where
// they are configured. Bad lines are named and left out; close is to be called
// when the rules are compiled.
func (s *Set) addresses(sec *config.Sections) (a compile.Addresses, close func(), err error) {
	close = func() {}
	f := &sec.Files
	if f.ReputationCategories != "" {
		if a.Reputation, err = s.reputation(f); err != nil {
			return a, close, err
		}
	}
	if f.GeoIP == "" {
		return a, close, nil
	}
	db, err := maxminddb.Open(f.GeoIP)
	switch {
	case err != nil && sec.Global.InitFailureFatal:
		return a, close, fmt.Errorf("geoip-database %s: %w", f.GeoIP, err)
	case err != nil:
		s.doubt("geoip-database", fmt.Sprintf("%s cannot be read, rules with geoip are left out: %v", f.GeoIP, err))
		return a, close, nil
	}
	a.Countries = func(codes []string, not bool) ([]netip.Prefix, error) { return networks(db, codes, not) }
	return a, func() { db.Close() }, nil
}

func (s *Set) doubt(key, text string) {
	s.Warnings = append(s.Warnings, config.Warning{Key: key, Kind: config.Doubtful, Text: text})
}

// networks are the networks of countries, in order.
func networks(db *maxminddb.Reader, codes []string, not bool) ([]netip.Prefix, error) {
	var out []netip.Prefix
	it := db.Networks(maxminddb.SkipAliasedNetworks)
	for it.Next() {
		var row struct {
			Country struct {
				Code string `maxminddb:"iso_code"`
			} `maxminddb:"country"`
		}
		n, err := it.Network(&row)
		if err != nil {
			return nil, err
		}
		if row.Country.Code == "" || slices.Contains(codes, row.Country.Code) == not {
			continue
		}
		ones, size := n.Mask.Size()
		a, ok := netip.AddrFromSlice(n.IP)
		if !ok {
			continue
		}
		if size == 128 && a.Is4() {
			ones -= 96
		}
		out = append(out, netip.PrefixFrom(a, ones))
	}
	return out, it.Err()
}

// Bounds of reputation files.
const (
	maxCategories = 60
	maxScore      = 127
)

// reputation reads categories (number,name,text a line) and the lists that they
// are used in (address or network,number,score a line).
func (s *Set) reputation(f *config.Files) (map[string][]compile.Reputation, error) {
	names := map[int]string{}
	out := map[string][]compile.Reputation{}
	err := eachLine(f.ReputationCategories, func(col []string) error {
		if len(col) < 2 {
			return errors.New("want NUMBER,NAME,TEXT")
		}
		n, err := strconv.Atoi(col[0])
		if err != nil || n < 1 || n >= maxCategories {
			return fmt.Errorf("%q is no category from 1 to %d", col[0], maxCategories-1)
		}
		names[n] = strings.ToLower(col[1])
		out[names[n]] = nil
		return nil
	}, s.badLine)
	if err != nil {
		return nil, fmt.Errorf("reputation-categories-file: %w", err)
	}
	for _, file := range f.ReputationFiles {
		if !filepath.IsAbs(file) {
			file = filepath.Join(f.ReputationPath, file)
		}
		err := eachLine(file, func(col []string) error {
			if len(col) != 3 {
				return errors.New("want ADDRESS,CATEGORY,SCORE")
			}
			net, err := network(col[0])
			if err != nil {
				return err
			}
			cat, err := strconv.Atoi(col[1])
			name, ok := names[cat]
			if err != nil || !ok {
				return fmt.Errorf("%q is no category of %s", col[1], f.ReputationCategories)
			}
			score, err := strconv.ParseUint(col[2], 10, 8)
			if err != nil || score > maxScore {
				return fmt.Errorf("score %q is no number from 0 to %d", col[2], maxScore)
			}
			out[name] = append(out[name], compile.Reputation{Net: net, Score: uint8(score)})
			return nil
		}, s.badLine)
		if err != nil {
			s.doubt("reputation-files", fmt.Sprintf("%v; the list is left out", err))
		}
	}
	return out, nil
}

func (s *Set) badLine(where string, err error) {
	s.doubt("reputation-files", fmt.Sprintf("%s: %v; the line is left out", where, err))
}

func network(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return p, fmt.Errorf("%q is no network", text)
		}
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no address", text)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// eachLine calls f with the columns of each line that is no comment.
func eachLine(path string, f func(col []string) error, bad func(where string, err error)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sc := bufio.NewScanner(file)
	for line := 1; sc.Scan(); line++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		col := strings.Split(text, ",")
		for i := range col {
			col[i] = strings.TrimSpace(col[i])
		}
		if err := f(col); err != nil {
			bad(fmt.Sprintf("%s:%d", path, line), err)
		}
	}
	return sc.Err()
}
