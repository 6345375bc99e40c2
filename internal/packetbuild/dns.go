package packetbuild

import (
	"net/netip"

	"github.com/google/gopacket/layers"
)

// DNSQuery builds a recursive query for one name (type A, AAAA, TXT, …).
func DNSQuery(id uint16, name string, typ layers.DNSType) []byte {
	return Serialize(dnsMessage(id, name, typ))
}

// DNSAnswer builds the answer to such a query: one A or AAAA record an address.
// No address means NXDOMAIN.
func DNSAnswer(id uint16, name string, typ layers.DNSType, addrs ...string) []byte {
	m := dnsMessage(id, name, typ)
	m.QR, m.RA = true, true
	if len(addrs) == 0 {
		m.ResponseCode = layers.DNSResponseCodeNXDomain
	}
	for _, a := range addrs {
		m.Answers = append(m.Answers, layers.DNSResourceRecord{
			Name: []byte(name), Type: typ, Class: layers.DNSClassIN, TTL: 300,
			IP: netip.MustParseAddr(a).AsSlice(),
		})
	}
	return Serialize(m)
}

// DNSText builds the answer to a TXT query.
func DNSText(id uint16, name string, texts ...string) []byte {
	m := dnsMessage(id, name, layers.DNSTypeTXT)
	m.QR, m.RA = true, true
	r := layers.DNSResourceRecord{Name: []byte(name), Type: layers.DNSTypeTXT, Class: layers.DNSClassIN, TTL: 60}
	for _, t := range texts {
		r.TXTs = append(r.TXTs, []byte(t))
	}
	m.Answers = []layers.DNSResourceRecord{r}
	return Serialize(m)
}

func dnsMessage(id uint16, name string, typ layers.DNSType) *layers.DNS {
	return &layers.DNS{
		ID: id, RD: true, OpCode: layers.DNSOpCodeQuery,
		Questions: []layers.DNSQuestion{{Name: []byte(name), Type: typ, Class: layers.DNSClassIN}},
	}
}
