package match

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Section is one table of a bundle. Numbers are part of the file format.
type Section uint32

// Sections. Meta is for control (messages, references, names); the engine
// never reads it.
const (
	SecRules Section = iota
	SecOps
	SecLists
	SecKeys
	SecBlob
	SecAddrSets
	SecV4
	SecV6
	SecPortSets
	SecPorts
	SecRefs
	SecGroups
	SecPortMaps
	SecPacketIndex
	SecTxIndex
	SecAppIndex
	SecDBs
	SecPatSpans
	SecDBBytes
	SecIPOnly
	SecThresholds
	SecPCRE
	SecNames
	SecSets
	SecSetItems
	SecSetSlots
	SecSetData
	SecScripts
	SecScriptFacts
	SecScriptVars
	SecScriptArgs
	SecFirewall
	SecHooks
	SecHookIndex
	SecRuleKeys
	SecMeta
	numSections
)

const (
	bundleMagic   = "WEIRBNDL"
	bundleVersion = 8
	headerSize    = 4096
	sectionAlign  = 64
	dbAlign       = 4096
)

// ErrForeign says that a bundle was made by another version of weir, for
// another processor or another matcher: compile again.
var ErrForeign = errors.New("bundle is from another version or machine")

// ErrDamaged says that a bundle's octets do not add up: compile again.
var ErrDamaged = errors.New("bundle is damaged")

// Header layout: magic 8, version 4, sections 4, total 8, fingerprint 32,
// checksum 32, generation 4, then (offset, length) of each section.
const (
	hdrVersion     = 8
	hdrSections    = 12
	hdrTotal       = 16
	hdrFingerprint = 24
	hdrChecksum    = 56
	hdrGeneration  = 88
	hdrTable       = 96
)

// Assemble lays sections out behind one another and seals them with a checksum.
// fingerprint names what must be equal where the bundle is opened: the build of
// weir, the matcher and its platform. Each element of sections is the raw
// octets of one table.
func Assemble(sections [][]byte, fingerprint [32]byte) ([]byte, error) {
	if len(sections) != int(numSections) {
		return nil, fmt.Errorf("bundle: %d sections, want %d", len(sections), numSections)
	}
	total := headerSize
	offs := make([]int, len(sections))
	for i, s := range sections {
		align := sectionAlign
		if Section(i) == SecDBBytes {
			align = dbAlign
		}
		total = (total + align - 1) &^ (align - 1)
		offs[i] = total
		total += len(s)
	}
	out := make([]byte, total)
	copy(out, bundleMagic)
	binary.LittleEndian.PutUint32(out[hdrVersion:], bundleVersion)
	binary.LittleEndian.PutUint32(out[hdrSections:], uint32(len(sections)))
	binary.LittleEndian.PutUint64(out[hdrTotal:], uint64(total))
	copy(out[hdrFingerprint:], fingerprint[:])
	for i, s := range sections {
		at := hdrTable + 16*i
		binary.LittleEndian.PutUint64(out[at:], uint64(offs[i]))
		binary.LittleEndian.PutUint64(out[at+8:], uint64(len(s)))
		copy(out[offs[i]:], s)
	}
	sum := checksum(out)
	copy(out[hdrChecksum:], sum[:])
	return out, nil
}

// checksum covers everything but itself and the generation, which is given to a
// bundle when it is published.
func checksum(b []byte) [32]byte {
	h := sha256.New()
	h.Write(b[:hdrChecksum])
	h.Write(b[hdrTable:])
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

// Verify checks form, origin and checksum. Errors wrap ErrForeign or
// ErrDamaged.
func Verify(b []byte, fingerprint [32]byte) error {
	if len(b) < headerSize || string(b[:8]) != bundleMagic {
		return fmt.Errorf("%w: no bundle header", ErrDamaged)
	}
	if v := binary.LittleEndian.Uint32(b[hdrVersion:]); v != bundleVersion {
		return fmt.Errorf("%w: format %d, want %d", ErrForeign, v, bundleVersion)
	}
	if n := binary.LittleEndian.Uint32(b[hdrSections:]); n != uint32(numSections) {
		return fmt.Errorf("%w: %d sections, want %d", ErrForeign, n, numSections)
	}
	if n := binary.LittleEndian.Uint64(b[hdrTotal:]); n != uint64(len(b)) {
		return fmt.Errorf("%w: %d octets, header says %d", ErrDamaged, len(b), n)
	}
	if string(b[hdrFingerprint:hdrFingerprint+32]) != string(fingerprint[:]) {
		return fmt.Errorf("%w: fingerprint differs", ErrForeign)
	}
	if sum := checksum(b); string(sum[:]) != string(b[hdrChecksum:hdrChecksum+32]) {
		return fmt.Errorf("%w: checksum differs", ErrDamaged)
	}
	for i := range numSections {
		off := binary.LittleEndian.Uint64(b[hdrTable+16*i:])
		n := binary.LittleEndian.Uint64(b[hdrTable+16*i+8:])
		if off < headerSize || off > uint64(len(b)) || n > uint64(len(b))-off {
			return fmt.Errorf("%w: section %d lies outside", ErrDamaged, i)
		}
	}
	return nil
}

// SetGeneration writes the number under which the bundle is published.
func SetGeneration(b []byte, g uint32) { binary.LittleEndian.PutUint32(b[hdrGeneration:], g) }

// section returns the octets of one table; b was verified.
func section(b []byte, s Section) []byte {
	off := binary.LittleEndian.Uint64(b[hdrTable+16*s:])
	n := binary.LittleEndian.Uint64(b[hdrTable+16*s+8:])
	return b[off : off+n : off+n]
}

// MetaOf is the section that control reads; b passed CheckForm.
func MetaOf(b []byte) []byte { return section(b, SecMeta) }

// CheckForm verifies everything but where the bundle comes from.
func CheckForm(b []byte) error {
	if len(b) < headerSize {
		return fmt.Errorf("%w: no bundle header", ErrDamaged)
	}
	return Verify(b, [32]byte(b[hdrFingerprint:hdrFingerprint+32]))
}
