package replay

import (
	"fmt"
	"os"

	"github.com/weir-ips/weir/cgo/pcap"
	"github.com/weir-ips/weir/dataplane/port"
)

// filtered is a capture of the packets that the filter matches. They are numbered as if
// there were no others.
func (r *run) filtered(path string) (string, error) {
	c, err := port.OpenCapture(path)
	if err != nil {
		return "", err
	}
	defer c.Close()
	f, err := pcap.Compile(r.o.Filter, int(c.Info.LinkType))
	if err != nil {
		return "", err
	}
	defer f.Close()
	out, err := os.CreateTemp("", "weir-*.pcap")
	if err != nil {
		return "", err
	}
	defer out.Close()
	r.close = append(r.close, func() { os.Remove(out.Name()) })
	if err = writeHead(out, c.Info.LinkType); err != nil {
		return "", fmt.Errorf("filter: %w", err)
	}
	if err = writeFrames(out, c, f.Match); err != nil {
		return "", fmt.Errorf("filter: %w", err)
	}
	return out.Name(), out.Close()
}
