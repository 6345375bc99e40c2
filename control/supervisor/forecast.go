package supervisor

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/control/api"
)

// Measured with 13 MB of rules (14,539 of Emerging Threats): control grew by 165
// MB while it compiled, the bundle had 33 MB, and the engine's copies of its
// databases, expressions and scratch about as much again.
const (
	controlPerOctet = 13
	bundlePerOctet  = 3
	controlBase     = 16 << 20
	engineBase      = 8 << 20
)

// forecast is what a reload of inputs of so many octets takes at its peak, on top
// of what is used now. bundle is the size of the one in force, 0 when there is
// none: policies seldom change much in size.
func forecast(inputs, bundle uint64, available uint64) api.Forecast {
	if bundle == 0 {
		bundle = inputs * bundlePerOctet
	}
	return api.Forecast{
		Control: controlBase + controlPerOctet*inputs + bundle,
		// The new bundle and what is made of it, beside the old ones.
		Engine:    engineBase + 2*bundle,
		Available: available,
	}
}

// fits is the error when a reload would take more than there is.
func fits(f api.Forecast) error {
	if f.Available == 0 || f.Control+f.Engine <= f.Available {
		return nil
	}
	return fmt.Errorf("the new rules need about %d MiB while they are loaded, %d MiB are free: the old ones run on; give the machine more memory, or load fewer rules",
		(f.Control+f.Engine)>>20, f.Available>>20)
}

// available is the memory that the machine and this process's group can still
// give, in octets; 0 when nobody says.
func available() uint64 {
	n := meminfo("/proc/meminfo", "MemAvailable:")
	most, err := number("/sys/fs/cgroup/memory.max")
	if err != nil {
		return n
	}
	used, err := number("/sys/fs/cgroup/memory.current")
	if err != nil || used > most {
		return n
	}
	if free := most - used; n == 0 || free < n {
		return free
	}
	return n
}

func meminfo(path, key string) uint64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), key); ok {
			n, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 54)
			return n << 10
		}
	}
	return 0
}

func number(path string) (uint64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
}
