#ifndef WEIR_BROTLI_SHIM_H
#define WEIR_BROTLI_SHIM_H

#include <brotli/decode.h>

#define WARENA_EDITION 2
#include "../arena/arena.h"

typedef struct {
	uint64_t in, out;
	uint32_t status;
} wbr_result;

/* Drops what is in the arena and starts anew; NULL if it does not fit. */
BrotliDecoderState *wbr_start(uintptr_t arena);
wbr_result wbr_decode(BrotliDecoderState *d, const void *in, size_t nin, void *out, size_t nout);

#endif
