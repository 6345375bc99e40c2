package enip

import (
	"cmp"
	"slices"
)

// name is what a number of a registry is called.
type name struct {
	number uint32
	text   string
}

// names is a registry, in the order of its numbers.
type names []name

// of is the name of a number; empty: it has none.
func (n names) of(number uint32) string {
	i, ok := slices.BinarySearchFunc(n, number, func(e name, v uint32) int { return cmp.Compare(e.number, v) })
	if !ok {
		return ""
	}
	return n[i].text
}

// Encapsulation: commands and statuses (CIP volume 2, sections 2-3.2 and 2-3.5), by
// the names that rules use, too.
var (
	commandNames = names{{0x00, "nop"}, {0x04, "list_services"}, {0x63, "list_identity"}, {0x64, "list_interfaces"}, {0x65, "register_session"},
		{0x66, "unregister_session"}, {0x6f, "send_rr_data"}, {0x70, "send_unit_data"}, {0x72, "indicate_status"}, {0x73, "cancel"}}
	statusNames = names{{0x00, "success"}, {0x01, "invalid_cmd"}, {0x02, "no_resources"}, {0x03, "incorrect_data"}, {0x64, "invalid_session"},
		{0x65, "invalid_length"}, {0x69, "unsupported_prot_rev"}, {0x6a, "encap_header_error"}}
	segmentNames = names{{segClass, "class"}, {segInstance, "instance"}, {segAttribute, "attribute"}}
)

// serviceNames are common services (volume 1, appendix A-3), and those of single
// classes that are seen most.
var serviceNames = names{
	{0x01, "Get Attributes All"}, {0x02, "Set Attributes All"}, {0x03, "Get Attribute List"}, {0x04, "Set Attribute List"},
	{0x05, "Reset"}, {0x06, "Start"}, {0x07, "Stop"}, {0x08, "Create"}, {0x09, "Delete"}, {0x0a, "Multiple Service Packet"},
	{0x0d, "Apply Attributes"}, {0x0e, "Get Attributes Single"}, {0x10, "Set Attributes Single"}, {0x11, "Find Next Object Instance"},
	{0x15, "Restore"}, {0x16, "Save"}, {0x17, "No Forward Open"}, {0x18, "Get Member"}, {0x19, "Set Member"}, {0x1a, "Insert Member"},
	{0x1b, "Remove Member"}, {0x1c, "Group Sync"}, {0x1d, "Get Connection Point Member List"},
	{0x4b, "Execute PCCC Service"}, {0x4c, "Read Data"}, {0x4d, "Write Data"}, {0x4e, "Read Write Modify Data"},
	{0x52, "Read Data Fragmented"}, {0x53, "Write Data Fragmented"}, {0x54, "Forward Open"},
}

// cipStatusNames are general statuses (volume 1, appendix B-1).
var cipStatusNames = names{
	{0x00, "Success"}, {0x01, "Connection Failure"}, {0x02, "Resource Unavailable"}, {0x03, "Invalid Parameter Value"},
	{0x04, "Path Segment Error"}, {0x05, "Path Destination Unknown"}, {0x06, "Partial Transfer"}, {0x07, "Connection Lost"},
	{0x08, "Service Not Supported"}, {0x09, "Invalid Attribute Value"}, {0x0a, "Attribute List Error"},
	{0x0b, "Already In Requested Mode/State"}, {0x0c, "Object State Conflict"}, {0x0d, "Object Already Exists"},
	{0x0e, "Attribute Not Settable"}, {0x0f, "Privilege Violation"}, {0x10, "Device State Conflict"}, {0x11, "Reply Data Too Large"},
	{0x12, "Fragmentation Of A Primitive Value"}, {0x13, "Not Enough Data"}, {0x14, "Attribute Not Supported"}, {0x15, "Too Much Data"},
	{0x16, "Object Does Not Exist"}, {0x17, "Service Fragmentation Sequence Not In Progress"}, {0x18, "No Stored Attribute Data"},
	{0x19, "Store Operation Failure"}, {0x1a, "Routing Failure, Request Packet Too Large"},
	{0x1b, "Routing Failure, Response Packet Too Large"}, {0x1c, "Missing Attribute List Entry Data"},
	{0x1d, "Invalid Attribute Value List"}, {0x1e, "Embedded Service Error"}, {0x1f, "Vendor Specific Error"}, {0x20, "Invalid Parameter"},
	{0x21, "Write-Once Value Or Medium Already Written"}, {0x22, "Invalid Reply Received"}, {0x23, "Buffer Overflow"},
	{0x24, "Invalid Message Format"}, {0x25, "Key Failure In Path"}, {0x26, "Path Size Invalid"}, {0x27, "Unexpected Attribute In List"},
	{0x28, "Invalid Member ID"}, {0x29, "Member Not Settable"}, {0x2a, "Group 2 Only Server General Failure"},
	{0x2b, "Unknown Modbus Error"}, {0x2c, "Attribute Not Gettable"}, {0xff, "Still Processing"},
}

