#ifndef WEIR_PCRE2_SHIM_H
#define WEIR_PCRE2_SHIM_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define WARENA_EDITION 2
#include "../arena/arena.h"

typedef struct wpcre_matcher {
	warena *arena;
	pcre2_general_context *general;
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	size_t *offsets; /* in data */
} wpcre_matcher;

typedef struct {
	int32_t rc;     /* 0 or an error code of PCRE2 */
	uint32_t pairs; /* of offsets written */
} wpcre_result;

/* Returns NULL when the arena or the memory for the JIT stack does not do. */
wpcre_matcher *wpcre_matcher_new(uintptr_t arena, uint32_t match_limit,
				 uint32_t depth_limit, uint32_t heap_kib,
				 size_t jit_stack, uint32_t pairs);
void wpcre_matcher_free(wpcre_matcher *m);

wpcre_result wpcre_match(wpcre_matcher *m, uintptr_t code, const char *data,
			 uint32_t len, uint32_t start, uint32_t *out,
			 uint32_t out_pairs);

#endif
