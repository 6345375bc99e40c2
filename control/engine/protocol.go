package engine

import (
	"encoding/json"
	"fmt"
	"net"
	"os"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
	"golang.org/x/sys/unix"
)

// Bounds of the local protocol: a request is one SOCK_SEQPACKET message of JSON
// with at most maxFDs descriptors, and so is its reply.
const (
	maxMessage = 64 << 10
	maxFDs     = 3
	maxConns   = 8
)

// Operations.
const (
	opHello   = "hello"
	opPing    = "ping"
	opPublish = "publish"
	opBlock   = "block"
	opProfile = "profile"
	opRest    = "rest"
	opSets    = "sets"
	opMemory  = "memory"
	opStop    = "stop"
)

type request struct {
	Op      string
	Command *anomaly.Command `json:",omitempty"`
	// Rest takes a rule out for a time, or back in.
	Rest *rest `json:",omitempty"`
	// Sets is a command for a data set.
	Sets *api.SetCommand `json:",omitempty"`
}

type rest struct {
	Generation, Rule uint32
	On               bool
}

type reply struct {
	Error string `json:",omitempty"`
	Hello *Hello `json:",omitempty"`
	// Generation is that of the bundle that all workers run.
	Generation uint32 `json:",omitempty"`
	// Hz is the rate of the counter that meters count with.
	Hz uint64 `json:",omitempty"`
	// Sets answers a command for a data set.
	Sets *api.SetAnswer `json:",omitempty"`
	// Memory is where the engine's memory is.
	Memory []api.MemoryPart `json:",omitempty"`
}

// Hello is what an engine says of itself. Its descriptors, in order: the region,
// the spec and, where Generation is not 0, the bundle.
type Hello struct {
	Version    int
	PID        int
	Build      string
	Ready      Ready
	Workers    int
	Generation uint32
}

// send writes one message.
func send(c *net.UnixConn, v any, fds ...int) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(b) > maxMessage {
		return fmt.Errorf("message of %d octets, %d are possible", len(b), maxMessage)
	}
	var oob []byte
	if len(fds) > 0 {
		oob = unix.UnixRights(fds...)
	}
	_, _, err = c.WriteMsgUnix(b, oob, nil)
	return err
}

// message is room for one message; a connection keeps it, since the engine's
// collector does not run.
type message struct {
	octets [maxMessage]byte
	rights [64]byte // more than unix.CmsgSpace(4 * maxFDs)
}

// receive reads one message and the descriptors that came with it, which the
// caller closes.
func receive(c *net.UnixConn, buf *message, v any) ([]*os.File, error) {
	b, oob := buf.octets[:], buf.rights[:]
	n, on, flags, _, err := c.ReadMsgUnix(b, oob)
	if err != nil {
		return nil, err
	}
	files, err := takeFDs(oob[:on])
	if err == nil && flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0 {
		err = fmt.Errorf("message is too long")
	}
	if err == nil && n == 0 {
		err = net.ErrClosed
	}
	if err == nil {
		err = json.Unmarshal(b[:n], v)
	}
	if err != nil {
		closeAll(files)
		return nil, err
	}
	return files, nil
}

func takeFDs(oob []byte) ([]*os.File, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for i := range msgs {
		fds, err := unix.ParseUnixRights(&msgs[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
