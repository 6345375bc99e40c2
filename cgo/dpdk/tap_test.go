package dpdk

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// experimental is an EtherType for private use (IEEE 802 local experimental
// 1): nothing else in the namespace speaks it.
const experimental = 0x88b5

func init() {
	children["tap"] = func() { fmt.Println(tapRoundTrip()) }
}

// TestTap sends a frame through the kernel's side of a net_tap port and one
// back, in a network namespace of its own.
func TestTap(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("net_tap needs root")
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"=tap")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "<nil>") {
		t.Errorf("%v: %s", err, out)
	}
}

func tapRoundTrip() error {
	if err := InitEAL(VdevConfig("net_tap0,iface=weirtest0")); err != nil {
		return err
	}
	pool, err := NewPool("tap", 4095, 0, 2048, AnySocket)
	if err != nil {
		return err
	}
	id, err := PortByName("net_tap0")
	if err != nil {
		return err
	}
	setup, err := id.Configure(PortConfig{Pools: []*Pool{pool}, MTU: 1400, Promisc: true})
	if err != nil {
		return err
	}
	if err := id.Start(); err != nil {
		return err
	}
	if l, err := id.Link(); err != nil || !l.Up || setup.MTU != 1400 {
		return fmt.Errorf("link %+v, %v, MTU %d", l, err, setup.MTU)
	}
	dev, err := net.InterfaceByName("weirtest0")
	if err != nil {
		return err
	}
	proto := uint16(experimental>>8 | experimental&0xff<<8)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, int(proto))
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	to := &unix.SockaddrLinklayer{Ifindex: dev.Index, Protocol: proto}
	if err := unix.Bind(fd, to); err != nil {
		return err
	}
	sent := append(append(bytes.Repeat([]byte{0xff}, 6), 2, 0, 0, 0, 0, 1), experimental>>8, experimental&0xff)
	sent = append(sent, bytes.Repeat([]byte("weir"), 20)...)
	if err := unix.Sendto(fd, sent, 0, to); err != nil {
		return err
	}

	q := NewQueue(id, 0)
	var b Burst
	for end := time.Now().Add(5 * time.Second); ; {
		if time.Now().After(end) {
			return fmt.Errorf("nothing received in 5 s")
		}
		found := -1
		for i := range q.RxBurst(&b) {
			if bytes.Equal(b.Bytes(i), sent) {
				found = i
			}
		}
		if found < 0 {
			FreeBurst(b.Handles())
			continue
		}
		b.Bytes(found)[20] = '!'
		sent[20] = '!'
		m := b.Mbuf[found]
		b.Mbuf[found] = b.Mbuf[b.N-1]
		if q.TxFree([]Mbuf{m}, b.Mbuf[:b.N-1]) != 1 {
			return fmt.Errorf("not sent")
		}
		break
	}
	tv := unix.Timeval{Sec: 5}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return err
	}
	buf := make([]byte, 2000)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil || !bytes.Equal(buf[:n], sent) {
		return fmt.Errorf("the kernel received % x, %w", buf[:n], err)
	}
	if err := tapFlowRules(id); err != nil {
		return err
	}
	if err := id.Stop(); err != nil {
		return err
	}
	if err := id.Close(); err != nil {
		return err
	}
	if out := pool.InUse(); out != 0 {
		return fmt.Errorf("%d mbufs are out", out)
	}
	pool.Close()
	return CleanupEAL()
}

// tapFlowRules: net_tap reads whole rules before it asks the kernel, so its
// judgement shows that they are well formed; the kernel may lack the classifier.
func tapFlowRules(id PortID) error {
	for _, m := range []FlowMatch{
		{Src: [16]byte{10, 0, 0, 1}, Dst: [16]byte{10, 0, 0, 2}, SrcPort: 1234, DstPort: 80, Proto: 6},
		{Src: [16]byte{10, 0, 0, 1}, Dst: [16]byte{10, 0, 0, 2}, SrcPort: 1234, DstPort: 53, Proto: 17, VLAN: 7},
		{Src: [16]byte{0xfd, 1}, Dst: [16]byte{0xfd, 2}, SrcPort: 1234, DstPort: 80, Proto: 6, IPv6: true},
	} {
		if err := id.CheckDropFlow(&m); err != nil {
			return fmt.Errorf("%+v: %w", m, err)
		}
		switch r, err := id.DropFlow(&m); {
		case err == nil:
			if _, err := id.RemoveFlow(r); err != nil {
				return err
			}
		case !strings.Contains(err.Error(), "flow rule"):
			return err
		}
	}
	icmp := FlowMatch{Proto: 1}
	if err := id.CheckDropFlow(&icmp); !errors.Is(err, syscall.ENOTSUP) {
		return fmt.Errorf("a rule for ICMP: %w", err)
	}
	return nil
}
