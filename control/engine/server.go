package engine

import (
	"fmt"
	"net"
	"os"
	"sync"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/control/api"
)

// commands is what the socket's requests lead to.
type commands interface {
	hello() (*Hello, []int)
	publish(fd int) (generation uint32, err error)
	block(anomaly.Command) error
	profile() (generation uint32, hz uint64, fd int, err error)
	restRule(generation, rule uint32, on bool) error
	setCommand(*api.SetCommand) (api.SetAnswer, error)
	// rest returns when the workers rest; end lets the process end.
	rest()
	end()
}

// server answers control. One connection after the other or several at once:
// requests are carried out one by one.
type server struct {
	ln    *net.UnixListener
	do    commands
	mu    sync.Mutex
	slots chan struct{}
}

// listen opens the socket; an old one of an engine that is gone is removed, which
// the lock on LockPath makes safe.
func listen(path string, do commands) (*server, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("engine: %w", err)
	}
	ln, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: path, Net: "unixpacket"})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		return nil, fmt.Errorf("engine: %w", err)
	}
	return &server{ln: ln, do: do, slots: make(chan struct{}, maxConns)}, nil
}

// serve accepts until close.
func (s *server) serve() {
	for {
		c, err := s.ln.AcceptUnix()
		if err != nil {
			return
		}
		select {
		case s.slots <- struct{}{}:
			go s.talk(c)
		default:
			c.Close()
		}
	}
}

func (s *server) close() { s.ln.Close() }

func (s *server) talk(c *net.UnixConn) {
	defer func() {
		c.Close()
		<-s.slots
	}()
	buf := new(message)
	for {
		var req request
		files, err := receive(c, buf, &req)
		if err != nil {
			return
		}
		r, fds, stop := s.carryOut(&req, files)
		closeAll(files)
		if stop {
			s.do.rest()
		}
		err = send(c, r, fds...)
		if stop {
			s.do.end()
		}
		if err != nil {
			return
		}
	}
}

func (s *server) carryOut(req *request, files []*os.File) (r reply, fds []int, stop bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	switch req.Op {
	case opHello:
		r.Hello, fds = s.do.hello()
	case opPing:
	case opPublish:
		if len(files) != 1 {
			err = fmt.Errorf("%d descriptors, one bundle is wanted", len(files))
			break
		}
		r.Generation, err = s.do.publish(int(files[0].Fd()))
	case opBlock:
		if req.Command == nil {
			err = fmt.Errorf("no command")
			break
		}
		err = s.do.block(*req.Command)
	case opProfile:
		fd := -1
		if r.Generation, r.Hz, fd, err = s.do.profile(); err == nil {
			fds = []int{fd}
		}
	case opRest:
		if req.Rest == nil {
			err = fmt.Errorf("no rule")
			break
		}
		err = s.do.restRule(req.Rest.Generation, req.Rest.Rule, req.Rest.On)
	case opSets:
		if req.Sets == nil {
			err = fmt.Errorf("no command")
			break
		}
		var a api.SetAnswer
		if a, err = s.do.setCommand(req.Sets); err == nil {
			r.Sets = &a
		}
	case opMemory:
		r.Memory, err = MemoryParts()
	case opStop:
		stop = true
	default:
		err = fmt.Errorf("unknown request %q", req.Op)
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r, fds, stop
}
