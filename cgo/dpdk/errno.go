package dpdk

import (
	"strconv"
	"syscall"
)

// Errno is an error number of DPDK, which takes errno's numbers.
// errors.Is(err, syscall.ENOMEM) holds for the Errno of the same number.
type Errno syscall.Errno

// makeErrno turns a C return code (negative errno, zero is success) into an
// error.
func makeErrno(code int) error {
	if code >= 0 {
		return nil
	}
	return Errno(-code)
}

// Error is the symbol and the text, such as "ENOMEM (cannot allocate memory)".
func (e Errno) Error() string {
	text := syscall.Errno(e).Error()
	if name, ok := errnoNames[syscall.Errno(e)]; ok {
		return name + " (" + text + ")"
	}
	return "errno " + strconv.Itoa(int(e)) + " (" + text + ")"
}

// Is reports whether target is the syscall.Errno of the same number.
func (e Errno) Is(target error) bool {
	t, ok := target.(syscall.Errno)
	return ok && t == syscall.Errno(e)
}

var errnoNames = map[syscall.Errno]string{
	syscall.EPERM: "EPERM", syscall.ENOENT: "ENOENT", syscall.EIO: "EIO",
	syscall.ENXIO: "ENXIO", syscall.EAGAIN: "EAGAIN", syscall.ENOMEM: "ENOMEM",
	syscall.EACCES: "EACCES", syscall.EBUSY: "EBUSY", syscall.EEXIST: "EEXIST",
	syscall.ENODEV: "ENODEV", syscall.EINVAL: "EINVAL", syscall.ENOSPC: "ENOSPC",
	syscall.ERANGE: "ERANGE", syscall.ENOSYS: "ENOSYS", syscall.EALREADY: "EALREADY",
	syscall.ENOTSUP: "ENOTSUP", syscall.ENAMETOOLONG: "ENAMETOOLONG",
	syscall.EPROTO: "EPROTO", syscall.ETIMEDOUT: "ETIMEDOUT",
}
