package supervisor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/event"
	"golang.org/x/sys/unix"
)

// startTimeout bounds the time from exec to the first poll.
const startTimeout = 60 * time.Second

// Launcher starts an engine with the descriptors of spec and region and returns
// when it forwards, or why it does not. Tests put another program in.
type Launcher struct {
	// Exe is the program and Args what makes it an engine.
	Exe  string
	Args []string
}

// Launch starts the engine in a session of its own, so that it outlives control,
// with all threads confined to the control CPUs from its first instruction on;
// its workers pin themselves.
func (l Launcher) Launch(p *Plan, region *event.Region) (*engine.Ready, *os.Process, error) {
	spec, err := p.Spec.Seal()
	if err != nil {
		return nil, nil, err
	}
	defer spec.Close()
	fd, err := unix.FcntlInt(uintptr(region.FD()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("fcntl", err)
	}
	shared := os.NewFile(uintptr(fd), "region")
	defer shared.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	defer w.Close()
	log, err := os.OpenFile(engine.LogPath(p.RunDir), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("engine: %w", err)
	}
	defer log.Close()
	logStart, _ := log.Seek(0, 2)

	cmd := exec.Command(l.Exe, l.Args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{spec, shared, w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = engineEnv(os.Environ(), p)
	if err := startConfined(cmd, p.Placement.Control); err != nil {
		return nil, nil, fmt.Errorf("engine: %w", err)
	}
	w.Close()
	ready, err := readReady(r)
	if err == nil && ready.Error == "" {
		return ready, cmd.Process, nil
	}
	cmd.Process.Kill()
	state, _ := cmd.Process.Wait()
	if err == nil {
		return nil, nil, fmt.Errorf("%s", ready.Error)
	}
	return nil, nil, fmt.Errorf("engine ended before it was ready (%v)%s", state, lastLines(engine.LogPath(p.RunDir), logStart))
}

// startConfined starts a command whose threads may use only control's CPUs. A
// child has the affinity of the thread that forks it.
func startConfined(cmd *exec.Cmd, control []int) error {
	result := make(chan error)
	go func() {
		// Never unlocked: the thread ends, and with it its affinity.
		runtime.LockOSThread()
		set := cpuSet(control)
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			result <- os.NewSyscallError("sched_setaffinity", err)
			return
		}
		// Without the privilege the engine runs all the same, with longer gaps.
		_ = engine.PreferHelpers()
		result <- cmd.Start()
	}()
	return <-result
}

// engineEnv makes the engine's Go runtime one that does not collect, has a limit
// as its net, and a processor for each worker and two for the rest.
func engineEnv(env []string, p *Plan) []string {
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "GOGC", "GOMEMLIMIT", "GOMAXPROCS":
		default:
			out = append(out, e)
		}
	}
	return append(out, "GOGC=off", fmt.Sprintf("GOMEMLIMIT=%d", p.HeapLimit), fmt.Sprintf("GOMAXPROCS=%d", p.workers()+2))
}

func readReady(r *os.File) (*engine.Ready, error) {
	r.SetReadDeadline(time.Now().Add(startTimeout))
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	ready := &engine.Ready{}
	return ready, json.Unmarshal(line, ready)
}

// lastLines gives the end of the log from an offset on, on one line.
func lastLines(path string, from int64) string {
	b, err := os.ReadFile(path)
	if err != nil || int64(len(b)) <= from {
		return ", see " + path
	}
	lines := strings.Split(strings.TrimSpace(string(b[from:])), "\n")
	return ": " + lines[0] + " (see " + path + ")"
}
