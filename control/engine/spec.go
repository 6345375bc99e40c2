package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/port"
)

// SpecVersion is the version of Spec and of the messages. A control adopts only
// an engine that has its own.
const SpecVersion = 1

// Spec is all that control tells an engine at its start. It travels as JSON in a
// sealed memfd, so that a changed or broken file cannot keep a dead engine from
// being started again.
type Spec struct {
	Version int
	// RunDir holds the engine's socket and lock.
	RunDir string
	Ports  port.Config
	// Modes are those of the pairs. Ports has Inline for Tap: both forward.
	Modes []port.Mode
	// PortNames are what people call the ports, by device name.
	PortNames map[string]string
	EAL       dpdk.EALConfig
	// ControlCPUs are the CPUs of all threads but the workers.
	ControlCPUs []int
	// Share says that a worker shares its CPU with the rest and must give it up
	// while there is nothing to do.
	Share bool
	// Burst is the most packets of a receive call.
	Burst int
	// ConfigName and Config are the configuration in force: a tree of keys as
	// JSON, which is YAML.
	ConfigName string
	Config     json.RawMessage
}

// Layout of the descriptors that an engine starts with.
const (
	FDSpec   = 3
	FDRegion = 4
	FDReady  = 5
)

// SocketPath and LockPath are the engine's files in a run directory.
func SocketPath(runDir string) string { return filepath.Join(runDir, "engine.sock") }

// LockPath is the file that a running engine holds locked.
func LockPath(runDir string) string { return filepath.Join(runDir, "engine.lock") }

// LogPath is where an engine writes what it says about itself.
func LogPath(runDir string) string { return filepath.Join(runDir, "engine.log") }

// Seal makes the memfd that the engine reads.
func (s *Spec) Seal() (*os.File, error) {
	s.Version = SpecVersion
	octets, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("engine spec: %w", err)
	}
	return NewSealed("weir-spec", octets)
}

// ReadSpec reads a spec back.
func ReadSpec(f *os.File) (*Spec, error) {
	octets, err := ReadSealed(f)
	if err != nil {
		return nil, fmt.Errorf("engine spec: %w", err)
	}
	s := &Spec{}
	if err := json.Unmarshal(octets, s); err != nil {
		return nil, fmt.Errorf("engine spec: %w", err)
	}
	if s.Version != SpecVersion {
		return nil, fmt.Errorf("engine spec: version %d, this is %d", s.Version, SpecVersion)
	}
	return s, nil
}

// Ready is the one line that a starting engine writes to FDReady.
type Ready struct {
	PID   int
	Error string   `json:",omitempty"`
	Plan  string   `json:",omitempty"`
	Notes []string `json:",omitempty"`
	// StartMS is the time from the process's start to the first poll.
	StartMS int64
	// FirstPollUS is when the first worker polled, µs since the epoch.
	FirstPollUS int64
}
