package input

// Application protocols. Append-only: events and counters name them.
const (
	AppUnknown AppProto = iota
	AppFailed
	AppHTTP1
	AppHTTP2
	AppFTP
	AppFTPData
	AppSMTP
	AppTLS
	AppSSH
	AppIMAP
	AppSMB
	AppDCERPC
	AppDNS
	AppMDNS
	AppLLMNR
	AppModbus
	AppENIP
	AppDNP3
	AppNFS
	AppNTP
	AppTFTP
	AppIKE
	AppKRB5
	AppQUIC
	AppDHCP
	AppSIP
	AppRFB
	AppMQTT
	AppPGSQL
	AppTelnet
	AppWebSocket
	AppLDAP
	AppDoH2
	AppRDP
	AppBitTorrentDHT
	AppPOP3
	AppSNMP
	AppJabber
	AppIRC
	AppHTTP // in rules: HTTP/1 or HTTP/2
	NumAppProtos
)

// appNames are the names of EVE's app_proto and of rule headers.
var appNames = [NumAppProtos]string{
	AppUnknown: "unknown", AppFailed: "failed", AppHTTP1: "http", AppHTTP2: "http2", AppFTP: "ftp",
	AppFTPData: "ftp-data", AppSMTP: "smtp", AppTLS: "tls", AppSSH: "ssh", AppIMAP: "imap", AppSMB: "smb",
	AppDCERPC: "dcerpc", AppDNS: "dns", AppMDNS: "mdns", AppLLMNR: "llmnr", AppModbus: "modbus", AppENIP: "enip",
	AppDNP3: "dnp3", AppNFS: "nfs", AppNTP: "ntp", AppTFTP: "tftp", AppIKE: "ike", AppKRB5: "krb5",
	AppQUIC: "quic", AppDHCP: "dhcp", AppSIP: "sip", AppRFB: "rfb", AppMQTT: "mqtt", AppPGSQL: "pgsql",
	AppTelnet: "telnet", AppWebSocket: "websocket", AppLDAP: "ldap", AppDoH2: "doh2", AppRDP: "rdp",
	AppBitTorrentDHT: "bittorrent-dht", AppPOP3: "pop3", AppSNMP: "snmp", AppJabber: "jabber", AppIRC: "irc",
	AppHTTP: "http_any",
}

// String is the protocol's name in EVE.
func (a AppProto) String() string {
	if a < NumAppProtos {
		return appNames[a]
	}
	return "unknown"
}

// AppProtoOf finds a protocol by a rule's word for it: `http` is either version,
// `http1` the first.
func AppProtoOf(name string) (AppProto, bool) {
	switch name {
	case "http":
		return AppHTTP, true
	case "http1":
		return AppHTTP1, true
	case "ssl":
		return AppTLS, true
	case "ikev1", "ikev2":
		return AppIKE, true
	case "dcerpc_udp", "dcerpc_tcp":
		return AppDCERPC, true
	case "unknown", "failed", "http_any":
		return AppUnknown, name == "unknown"
	}
	for i, n := range appNames {
		if n == name {
			return AppProto(i), true
		}
	}
	return AppUnknown, false
}
