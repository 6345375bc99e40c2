package metrics

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Server is the endpoint.
type Server struct {
	ln   net.Listener
	http *http.Server
}

// Handler answers a scrape.
func Handler(src Source) http.Handler {
	set := metrics.NewSet()
	set.RegisterMetricsWriter(func(w io.Writer) { src.Snapshot().write(w) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		set.WritePrometheus(w)
	})
}

// Listen opens the endpoint; an address in use is named with what to do.
func Listen(addr string, src Source) (*Server, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("metrics.listen: %s is in use by another process: stop it, or choose another port with --set metrics.listen=127.0.0.1:9918", addr)
		}
		return nil, fmt.Errorf("metrics.listen: %w", err)
	}
	return &Server{ln: ln, http: &http.Server{Handler: Handler(src), ReadHeaderTimeout: 5 * time.Second}}, nil
}

// Addr is the address that was opened.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Serve answers until Close.
func (s *Server) Serve() error {
	if err := s.http.Serve(s.ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends the endpoint.
func (s *Server) Close() error { return s.http.Close() }
