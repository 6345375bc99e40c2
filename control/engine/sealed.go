package engine

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

const allSeals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE

// NewSealed copies octets into a memfd that nobody can change any more. The
// caller closes it.
func NewSealed(name string, octets []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, os.NewSyscallError("memfd_create", err))
	}
	f := os.NewFile(uintptr(fd), name)
	if _, err := f.Write(octets); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, allSeals); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, os.NewSyscallError("fcntl", err))
	}
	return f, nil
}

// mapSealed maps a memfd that cannot change, and touches its pages.
func mapSealed(fd int) ([]byte, error) {
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	// Without the seals a broken control could change it under the workers.
	if seals&(unix.F_SEAL_WRITE|unix.F_SEAL_SHRINK) != unix.F_SEAL_WRITE|unix.F_SEAL_SHRINK {
		return nil, fmt.Errorf("shared memory is not sealed")
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, os.NewSyscallError("fstat", err)
	}
	if st.Size < 1 || st.Size > maxSealed {
		return nil, fmt.Errorf("shared memory of %d octets, 1 to %d are possible", st.Size, maxSealed)
	}
	mem, err := unix.Mmap(fd, 0, int(st.Size), unix.PROT_READ, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return mem, nil
}

// maxSealed bounds a bundle; ET Open takes some tens of megabytes.
const maxSealed = 4 << 30

// ReadSealed copies what a sealed memfd holds; the descriptor stays open.
func ReadSealed(f *os.File) ([]byte, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() > maxSealed {
		return nil, fmt.Errorf("%s: %d octets are too many", f.Name(), st.Size())
	}
	return io.ReadAll(io.NewSectionReader(f, 0, st.Size()))
}
