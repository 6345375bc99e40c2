package hyperscan

// #include "shim.h"
// static hs_error_t whs_grow(uintptr_t *scratch, uintptr_t db)
// {
// 	hs_scratch_t *s = (hs_scratch_t *)*scratch;
// 	hs_error_t err = hs_alloc_scratch((const hs_database_t *)db, &s);
// 	*scratch = (uintptr_t)s;
// 	return err;
// }
// static hs_error_t whs_free(uintptr_t scratch)
// {
// 	return hs_free_scratch((hs_scratch_t *)scratch);
// }
// static hs_error_t whs_size(uintptr_t scratch, size_t *size)
// {
// 	return hs_scratch_size((const hs_scratch_t *)scratch, size);
// }
import "C"

// Scratch is the working memory of one thread that scans. It fits every
// database that it was made or grown for.
type Scratch struct {
	handle uintptr
}

// NewScratch allocates working memory that fits all of dbs.
func NewScratch(dbs ...*Database) (*Scratch, error) {
	s := &Scratch{}
	for _, d := range dbs {
		if err := s.Grow(d); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// Grow makes the scratch fit d too; it may be replaced by a larger one. It
// allocates, and nobody may be scanning with it. After HS_NOMEM the scratch
// may be gone: every scan fails until Grow succeeds.
func (s *Scratch) Grow(d *Database) error {
	h := C.uintptr_t(s.handle)
	code := C.whs_grow(&h, C.uintptr_t(d.Handle()))
	s.handle = uintptr(h)
	return makeErrno(code)
}

// Size is the number of octets that the scratch takes.
func (s *Scratch) Size() (int, error) {
	var n C.size_t
	if err := makeErrno(C.whs_size(C.uintptr_t(s.handle), &n)); err != nil {
		return 0, err
	}
	return int(n), nil
}

// Close frees the scratch. Nobody may be scanning with it.
func (s *Scratch) Close() {
	if s.handle != 0 {
		C.whs_free(C.uintptr_t(s.handle))
		s.handle = 0
	}
}
