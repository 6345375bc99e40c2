package dpdk

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// mempoolDriver is the PMD of the default mempool ("ring_mp_mc"), which
// every pool needs.
const mempoolDriver = "mempool_ring"

// plugins is the list of PMD files to load with -d, and the directory of the
// others, which the EAL is to leave alone; empty where it loads all. Only some
// are loaded where all drivers that the run needs are known: virtual devices
// without PCI.
func (c *EALConfig) plugins() (files []string, skip string) {
	dir := c.PluginDir
	if dir == "" {
		dir = pluginDir(loadedLibrary("librte_eal.so"))
	}
	seen := map[string]bool{}
	add := func(f string) {
		if !seen[f] {
			seen[f] = true
			files = append(files, f)
		}
	}
	known := func(driver string) bool {
		f := pluginFile(dir, driver)
		if f != "" {
			add(f)
		}
		return f != ""
	}
	complete := known(mempoolDriver)
	for _, v := range c.Vdevs {
		name, _, _ := strings.Cut(v, ",")
		complete = known(name) && complete
	}
	for _, p := range c.Plugins {
		if strings.Contains(p, "/") {
			add(p)
		} else {
			complete = known(p) && complete
		}
	}
	if c.NoPCI && complete {
		return files, dir
	}
	if c.PluginDir != "" {
		return []string{c.PluginDir}, ""
	}
	return nil, ""
}

// loadedLibrary is the file from which the process has mapped the shared
// library whose file name starts with prefix, or empty.
func loadedLibrary(prefix string) string {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		i := strings.IndexByte(s.Text(), '/')
		if i < 0 {
			continue
		}
		if path := s.Text()[i:]; strings.HasPrefix(filepath.Base(path), prefix) {
			return path
		}
	}
	return ""
}

// pluginDir is where the PMDs of the DPDK lie whose librte_eal.so.MAJOR.MINOR
// is given: LIBDIR/dpdk/pmds-MAJOR.MINOR, as DPDK's build installs them.
func pluginDir(ealFile string) string {
	real, err := filepath.EvalSymlinks(ealFile)
	if err != nil {
		return ""
	}
	_, version, ok := strings.Cut(filepath.Base(real), ".so.")
	if !ok {
		return ""
	}
	sub := filepath.Join("dpdk", "pmds-"+version)
	libdir := filepath.Dir(real)
	// With merged /usr the loader says /lib where the package says /usr/lib.
	for _, d := range []string{libdir, filepath.Join("/usr", libdir), filepath.Dir(libdir)} {
		if s, err := os.Stat(filepath.Join(d, sub)); err == nil && s.IsDir() {
			return filepath.Join(d, sub)
		}
	}
	return ""
}

// pluginFile is the PMD for a device or driver name: the longest driver name
// that starts it (net_virtio for net_virtio_user0). Empty if none does.
func pluginFile(dir, name string) string {
	if dir == "" {
		return ""
	}
	// Names of before DPDK 17 that the PMDs still take.
	if rest, ok := strings.CutPrefix(name, "eth_"); ok {
		name = "net_" + rest
	} else if strings.HasPrefix(name, "virtio_user") {
		name = "net_" + name
	}
	for n := len(name); n > 0; n-- {
		files, _ := filepath.Glob(filepath.Join(dir, "librte_"+globQuote(name[:n])+".so*"))
		best := ""
		for _, f := range files {
			if best == "" || len(f) < len(best) {
				best = f
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// globQuote keeps a device name from being read as a pattern.
func globQuote(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
