package buf

// CIPPart is what one value of FieldENIPCIPPart says, in its upper 32 bits.
type CIPPart uint8

// Parts of a CIP message. CIPService stands in front of what belongs to it.
const (
	CIPService CIPPart = iota + 1
	CIPClass
	CIPInstance
	CIPAttribute
	CIPStatus
	CIPExtended
)
