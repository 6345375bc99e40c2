package doctor

import (
	"fmt"
	"os"
	"path/filepath"
)

// checks are all there are, in the order in which a person would mend them.
var checks = []func(*Machine, *Need) []Finding{
	plan,
	privileges,
	hugepages,
	free,
	iommu,
	cards,
	vdevs,
	capabilities,
	cpus,
	folders,
}

// Examine holds the machine against what the configuration needs.
func Examine(m Machine, n Need) Report {
	var r Report
	for _, c := range checks {
		for _, f := range c(&m, &n) {
			f.Word = f.Grade.String()
			r = append(r, f)
		}
	}
	return r
}

// plan says whether ports, pairs and CPUs can be had as they are configured.
func plan(_ *Machine, n *Need) []Finding {
	if n.Problem != "" {
		return []Finding{{What: "configuration", Grade: Broken, Found: n.Problem}}
	}
	return []Finding{{What: "configuration", Found: "ports, pairs and CPUs fit this machine (weir run --dry-run shows the plan)"}}
}

// privileges checks what the process may do.
func privileges(m *Machine, n *Need) []Finding {
	f := Finding{What: "privileges"}
	if m.UID == 0 {
		f.Found = "root"
		return []Finding{f}
	}
	var missing string
	for _, c := range []struct {
		bit  int
		name string
	}{{capNetAdmin, "cap_net_admin"}, {capIPCLock, "cap_ipc_lock"}, {capSysNice, "cap_sys_nice"}} {
		if !m.can(c.bit) {
			missing += "," + c.name
		}
	}
	f.Found = fmt.Sprintf("user %d", m.UID)
	if missing != "" {
		f.Grade = worse(len(n.PCI) > 0)
		f.Found += " without " + missing[1:] + ": enough for captures, not for cards and tap devices"
		f.Remedy = []string{"sudo weir doctor", "sudo setcap " + missing[1:] + "+ep $(command -v weir)"}
	}
	return []Finding{f}
}

// folders checks that what weir writes has a place.
func folders(_ *Machine, n *Need) []Finding {
	var out []Finding
	for _, d := range []struct{ what, dir, key string }{{"run directory", n.RunDir, "control.run-dir"}, {"log directory", n.LogDir, "default-log-dir"}} {
		f := Finding{What: d.what, Found: d.dir}
		if err := writable(d.dir); err != nil {
			f.Grade = Broken
			f.Found = fmt.Sprintf("%v: name another one with --set %s=DIR", err, d.key)
		}
		out = append(out, f)
	}
	return out
}

// writable tries to make a file, in the nearest folder above that is there.
func writable(dir string) error {
	for {
		s, err := os.Stat(dir)
		if err == nil && !s.IsDir() {
			return fmt.Errorf("%s is no folder", dir)
		}
		if err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return err
		}
		dir = up
	}
	f, err := os.CreateTemp(dir, ".weir-doctor-*")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}
