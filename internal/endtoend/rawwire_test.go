package endtoend

import (
	be "encoding/binary"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// rawWire sends and receives frames on an interface of a namespace, past its
// kernel.
type rawWire struct {
	fd  int
	buf [2048]byte
}

// openRaw opens a wire. The thread visits the namespace for the time of the call.
func openRaw(t *testing.T, ns, dev string) *rawWire {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	there, err := os.Open("/var/run/netns/" + ns)
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	w, err := bindRaw(dev)
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
		t.Fatal(back)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(w.fd) })
	return w
}

func bindRaw(dev string) (*rawWire, error) {
	i, err := net.InterfaceByName(dev)
	if err != nil {
		return nil, err
	}
	all := be.BigEndian.Uint16([]byte{unix.ETH_P_ALL & 0xff, unix.ETH_P_ALL >> 8})
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(all))
	if err != nil {
		return nil, err
	}
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20)
	return &rawWire{fd: fd}, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index})
}

// send sends one frame; a full queue is waited for.
func (w *rawWire) send(t *testing.T, frame []byte) {
	t.Helper()
	for range 1000 {
		_, err := unix.Write(w.fd, frame)
		if err == nil {
			return
		}
		if err != unix.EAGAIN && err != unix.ENOBUFS {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the interface takes no more frames")
}

// next is a frame that came, or nil when none comes within the time. What was
// sent from here is left out.
func (w *rawWire) next(within time.Duration) []byte {
	end := time.Now().Add(within)
	for {
		n, from, err := unix.Recvfrom(w.fd, w.buf[:], 0)
		if err == nil {
			if l, ok := from.(*unix.SockaddrLinklayer); ok && l.Pkttype == unix.PACKET_OUTGOING {
				continue
			}
			return w.buf[:n]
		}
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		unix.Poll([]unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}, int(left/time.Millisecond)+1)
	}
}
