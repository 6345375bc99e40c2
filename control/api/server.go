package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"time"
)

const maxBody = 64 << 10

// Control is what requests lead to.
type Control interface {
	// Memory is where the memory of both processes is.
	Memory() (Memory, error)
	Status() Status
	// Counters is a JSON object of all counters.
	Counters() []byte
	Reload(context.Context) (Reloaded, error)
	Reopen()
	// Profile is what the top rules cost; 0: all.
	Profile(top int) (Profile, error)
	Blocks() []Block
	AddBlock(Block) error
	RemoveBlock(netip.Prefix) error
	// ClearBlocks takes all blocks back and says how many there were.
	ClearBlocks() (int, error)
	// Resume lets mitigation act again after it stopped itself.
	Resume() error
	Sets(SetCommand) (SetAnswer, error)
}

// Server is the socket and its handler.
type Server struct {
	path string
	http *http.Server
	ln   net.Listener
}

// Listen opens the socket. A file of that name is removed when nobody answers on
// it.
func Listen(path string, mode os.FileMode, c Control) (*Server, error) {
	if old, err := net.DialTimeout("unix", path, time.Second); err == nil {
		old.Close()
		return nil, fmt.Errorf("api.socket: %s is served by another process: stop it, or choose another name", path)
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("api.socket: %w", err)
	}
	// Nobody else may open it between its making and its chmod.
	tmp := fmt.Sprintf("%s.%d", path, os.Getpid())
	ln, err := net.Listen("unix", tmp)
	if err != nil {
		return nil, fmt.Errorf("api.socket: %w", err)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	if err = os.Chmod(tmp, mode); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		ln.Close()
		os.Remove(tmp)
		return nil, fmt.Errorf("api.socket: %w", err)
	}
	return &Server{path: path, ln: ln, http: &http.Server{Handler: Handler(c), ReadHeaderTimeout: 5 * time.Second}}, nil
}

// Serve answers until Close.
func (s *Server) Serve() error {
	err := s.http.Serve(s.ln)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close ends all requests and removes the socket.
func (s *Server) Close() error {
	err := s.http.Close()
	// The HTTP server has closed the listener where it served.
	if e := s.ln.Close(); !errors.Is(e, net.ErrClosed) {
		err = errors.Join(err, e)
	}
	return errors.Join(err, os.Remove(s.path))
}

// Handler is the API without its socket.
func Handler(c Control) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) { answer(w, c.Status(), nil) })
	mux.HandleFunc("GET /v1/memory", func(w http.ResponseWriter, _ *http.Request) {
		m, err := c.Memory()
		answer(w, m, err)
	})
	mux.HandleFunc("GET /v1/counters", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(c.Counters())
	})
	mux.HandleFunc("POST /v1/reload", func(w http.ResponseWriter, r *http.Request) {
		res, err := c.Reload(r.Context())
		answer(w, res, err)
	})
	mux.HandleFunc("GET /v1/profile", func(w http.ResponseWriter, r *http.Request) {
		top := 0
		if v := r.URL.Query().Get("top"); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 {
				answer(w, nil, fmt.Errorf("top: %q is no number of rules: give 0 (all) or more", v))
				return
			}
			top = n
		}
		p, err := c.Profile(top)
		answer(w, p, err)
	})
	mux.HandleFunc("POST /v1/reopen", func(w http.ResponseWriter, _ *http.Request) {
		c.Reopen()
		answer(w, struct{}{}, nil)
	})
	mux.HandleFunc("GET /v1/blocks", func(w http.ResponseWriter, _ *http.Request) { answer(w, c.Blocks(), nil) })
	mux.HandleFunc("POST /v1/blocks", func(w http.ResponseWriter, r *http.Request) {
		var b Block
		d := json.NewDecoder(io.LimitReader(r.Body, maxBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&b); err != nil {
			answer(w, nil, fmt.Errorf("block: %w", err))
			return
		}
		answer(w, struct{}{}, c.AddBlock(b))
	})
	mux.HandleFunc("DELETE /v1/blocks", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch all := q.Get("all"); all {
		case "1":
			n, err := c.ClearBlocks()
			answer(w, cleared{n}, err)
			return
		case "", "0":
		default:
			answer(w, nil, fmt.Errorf("all: %q, want 1 to remove every block", all))
			return
		}
		p, err := netip.ParsePrefix(q.Get("prefix"))
		if err != nil {
			answer(w, nil, fmt.Errorf("prefix: %q is no prefix such as 192.0.2.7/32 or 2001:db8::/32", q.Get("prefix")))
			return
		}
		answer(w, struct{}{}, c.RemoveBlock(p))
	})
	mux.HandleFunc("POST /v1/resume", func(w http.ResponseWriter, _ *http.Request) { answer(w, struct{}{}, c.Resume()) })
	mux.HandleFunc("POST /v1/datasets", func(w http.ResponseWriter, r *http.Request) {
		var cmd SetCommand
		d := json.NewDecoder(io.LimitReader(r.Body, maxBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&cmd); err != nil {
			answer(w, nil, fmt.Errorf("dataset: %w", err))
			return
		}
		a, err := c.Sets(cmd)
		answer(w, a, err)
	})
	return mux
}

type cleared struct {
	Removed int `json:"removed"`
}

type failure struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		v = failure{err.Error()}
	}
	json.NewEncoder(w).Encode(v)
}