// extendedNames are the extended statuses of the connection manager (volume 1,
// section 3-5.6).
var extendedNames = names{
	{0x100, "Connection in use or duplicate Forward Open"}, {0x103, "Transport class and trigger combination not supported"},
	{0x106, "Ownership conflict"}, {0x107, "Target connection not found"}, {0x108, "Invalid network connection parameter"},
	{0x109, "Invalid connection size"}, {0x110, "Target for connection not configured"}, {0x111, "RPI not supported"},
	{0x112, "RPI value(s) not acceptable"}, {0x113, "Out of connections"}, {0x114, "Vendor ID or product code mismatch"},
	{0x115, "Device type mismatch"}, {0x116, "Revision mismatch"}, {0x117, "Invalid produced or consumed application path"},
	{0x118, "Invalid or inconsistent configuration application path"}, {0x119, "Non-listen only connection not opened"},
	{0x11a, "Target object out of connections"}, {0x11b, "RPI is smaller than the production inhibit time"},
	{0x11c, "Transport class not supported"}, {0x11d, "Production trigger not supported"}, {0x11e, "Direction not supported"},
	{0x11f, "Invalid O->T Fixed/Variable"}, {0x120, "Invalid T->O Fixed/Variable"}, {0x121, "Invalid O->T Priority"},
	{0x122, "Invalid T->O Priority"}, {0x123, "Invalid O->T connection type"}, {0x124, "Invalid T->O connection type"},
	{0x125, "Invalid O->T redundant owner"}, {0x126, "Invalid configuration size"}, {0x127, "Invalid O->T size"},
	{0x128, "Invalid T->O size"}, {0x129, "Invalid configuration application path"}, {0x12a, "Invalid consuming application path"},
	{0x12b, "Invalid producing application path"}, {0x12c, "Configuration symbol does not exist"},
	{0x12d, "Consuming symbol does not exist"}, {0x12e, "Producing symbol does not exist"},
	{0x12f, "Inconsistent application path combination"}, {0x130, "Inconsistent consume data format"},
	{0x131, "Inconsistent produce data format"}, {0x132, "NULL ForwardOpen not supported"}, {0x203, "Connection timed out"},
	{0x204, "Unconnected request timed out"}, {0x205, "Parameter error in unconnected request"},
	{0x206, "Message too large for UnconnectedSend"}, {0x207, "Unconnected acknowledged without reply"},
	{0x301, "No buffer memory available"}, {0x302, "Network bandwidth not available for data"},
	{0x303, "No consumed connection ID filter available"}, {0x304, "Not configured to send scheduled priority data"},
	{0x305, "Schedule signature mismatch"}, {0x306, "Schedule signature validation not possible"}, {0x311, "Port not available"},
	{0x312, "Link address not valid"}, {0x315, "Invalid segment in connection path"}, {0x316, "ForwardClose connection path mismatch"},
	{0x317, "Scheduling not specified"}, {0x318, "Link address to self invalid"}, {0x319, "Secondary resources unavailable"},
	{0x31a, "Rack connection already established"}, {0x31b, "Module connection already established"}, {0x31c, "Miscellaneous"},
	{0x31d, "Redundant connection mismatch"},
	{0x31e, "No more user configurable link consumer resources available in the producing module"},
	{0x31f, "No more user configurable link consumer resources configured in the producing module"}, {0x800, "Network link offline"},
	{0x801, "Incompatible Multicast RPI"}, {0x802, "Invalid Safety Connection Size"}, {0x803, "Invalid Safety Connection Format"},
	{0x804, "Invalid Time Correction Connection Parameters"}, {0x805, "Invalid Ping Interval EPI Multiplier"},
	{0x806, "Time Coordination Msg Min Multiplier"}, {0x807, "Network Time Expectation Multiplier"}, {0x808, "Timeout Multiplier"},
	{0x809, "Invalid Max Consumer Number"}, {0x80a, "Invalid CPCRC"}, {0x80b, "Time Correction Connection ID Invalid"},
	{0x80c, "SCID Mismatch"}, {0x80d, "TUNID not set"}, {0x80e, "TUNID Mismatch"}, {0x80f, "Configuration operation not allowed"},
	{0x810, "No target application data available"}, {0x811, "No originator application data available"},
	{0x812, "Node address has changed since the network was scheduled"}, {0x813, "Not configured for off-subnet multicast"},
	{0x814, "Invalid produce/consume data format"},
}
