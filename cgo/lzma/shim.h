#ifndef WEIR_LZMA_SHIM_H
#define WEIR_LZMA_SHIM_H

#include <lzma.h>

#define WARENA_EDITION 2
#include "../arena/arena.h"

enum wlz_format { WLZ_XZ, WLZ_ALONE };

typedef struct {
	lzma_stream s;
	lzma_allocator allocator;
	uint32_t ended; /* a status to repeat, or 0 */
} wlz_decoder;

typedef struct {
	uint64_t in, out;
	uint32_t status;
} wlz_result;

/* Drops what is in the arena and starts anew; NULL if it does not fit. */
wlz_decoder *wlz_start(uintptr_t arena, int format);
wlz_result wlz_decode(wlz_decoder *d, const void *in, size_t nin, void *out, size_t nout);

#endif
