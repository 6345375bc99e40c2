package input

// FrameStream is the frame that every protocol over TCP has: all that one side
// says.
const FrameStream uint8 = 255

// frameNames are the frames of each protocol; a frame's number is its place.
// Append-only.
var frameNames = [NumAppProtos][]string{
	AppDCERPC:    {"pdu", "hdr", "data"},
	AppDNS:       {"pdu"},
	AppMDNS:      {"pdu"},
	AppLLMNR:     {"pdu"},
	AppENIP:      {"hdr", "data", "pdu", "cip", "enip.item"},
	AppHTTP1:     {"request", "response"},
	AppHTTP2:     {"hdr", "data", "pdu"},
	AppLDAP:      {"pdu"},
	AppModbus:    {"pdu", "hdr", "data"},
	AppMQTT:      {"pdu", "header", "data"},
	AppNFS:       {"rpc.pdu", "rpc.hdr", "rpc.data", "rpc.creds", "nfs.pdu", "nfs.status", "nfs4.pdu", "nfs4.hdr", "nfs4.ops", "nfs4.status"},
	AppRFB:       {"pdu"},
	AppSIP:       {"pdu", "request.line", "response.line", "request.headers", "response.headers", "request.body", "response.body"},
	AppSMB:       {"nbss.pdu", "nbss.hdr", "nbss.data", "smb1.pdu", "smb1.hdr", "smb1.data", "smb2.pdu", "smb2.hdr", "smb2.data", "smb3.pdu", "smb3.hdr", "smb3.data"},
	AppSMTP:      {"command_line", "data", "response_line"},
	AppSSH:       {"record.hdr", "record.data", "record.pdu"},
	AppTelnet:    {"pdu", "ctl", "data"},
	AppTLS:       {"pdu", "hdr", "data", "alert", "heartbeat", "ssl2.hdr", "ssl2.pdu"},
	AppWebSocket: {"header", "pdu", "data"},
}

// FrameNames are the frames of a protocol, `stream` not among them.
func FrameNames(p AppProto) []string {
	if p < NumAppProtos {
		return frameNames[p]
	}
	return nil
}

// FrameName names a frame.
func FrameName(p AppProto, typ uint8) string {
	if typ == FrameStream {
		return "stream"
	}
	if names := FrameNames(p); int(typ) < len(names) {
		return names[typ]
	}
	return ""
}

// FrameID is the number of a protocol's frame.
func FrameID(p AppProto, name string) (typ uint8, ok bool) {
	if name == "stream" {
		return FrameStream, true
	}
	for i, n := range FrameNames(p) {
		if n == name {
			return uint8(i), true
		}
	}
	return 0, false
}
