package event

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary play the control process that TestAdopt kills.
func TestMain(m *testing.M) {
	if os.Getenv("EVENT_TEST_READER") != "" {
		readerProcess()
		return
	}
	os.Exit(m.Run())
}

// readerProcess reads records from the region on descriptor 3, releases each and
// prints its number, until it is killed.
func readerProcess() {
	reg, err := AttachRegion(3)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r, err := reg.Reader(0)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var rec Record
	for {
		if r.Next(&rec) {
			fmt.Println(rec.Head.PktNum)
			r.Release()
		}
	}
}

// TestAdopt writes while a reader in another process is killed and a new one
// attaches: between them every record is seen, in order, at most one twice.
func TestAdopt(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	reg, err := CreateRegion(smallLayout, os.Getpid(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	w, err := reg.Ring(0)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Dup(reg.FD())
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "region")
	defer file.Close()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "EVENT_TEST_READER=1")
	cmd.ExtraFiles = []*os.File{file}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const before, total = 200, 1000
	next := uint64(1)
	for ; next <= before; next++ {
		put(w, next, 50)
	}
	last := uint64(0)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.ParseUint(lines.Text(), 10, 64)
		if err != nil {
			t.Fatal(lines.Text())
		}
		if n != last+1 {
			t.Errorf("first reader: %d after %d", n, last)
		}
		if last = n; n == before/2 {
			cmd.Process.Kill()
		}
	}
	cmd.Wait()
	for ; next <= total; next++ {
		put(w, next, 50)
	}
	r, err := reg.Reader(0)
	if err != nil {
		t.Fatal(err)
	}
	var rec Record
	first := true
	for r.Next(&rec) {
		n := rec.Head.PktNum
		// The dead reader may have printed a record and not yet released it.
		if n != last+1 && !(first && n == last) {
			t.Fatalf("second reader: %d after %d", n, last)
		}
		first, last = false, n
		r.Release()
	}
	if last != total {
		t.Errorf("ended with %d", last)
	}
}
