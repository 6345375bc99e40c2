#include "shim.h"

#include "../decompress/status.h"

static void *from_arena(void *arena, uInt items, uInt size)
{
	return warena_alloc(arena, (size_t)items * size);
}

static void to_arena(void *arena, void *p) { warena_free(arena, p); }

wz_decoder *wz_new(uintptr_t arena, int window_bits)
{
	warena *a = (warena *)arena;
	wz_decoder *d = warena_alloc(a, sizeof(*d));

	if (d == NULL)
		return NULL;
	memset(d, 0, sizeof(*d));
	d->arena = a;
	d->z.zalloc = from_arena;
	d->z.zfree = to_arena;
	d->z.opaque = a;
	return inflateInit2(&d->z, window_bits) == Z_OK ? d : NULL;
}

void wz_reset(wz_decoder *d, int window_bits)
{
	d->ended = 0;
	if (inflateReset2(&d->z, window_bits) != Z_OK)
		d->ended = WDECOMPRESS_CORRUPT;
}

wz_result wz_decode(wz_decoder *d, const void *in, uint32_t nin, void *out, uint32_t nout)
{
	wz_result r = { 0, 0, WDECOMPRESS_NEED_INPUT };
	char none; /* zlib refuses a null pointer even with a length of 0 */

	if (d->ended != 0) {
		r.status = d->ended;
		return r;
	}
	d->z.next_in = (Bytef *)(nin == 0 ? &none : in);
	d->z.avail_in = nin;
	d->z.next_out = (Bytef *)(nout == 0 ? &none : out);
	d->z.avail_out = nout;
	int rc = inflate(&d->z, Z_NO_FLUSH);
	r.in = nin - d->z.avail_in;
	r.out = nout - d->z.avail_out;
	d->z.next_in = NULL;
	d->z.next_out = NULL;
	switch (rc) {
	case Z_OK:
	case Z_BUF_ERROR:
		r.status = d->z.avail_out == 0 ? WDECOMPRESS_NEED_OUTPUT : WDECOMPRESS_NEED_INPUT;
		break;
	case Z_STREAM_END:
		r.status = d->ended = WDECOMPRESS_END;
		break;
	case Z_MEM_ERROR:
		r.status = d->ended = WDECOMPRESS_NO_MEMORY;
		break;
	default: /* damaged, or wants a dictionary that nobody has */
		r.status = d->ended = WDECOMPRESS_CORRUPT;
	}
	return r;
}
