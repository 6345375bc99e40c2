package smb

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/dataplane/app"
)

// Options are the settings of app-layer.protocols.smb and of EVE's smb records.
type Options struct {
	// MaxRead and MaxWrite bound what one message reads or writes, octets
	// (max-read-size, max-write-size); 0: no bound.
	MaxRead, MaxWrite int
	// Queues bound what of a file may wait for octets in front of it: to the server
	// (max-write-queue-size, -cnt), to the client (max-read-queue-size, -cnt); 0: no
	// bound but memory and chunks.
	Queues [2]Queue
	// MaxTx is the most live transactions of a flow (max-tx).
	MaxTx int
	// Cache is what a flow remembers: file names (max-guid-cache-size), reads
	// (max-rec-offset-cache-size), trees (max-tree-cache-size), names of files that
	// are being opened (max-session-cache-size).
	Cache [numTables]int
	// Transactions, Entries, Chunks and Pipes are the most of a worker.
	Transactions, Entries, Chunks, Pipes int
	// Records are the kinds that have a record, bit by bit.
	Records uint16
}

// Queue is the bound of one direction.
type Queue struct {
	Octets int
	Chunks int
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options {
	q := Queue{64 << 20, 64}
	return Options{MaxRead: 16 << 20, MaxWrite: 16 << 20, Queues: [2]Queue{q, q}, MaxTx: app.MaxTxs,
		Cache:        [numTables]int{tabFile: 1024, tabRead: 128, tabTree: 512, tabCreate: 512},
		Transactions: 16384, Entries: 1 << 16, Chunks: 1 << 14, Pipes: 4096, Records: 1<<numKinds - 1}
}

// recordNames are EVE's words for kinds.
var recordNames = [numKinds]string{kindGeneric: "generic", kindNegotiate: "negotiate", kindSession: "session_setup", kindTree: "tree_connect",
	kindCreate: "create", kindFile: "file", kindRename: "rename", kindSetInfo: "set_file_path_info", kindIoctl: "ioctl", kindRPC: "dcerpc"}

// RecordBit is the bit of Records for one of EVE's types; ok is false for an unknown
// one.
func RecordBit(name string) (bit uint16, ok bool) {
	for k, n := range recordNames {
		if n == name {
			return 1 << k, true
		}
	}
	return 0, false
}

// RecordNames are all of EVE's types.
func RecordNames() string { return strings.Join(recordNames[:], ", ") }

// CacheKeys are the settings behind Cache; MaxCache is the most that each may be.
var CacheKeys = [numTables]string{tabFile: "max-guid-cache-size", tabRead: "max-rec-offset-cache-size", tabTree: "max-tree-cache-size",
	tabCreate: "max-session-cache-size"}

// MaxCache bounds what a flow may remember of one kind.
const MaxCache = 1 << 16

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	check := func(key string, v, lo, hi int) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("app-layer.protocols.smb.%s: %d, want %d to %d", key, v, lo, hi))
		}
	}
	check("max-tx", o.MaxTx, 1, app.MaxTxs)
	check("transactions", o.Transactions, 1, 1<<24)
	check("entries", o.Entries, 1, 1<<24)
	check("chunks", o.Chunks, 0, 1<<24)
	check("pipes", o.Pipes, 0, 1<<24)
	for i, key := range CacheKeys {
		check(key, o.Cache[i], 1, MaxCache)
	}
	return errors.Join(errs...)
}
