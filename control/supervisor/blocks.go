package supervisor

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
)

// blockList is what was blocked by hand. The engine has it too, but an engine
// may die; a file in the run directory keeps it for the next control.
type blockList struct {
	mu   sync.Mutex
	path string
	list []api.Block
}

// maxBlocks bounds the list; the engine's own is smaller still and says so.
const maxBlocks = 1024

func openBlocks(runDir string) *blockList {
	b := &blockList{path: filepath.Join(runDir, "blocks.json")}
	if text, err := os.ReadFile(b.path); err == nil {
		// A damaged file is as good as none: every block expires anyway.
		if json.Unmarshal(text, &b.list) != nil {
			b.list = nil
		}
	}
	b.expire(time.Now())
	return b
}

// expire forgets what is over. The caller holds mu, or is alone.
func (b *blockList) expire(now time.Time) {
	b.list = slices.DeleteFunc(b.list, func(x api.Block) bool { return !now.Before(x.Expires) })
}

func (b *blockList) all() []api.Block {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire(time.Now())
	return slices.Clone(b.list)
}

// put adds or renews a block.
func (b *blockList) put(x api.Block) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire(time.Now())
	b.list = slices.DeleteFunc(b.list, func(y api.Block) bool { return y.Prefix == x.Prefix })
	if len(b.list) >= maxBlocks {
		return fmt.Errorf("%d prefixes are blocked by hand, which is the most: remove some", maxBlocks)
	}
	b.list = append(b.list, x)
	return b.save()
}

// take removes a block; false when there is none.
func (b *blockList) take(p netip.Prefix) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.list)
	b.list = slices.DeleteFunc(b.list, func(x api.Block) bool { return x.Prefix == p })
	if len(b.list) == n {
		return false, nil
	}
	return true, b.save()
}

// clear removes all blocks.
func (b *blockList) clear() (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n = len(b.list); n == 0 {
		return 0, nil
	}
	b.list = nil
	return n, b.save()
}

// save writes a new file and puts it in the old one's place.
func (b *blockList) save() error {
	text, err := json.Marshal(b.list)
	if err != nil {
		return err
	}
	tmp := b.path + ".new"
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return fmt.Errorf("blocks: %w", err)
	}
	if err := os.Rename(tmp, b.path); err != nil {
		return fmt.Errorf("blocks: %w", err)
	}
	return nil
}

// command is a block as workers take it.
func command(op anomaly.Op, p netip.Prefix, ttl time.Duration) anomaly.Command {
	c := anomaly.Command{Op: op, Bits: uint8(p.Bits()), TTLUS: ttl.Microseconds(), IPVersion: 6}
	if a := p.Addr(); a.Is4() {
		c.IPVersion = 4
		v := a.As4()
		copy(c.Addr[:], v[:])
	} else {
		c.Addr = a.As16()
	}
	return c
}
