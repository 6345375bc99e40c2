package engine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
)

// Client is control's end of the engine's socket.
//
// Concurrency: calls exclude each other.
type Client struct {
	mu   sync.Mutex
	conn *net.UnixConn
	buf  message
}

// Deadlines of a call.
const (
	callTimeout    = 3 * time.Second
	publishTimeout = 60 * time.Second
	stopTimeout    = 10 * time.Second
)

// ErrRefused is what an engine answered that it will not do.
var ErrRefused = errors.New("engine")

// Dial connects to the engine of a run directory.
func Dial(runDir string) (*Client, error) {
	c, err := net.DialUnix("unixpacket", nil, &net.UnixAddr{Name: SocketPath(runDir), Net: "unixpacket"})
	if err != nil {
		return nil, err
	}
	return &Client{conn: c}, nil
}

// call sends a request and waits for its reply.
func (c *Client) call(req request, timeout time.Duration, fds ...int) (*reply, []*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.SetDeadline(time.Now().Add(timeout))
	if err := send(c.conn, req, fds...); err != nil {
		return nil, nil, fmt.Errorf("engine: %s: %w", req.Op, err)
	}
	r := &reply{}
	files, err := receive(c.conn, &c.buf, r)
	if err != nil {
		// A late reply would be taken for that of the next call.
		c.conn.Close()
		return nil, nil, fmt.Errorf("engine: %s: %w", req.Op, err)
	}
	if r.Error != "" {
		closeAll(files)
		return nil, nil, fmt.Errorf("%w: %s: %s", ErrRefused, req.Op, r.Error)
	}
	return r, files, nil
}

// Held is what the engine hands over to a control that adopts it.
type Held struct {
	Hello
	// Region and Spec are always there; Bundle where Generation is not 0. The
	// caller closes them.
	Region, Spec, Bundle *os.File
}

// Hello asks who the engine is and takes over its descriptors.
func (c *Client) Hello() (*Held, error) {
	r, files, err := c.call(request{Op: opHello}, callTimeout)
	if err != nil {
		return nil, err
	}
	want := 2
	if r.Hello != nil && r.Hello.Generation != 0 {
		want = 3
	}
	if r.Hello == nil || len(files) != want {
		closeAll(files)
		return nil, fmt.Errorf("engine: hello came with %d descriptors", len(files))
	}
	h := &Held{Hello: *r.Hello, Region: files[0], Spec: files[1]}
	if want == 3 {
		h.Bundle = files[2]
	}
	return h, nil
}

// Close closes what was handed over.
func (h *Held) Close() {
	for _, f := range []*os.File{h.Region, h.Spec, h.Bundle} {
		if f != nil {
			f.Close()
		}
	}
}

// Ping asks for a sign of life of housekeeping.
func (c *Client) Ping() error {
	_, _, err := c.call(request{Op: opPing}, callTimeout)
	return err
}

// Publish hands a sealed bundle over and returns when every worker runs it.
func (c *Client) Publish(bundle *os.File) (generation uint32, err error) {
	r, files, err := c.call(request{Op: opPublish}, publishTimeout, int(bundle.Fd()))
	if err != nil {
		return 0, err
	}
	closeAll(files)
	return r.Generation, nil
}

// Block hands a command to all workers.
func (c *Client) Block(cmd anomaly.Command) error {
	_, _, err := c.call(request{Op: opBlock, Command: &cmd}, callTimeout)
	return err
}

// Sets carries out a command on a data set.
func (c *Client) Sets(cmd api.SetCommand) (api.SetAnswer, error) {
	r, files, err := c.call(request{Op: opSets, Sets: &cmd}, publishTimeout)
	closeAll(files)
	if err != nil || r.Sets == nil {
		return api.SetAnswer{}, err
	}
	return *r.Sets, nil
}

// Memory is where the engine's memory is.
func (c *Client) Memory() ([]api.MemoryPart, error) {
	r, files, err := c.call(request{Op: opMemory}, publishTimeout)
	closeAll(files)
	return r.Memory, err
}

// Stop asks the engine to drain and end; it answers when the workers rest.
func (c *Client) Stop() error {
	_, _, err := c.call(request{Op: opStop}, stopTimeout)
	return err
}

// Gone waits until the engine closes the connection, which its death does too.
// It uses a connection of its own: no call may be made on it.
func (c *Client) Gone() {
	c.conn.SetReadDeadline(time.Time{})
	var b [16]byte
	c.conn.Read(b[:])
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Profile hands over the meters of the rules in force: their generation, the rate
// of their counter, and the memory, which the caller closes.
func (c *Client) Profile() (generation uint32, hz uint64, meters *os.File, err error) {
	r, files, err := c.call(request{Op: opProfile}, callTimeout)
	if err != nil {
		return 0, 0, nil, err
	}
	if len(files) != 1 {
		closeAll(files)
		return 0, 0, nil, fmt.Errorf("engine: profile came with %d descriptors", len(files))
	}
	return r.Generation, r.Hz, files[0], nil
}

// Rest takes a rule of a generation out, or back in.
func (c *Client) Rest(generation, rule uint32, on bool) error {
	_, files, err := c.call(request{Op: opRest, Rest: &rest{generation, rule, on}}, callTimeout)
	closeAll(files)
	return err
}
