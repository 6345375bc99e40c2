#include "shim.h"

#include "../decompress/status.h"

static void *from_arena(void *arena, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return warena_alloc(arena, total);
}

static void to_arena(void *arena, void *p) { warena_free(arena, p); }

wlz_decoder *wlz_start(uintptr_t arena, int format)
{
	warena *a = (warena *)arena;

	warena_reset(a);
	wlz_decoder *d = warena_alloc(a, sizeof(*d));
	if (d == NULL)
		return NULL;
	memset(d, 0, sizeof(*d));
	d->allocator = (lzma_allocator){ from_arena, to_arena, a };
	d->s.allocator = &d->allocator;
	/* Only the arena limits: it cannot be outgrown, and liblzma checks its
	 * own limit by an estimate. */
	lzma_ret rc = format == WLZ_XZ ? lzma_stream_decoder(&d->s, UINT64_MAX, 0)
				       : lzma_alone_decoder(&d->s, UINT64_MAX);
	return rc == LZMA_OK ? d : NULL;
}

wlz_result wlz_decode(wlz_decoder *d, const void *in, size_t nin, void *out, size_t nout)
{
	wlz_result r = { 0, 0, WDECOMPRESS_NO_MEMORY };

	if (d == NULL)
		return r;
	if (d->ended != 0) {
		r.status = d->ended;
		return r;
	}
	d->s.next_in = in;
	d->s.avail_in = nin;
	d->s.next_out = out;
	d->s.avail_out = nout;
	lzma_ret rc = lzma_code(&d->s, LZMA_RUN);
	r.in = nin - d->s.avail_in;
	r.out = nout - d->s.avail_out;
	d->s.next_in = NULL;
	d->s.next_out = NULL;
	switch (rc) {
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* no progress, twice in a row: not fatal */
		r.status = d->s.avail_out == 0 ? WDECOMPRESS_NEED_OUTPUT : WDECOMPRESS_NEED_INPUT;
		break;
	case LZMA_STREAM_END:
		r.status = d->ended = WDECOMPRESS_END;
		break;
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		r.status = d->ended = WDECOMPRESS_NO_MEMORY;
		break;
	default:
		r.status = d->ended = WDECOMPRESS_CORRUPT;
	}
	return r;
}
