package output

import (
	"bytes"
	"fmt"
	"log/syslog"
	"net"
	"strings"
	"time"
)

// SocketTimeout bounds a write to a socket whose reader is slow.
const SocketTimeout = 50 * time.Millisecond

// conn is what a message sink sends lines over.
type conn interface {
	send(line []byte) error
	Close() error
}

// Messages is a sink that hands every line over by itself: unix sockets and
// syslog. It does not buffer: while the other side is away, lines are lost and
// counted.
type Messages struct {
	health
	dial func() (conn, error)
	c    conn
}

// OpenSocket is a sink for a unix socket; network is unix_stream or unix_dgram.
// The other side need not be there yet.
func OpenSocket(network, path string, report Report) (*Messages, error) {
	nets := map[string]string{"unix_stream": "unix", "unix_dgram": "unixgram"}
	n, ok := nets[network]
	if !ok {
		return nil, fmt.Errorf("output: %s: file type %q is none of unix_stream, unix_dgram", path, network)
	}
	return &Messages{health: newHealth(path, report), dial: func() (conn, error) {
		c, err := net.DialTimeout(n, path, SocketTimeout)
		if err != nil {
			return nil, err
		}
		return &socketConn{Conn: c, datagram: n == "unixgram"}, nil
	}}, nil
}

type socketConn struct {
	net.Conn
	datagram bool
}

// send writes a line whole; a datagram goes without its line feed. After a part
// of a line the stream is of no use any more and is closed by the caller.
func (s *socketConn) send(line []byte) error {
	if err := s.SetWriteDeadline(time.Now().Add(SocketTimeout)); err != nil {
		return err
	}
	if s.datagram {
		line = bytes.TrimSuffix(line, newline)
	}
	_, err := s.Conn.Write(line)
	return err
}

// Syslog facilities and levels, as eve-log names them.
var facilities = map[string]syslog.Priority{
	"auth": syslog.LOG_AUTH, "authpriv": syslog.LOG_AUTHPRIV, "cron": syslog.LOG_CRON, "daemon": syslog.LOG_DAEMON,
	"ftp": syslog.LOG_FTP, "kern": syslog.LOG_KERN, "lpr": syslog.LOG_LPR, "mail": syslog.LOG_MAIL, "news": syslog.LOG_NEWS,
	"security": syslog.LOG_AUTH, "syslog": syslog.LOG_SYSLOG, "user": syslog.LOG_USER, "uucp": syslog.LOG_UUCP,
	"local0": syslog.LOG_LOCAL0, "local1": syslog.LOG_LOCAL1, "local2": syslog.LOG_LOCAL2, "local3": syslog.LOG_LOCAL3,
	"local4": syslog.LOG_LOCAL4, "local5": syslog.LOG_LOCAL5, "local6": syslog.LOG_LOCAL6, "local7": syslog.LOG_LOCAL7,
}

var levels = map[string]syslog.Priority{
	"emergency": syslog.LOG_EMERG, "alert": syslog.LOG_ALERT, "critical": syslog.LOG_CRIT, "error": syslog.LOG_ERR,
	"warning": syslog.LOG_WARNING, "notice": syslog.LOG_NOTICE, "info": syslog.LOG_INFO, "debug": syslog.LOG_DEBUG,
}

// OpenSyslog is a sink for the local syslog; empty facility and level stand for
// local0 and info. Letters may be of either case.
func OpenSyslog(identity, facility, level string, report Report) (*Messages, error) {
	if facility == "" {
		facility = "local0"
	}
	if level == "" {
		level = "info"
	}
	f, ok := facilities[strings.ToLower(facility)]
	if !ok {
		return nil, fmt.Errorf("output: syslog has no facility %q", facility)
	}
	l, ok := levels[strings.ToLower(level)]
	if !ok {
		return nil, fmt.Errorf("output: syslog has no level %q", level)
	}
	if identity == "" {
		identity = "weir"
	}
	return &Messages{health: newHealth("syslog", report), dial: func() (conn, error) {
		w, err := syslog.New(f|l, identity)
		if err != nil {
			return nil, err
		}
		return syslogConn{w}, nil
	}}, nil
}

type syslogConn struct{ *syslog.Writer }

func (s syslogConn) send(line []byte) error {
	_, err := s.Writer.Write(line)
	return err
}

// Write sends a line.
func (m *Messages) Write(line []byte) {
	if m.c == nil && !m.connect() {
		m.add(0, 0, 1, 0)
		return
	}
	if err := m.c.send(line); err != nil {
		m.c.Close()
		m.c = nil
		m.fail(err)
		m.add(0, 0, 1, 0)
		return
	}
	m.add(1, uint64(len(line)), 0, 0)
}

// connect tries to reach the other side, not too often.
func (m *Messages) connect() bool {
	if m.waiting() {
		return false
	}
	c, err := m.dial()
	if err != nil {
		m.fail(err)
		return false
	}
	m.c = c
	m.retry = time.Time{}
	m.fine()
	return true
}

// Flush does nothing: lines are not buffered.
func (m *Messages) Flush() {}

// Reopen connects again with the next line.
func (m *Messages) Reopen() {
	m.Close()
	m.retry = time.Time{}
}

// Close ends the connection.
func (m *Messages) Close() {
	if m.c != nil {
		m.c.Close()
		m.c = nil
	}
}
