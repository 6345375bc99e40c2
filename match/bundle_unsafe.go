package match

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/weir-ips/weir/cgo/hyperscan"
)

// Bundle is a compiled policy: tables that lie in one run of octets, which may
// be a file or a sealed memfd, and the matcher's databases made ready from it.
type Bundle struct {
	raw        []byte
	Generation uint32

	Rules    []RuleRec
	Ops      []Op
	Lists    []ListRec
	Keys     []BufKey
	Blob     []byte
	AddrSets []AddrSet
	V4       []V4Range
	V6       []V6Range
	PortSets []Span
	Ports    []PortRange
	Refs     []uint32
	Groups   []Group
	PortMaps []PortMap
	Packet   []PacketIndex
	Tx       []TxIndex
	App      []AppIndex
	DBs      []DBRec
	PatSpans []Span
	IPOnly   []IPOnlyRange
	Limits   []ThresholdRec
	RuleKeys []RuleKeyRec // sorted
	PCREs    []PCRERec
	Names    []NameRec
	Sets     []SetRec
	SetItems []SetItem
	SetSlots []uint32
	SetData  []byte

	Scripts     []ScriptRec
	ScriptFacts []ScriptFact
	ScriptVars  []ScriptVar
	ScriptArgs  []NameRec
	// FW is the firewall's tables, one record or none; Hooks and HookIndex lead to
	// the states of application protocols.
	FW        []FirewallRec
	Hooks     []HookRec
	HookIndex []Span

	// NeedsChecksums: a rule asks whether checksums are valid.
	NeedsChecksums bool
	// NeedsDigest: rules compare these digests of files; NeedsStore, NeedsMagic: they
	// have files stored, ask for types of files.
	NeedsDigest            [3]bool
	NeedsStore, NeedsMagic bool
	pre                    [TableFilter]bool // see HasPre
	// NeedsOverlaps: a rule asks for segments that overlap with different data.
	NeedsOverlaps bool
	// NeedsFrames: rules look at frames; NeedsWholeFrames: at whole streams as such.
	NeedsFrames, NeedsWholeFrames bool

	databases []*hyperscan.Set
	regexes   []regex
}

// table views a section as records of T. Sections start on 64-octet boundaries
// of a page-aligned or heap slice, and Assemble wrote whole records.
func table[T any](raw []byte, s Section) []T {
	b := section(raw, s)
	var t T
	n := len(b) / int(unsafe.Sizeof(t))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// Octets gives the raw octets of a table, for Assemble. T must hold no pointers.
func Octets[T any](rows []T) []byte {
	if len(rows) == 0 {
		return nil
	}
	var t T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(rows))), len(rows)*int(unsafe.Sizeof(t)))
}

// Open makes a bundle ready to run: views its tables, deserialises the pattern
// databases, compiles the regular expressions. raw must pass Verify and stay
// mapped until Close. Errors name what could not be made ready.
func Open(raw []byte, fingerprint [32]byte) (*Bundle, error) {
	if err := Verify(raw, fingerprint); err != nil {
		return nil, err
	}
	b := view(raw)
	if err := b.makeReady(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// View opens a bundle's tables for reading alone: nothing is made ready to run.
// raw was made by this process.
func View(raw []byte) (*Bundle, error) {
	if len(raw) < headerSize {
		return nil, fmt.Errorf("%w: no bundle header", ErrDamaged)
	}
	return view(raw), nil
}

func view(raw []byte) *Bundle {
	return &Bundle{
		raw:        raw,
		Generation: binary.LittleEndian.Uint32(raw[hdrGeneration:]),
		Rules:      table[RuleRec](raw, SecRules),
		Ops:        table[Op](raw, SecOps),
		Lists:      table[ListRec](raw, SecLists),
		Keys:       table[BufKey](raw, SecKeys),
		Blob:       section(raw, SecBlob),
		AddrSets:   table[AddrSet](raw, SecAddrSets),
		V4:         table[V4Range](raw, SecV4),
		V6:         table[V6Range](raw, SecV6),
		PortSets:   table[Span](raw, SecPortSets),
		Ports:      table[PortRange](raw, SecPorts),
		Refs:       table[uint32](raw, SecRefs),
		Groups:     table[Group](raw, SecGroups),
		PortMaps:   table[PortMap](raw, SecPortMaps),
		Packet:     table[PacketIndex](raw, SecPacketIndex),
		Tx:         table[TxIndex](raw, SecTxIndex),
		App:        table[AppIndex](raw, SecAppIndex),
		DBs:        table[DBRec](raw, SecDBs),
		PatSpans:   table[Span](raw, SecPatSpans),
		IPOnly:     table[IPOnlyRange](raw, SecIPOnly),
		Limits:     table[ThresholdRec](raw, SecThresholds),
		PCREs:      table[PCRERec](raw, SecPCRE),
		RuleKeys:   table[RuleKeyRec](raw, SecRuleKeys),
		Names:      table[NameRec](raw, SecNames),
		Sets:       table[SetRec](raw, SecSets),
		SetItems:   table[SetItem](raw, SecSetItems),
		SetSlots:   table[uint32](raw, SecSetSlots),
		SetData:    section(raw, SecSetData),

		Scripts:     table[ScriptRec](raw, SecScripts),
		ScriptFacts: table[ScriptFact](raw, SecScriptFacts),
		ScriptVars:  table[ScriptVar](raw, SecScriptVars),
		ScriptArgs:  table[NameRec](raw, SecScriptArgs),
		FW:          table[FirewallRec](raw, SecFirewall),
		Hooks:       table[HookRec](raw, SecHooks),
		HookIndex:   table[Span](raw, SecHookIndex),
	}
}
