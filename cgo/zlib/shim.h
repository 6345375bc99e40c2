#ifndef WEIR_ZLIB_SHIM_H
#define WEIR_ZLIB_SHIM_H

#include <zlib.h>

#define WARENA_EDITION 2
#include "../arena/arena.h"

typedef struct {
	z_stream z;
	warena *arena;
	int ended; /* a status to repeat, or 0 */
} wz_decoder;

typedef struct {
	uint32_t in, out, status;
} wz_result;

wz_decoder *wz_new(uintptr_t arena, int window_bits);
void wz_reset(wz_decoder *d, int window_bits);
wz_result wz_decode(wz_decoder *d, const void *in, uint32_t nin, void *out, uint32_t nout);

#endif
