package wiring

import (
	"math/rand/v2"
	"sync"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/expect"
	"github.com/weir-ips/weir/dataplane/app/ftp"
	"github.com/weir-ips/weir/dataplane/app/smtp"
	"github.com/weir-ips/weir/match/input"
)

// maxFTPLine bounds what may be set as the longest line: a line is held whole.
const maxFTPLine = 64 << 10

// maxExpected is how many announced connections are remembered.
const maxExpected = 1 << 16

// expected are the connections that are announced on others: one table for all
// workers of a process, as they may come to any of them.
var expected = sync.OnceValues(func() (*expect.Table, error) { return expect.New(maxExpected, rand.Uint64()) })

// ftpApp fills the settings of FTP.
func ftpApp(s *config.Sections, c *app.Config) (err error) {
	if c.Expect, err = expected(); err != nil {
		return err
	}
	o := ftp.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("ftp")}
	k.size("max-line-length", &o.MaxLine, maxFTPLine)
	o.MaxLine = max(o.MaxLine, 16)
	k.size("memcap", &o.Memcap, 1<<40)
	k.size("max-tx", &o.MaxTx, app.MaxTxs)
	o.MaxTx = max(o.MaxTx, 1)
	c.Options[input.AppFTP] = o
	return k.err()
}

// inlineFiles makes the files of mail and FTP seen as they come: what waits for
// its inspection would be through by then.
func inlineFiles(c *app.Config) {
	if o, ok := c.Options[input.AppSMTP].(*smtp.Options); ok {
		o.InspectFrom = 0
	}
	if o, ok := c.Options[input.AppFTP].(*ftp.Options); ok {
		o.InspectFrom = 0
	}
}
