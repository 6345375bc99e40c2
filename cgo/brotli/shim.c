#include "shim.h"

#include "../decompress/status.h"

static void *from_arena(void *arena, size_t n) { return warena_alloc(arena, n); }
static void to_arena(void *arena, void *p) { warena_free(arena, p); }

BrotliDecoderState *wbr_start(uintptr_t arena)
{
	warena *a = (warena *)arena;

	warena_reset(a);
	return BrotliDecoderCreateInstance(from_arena, to_arena, a);
}

wbr_result wbr_decode(BrotliDecoderState *d, const void *in, size_t nin, void *out, size_t nout)
{
	wbr_result r = { 0, 0, WDECOMPRESS_NO_MEMORY };
	size_t in_left = nin, out_left = nout;
	const uint8_t *next_in = in;
	uint8_t *next_out = out;

	if (d == NULL)
		return r;
	if (BrotliDecoderIsFinished(d)) {
		r.status = WDECOMPRESS_END;
		return r;
	}
	BrotliDecoderResult rc = BrotliDecoderDecompressStream(d, &in_left, &next_in,
							       &out_left, &next_out, NULL);
	r.in = nin - in_left;
	r.out = nout - out_left;
	switch (rc) {
	case BROTLI_DECODER_RESULT_SUCCESS:
		r.status = WDECOMPRESS_END;
		break;
	case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
		/* It says so even where decoded octets did not fit. */
		r.status = BrotliDecoderHasMoreOutput(d) ? WDECOMPRESS_NEED_OUTPUT
							 : WDECOMPRESS_NEED_INPUT;
		break;
	case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
		r.status = WDECOMPRESS_NEED_OUTPUT;
		break;
	default: {
		BrotliDecoderErrorCode e = BrotliDecoderGetErrorCode(d);
		/* The ALLOC codes are one block. */
		if (e <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
		    e >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
			r.status = WDECOMPRESS_NO_MEMORY;
		else
			r.status = WDECOMPRESS_CORRUPT;
	}
	}
	return r;
}
