package http1

import (
	"errors"
	"net/netip"

	"github.com/weir-ips/weir/dataplane/app"
)

// maxServers bounds libhtp.server-config, which is searched once a flow.
const maxServers = 256

// Server is an entry of libhtp.server-config: the settings of some servers.
type Server struct {
	Networks []netip.Prefix
	Options  *Options
}

// AddServer reads an entry of libhtp.server-config: get answers for its keys,
// which stand at path, networks are its addresses.
func (o *Options) AddServer(path string, networks []string, get func(path string) (string, bool)) error {
	own, err := parseOptions(get, path)
	errs := []error{err}
	s := Server{Options: &own}
	for _, n := range networks {
		p, err := netip.ParsePrefix(n)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(n); err == nil {
				p = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil {
			errs = append(errs, errors.New(path+"address: "+n+" is neither an address nor a network"))
			continue
		}
		s.Networks = append(s.Networks, p.Masked())
	}
	if len(o.Servers) == maxServers {
		errs = append(errs, errors.New(path+": more than 256 entries"))
	} else if len(s.Networks) > 0 {
		// What is logged and how many there may be is not a server's to say.
		own.DumpRequestHeaders, own.DumpResponseHeaders, own.Custom, own.Extended = o.DumpRequestHeaders, o.DumpResponseHeaders, o.Custom, o.Extended
		own.BodyBase64, own.BodyPrintable = o.BodyBase64, o.BodyPrintable
		o.Servers = append(o.Servers, s)
	}
	return errors.Join(errs...)
}

// of are the settings for a flow's server.
func (o *Options) of(f *app.Flow) *Options {
	if len(o.Servers) == 0 {
		return o
	}
	var a netip.Addr
	if f.IPVersion == 4 {
		a = netip.AddrFrom4([4]byte(f.Dst[:4]))
	} else {
		a = netip.AddrFrom16(f.Dst)
	}
	for i := range o.Servers {
		for _, n := range o.Servers[i].Networks {
			if n.Contains(a) {
				return o.Servers[i].Options
			}
		}
	}
	return o
}
