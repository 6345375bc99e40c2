package protocols

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc"
	"github.com/weir-ips/weir/dataplane/app/dhcp"
	"github.com/weir-ips/weir/dataplane/app/dht"
	"github.com/weir-ips/weir/dataplane/app/dnp3"
	"github.com/weir-ips/weir/dataplane/app/dns"
	"github.com/weir-ips/weir/dataplane/app/enip"
	"github.com/weir-ips/weir/dataplane/app/ftp"
	"github.com/weir-ips/weir/dataplane/app/http1"
	"github.com/weir-ips/weir/dataplane/app/http2"
	"github.com/weir-ips/weir/dataplane/app/ike"
	"github.com/weir-ips/weir/dataplane/app/imap"
	"github.com/weir-ips/weir/dataplane/app/krb5"
	"github.com/weir-ips/weir/dataplane/app/ldap"
	"github.com/weir-ips/weir/dataplane/app/modbus"
	"github.com/weir-ips/weir/dataplane/app/mqtt"
	"github.com/weir-ips/weir/dataplane/app/nfs"
	"github.com/weir-ips/weir/dataplane/app/ntp"
	"github.com/weir-ips/weir/dataplane/app/pgsql"
	"github.com/weir-ips/weir/dataplane/app/pop3"
	"github.com/weir-ips/weir/dataplane/app/quic"
	"github.com/weir-ips/weir/dataplane/app/rdp"
	"github.com/weir-ips/weir/dataplane/app/rfb"
	"github.com/weir-ips/weir/dataplane/app/sip"
	"github.com/weir-ips/weir/dataplane/app/smb"
	"github.com/weir-ips/weir/dataplane/app/smtp"
	"github.com/weir-ips/weir/dataplane/app/snmp"
	"github.com/weir-ips/weir/dataplane/app/ssh"
	"github.com/weir-ips/weir/dataplane/app/telnet"
	"github.com/weir-ips/weir/dataplane/app/tftp"
	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/dataplane/app/websocket"
)

// All are the application protocols that weir speaks, one line each.
func All() []*app.Protocol {
	return []*app.Protocol{
		sip.UDP(), // in front of HTTP: OPTIONS is a method of both
		sip.TCP(),
		http1.Protocol(),
		http2.Protocol(),
		dns.UDP(),
		dns.TCP(),
		dns.MDNS(),
		dns.LLMNR(),
		dns.LLMNRTCP(),
		tls.Protocol(),
		tls.SSLv2(),
		tls.DTLS(),
		ssh.Protocol(),
		websocket.Protocol(),
		quic.Protocol(),
		dnp3.Protocol(),
		enip.Protocol(),
		modbus.Protocol(),
		ike.Protocol(),
		smtp.Protocol(),
		ftp.Protocol(),
		ftp.Data(),
		rdp.Protocol(),
		rfb.Protocol(),
		pgsql.Protocol(),
		pop3.Protocol(),
		imap.Protocol(),
		ldap.Protocol(),
		krb5.UDP(),
		krb5.TCP(),
		tftp.Protocol(),
		dhcp.Protocol(),
		ntp.Protocol(),
		telnet.Protocol(),
		mqtt.Protocol(),
		snmp.Protocol(),
		smb.Protocol(),
		dcerpc.TCP(),
		dcerpc.UDP(),
		nfs.TCP(),
		nfs.UDP(),
		dht.Protocol(),
	}
}
