package wiring

import (
	"errors"
	"fmt"
	"math"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb"
	"github.com/weir-ips/weir/match/input"
)

// smbApp fills the settings of SMB. Kinds of transactions have records when one of
// the outputs wants them.
func smbApp(s *config.Sections, c *app.Config) error {
	o := smb.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("smb")}
	k.size("max-read-size", &o.MaxRead, math.MaxUint32)
	k.size("max-write-size", &o.MaxWrite, math.MaxUint32)
	k.size("max-write-queue-size", &o.Queues[0].Octets, math.MaxUint32)
	k.size("max-read-queue-size", &o.Queues[1].Octets, math.MaxUint32)
	k.count("max-write-queue-cnt", &o.Queues[0].Chunks)
	k.count("max-read-queue-cnt", &o.Queues[1].Chunks)
	k.size("max-tx", &o.MaxTx, app.MaxTxs)
	for i, key := range smb.CacheKeys {
		k.size(key, &o.Cache[i], smb.MaxCache)
	}
	var errs []error
	records, all := uint16(0), false
	eveTypes(s, "smb", func(t *config.EveType) {
		if t.Other == nil || len(t.Other.Types) == 0 {
			all = true
			return
		}
		for _, name := range t.Other.Types {
			bit, ok := smb.RecordBit(name)
			if !ok {
				errs = append(errs, fmt.Errorf("eve-log: smb: types: no kind of transactions is called %q; there are %s", name, smb.RecordNames()))
			}
			records |= bit
		}
	})
	if records != 0 && !all {
		o.Records = records
	}
	c.Options[input.AppSMB] = &o
	return errors.Join(append(errs, k.err(), o.Validate())...)
}
