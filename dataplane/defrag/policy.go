package defrag

// Policy says which of two overlapping fragments a host believes.
type Policy uint8

// Policies, by the systems that behave so (Novak 2005, table 1).
const (
	BSD      Policy = iota // also HP-UX 10, IRIX
	BSDRight               // HP JetDirect
	Linux                  // also old Linux
	First                  // macOS, HP-UX 11, old Solaris
	Last                   // Cisco IOS
	Windows                // also Vista, Server 2003
	Solaris
	numPolicies
)

var policyNames = [...]string{"bsd", "bsd-right", "linux", "first", "last", "windows", "solaris"}

// String is the policy as a configuration names it.
func (p Policy) String() string {
	if int(p) < len(policyNames) {
		return policyNames[p]
	}
	return "unknown"
}

// hostPolicies maps every name of host-os-policy.
var hostPolicies = map[string]Policy{
	"bsd": BSD, "hpux10": BSD, "irix": BSD,
	"bsd-right": BSDRight,
	"linux":     Linux, "old-linux": Linux,
	"first": First, "macos": First, "hpux11": First, "old-solaris": First,
	"last":    Last,
	"windows": Windows, "vista": Windows, "windows2k3": Windows,
	"solaris": Solaris,
}

// PolicyByName finds the policy of an entry of host-os-policy.
func PolicyByName(name string) (Policy, bool) {
	p, ok := hostPolicies[name]
	return p, ok
}

// span is where a fragment's data lies within the datagram, in octets.
type span struct{ from, to int }

// newWins reports whether fresh, which arrived later, replaces old where both
// have data.
func (p Policy) newWins(old, fresh span) bool {
	switch p {
	case BSD:
		return fresh.from < old.from
	case BSDRight:
		return fresh.from >= old.from
	case Linux:
		return fresh.from <= old.from
	case Last:
		return true
	case Windows:
		return fresh.from < old.from && fresh.to > old.to
	case Solaris:
		return fresh.from < old.from && fresh.to >= old.to
	}
	return false
}
