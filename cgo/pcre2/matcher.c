#include "shim.h"

static void *from_arena(PCRE2_SIZE n, void *arena) { return warena_alloc(arena, n); }
static void to_arena(void *p, void *arena) { warena_free(arena, p); }

wpcre_matcher *wpcre_matcher_new(uintptr_t arena, uint32_t match_limit,
				 uint32_t depth_limit, uint32_t heap_kib,
				 size_t jit_stack, uint32_t pairs)
{
	warena *a = (warena *)arena;
	wpcre_matcher *m = warena_alloc(a, sizeof(*m));

	if (m == NULL)
		return NULL;
	memset(m, 0, sizeof(*m));
	m->arena = a;
	m->general = pcre2_general_context_create(from_arena, to_arena, a);
	if (m->general == NULL)
		return NULL;
	m->context = pcre2_match_context_create(m->general);
	m->data = pcre2_match_data_create(pairs, m->general);
	if (m->context == NULL || m->data == NULL)
		return NULL;
	m->offsets = pcre2_get_ovector_pointer(m->data);
	pcre2_set_match_limit(m->context, match_limit);
	pcre2_set_depth_limit(m->context, depth_limit);
	pcre2_set_heap_limit(m->context, heap_kib);
	if (jit_stack > 0) {
		/* From malloc and mmap, reserved in full once: a general
		 * context of its own would take it out of the arena. */
		m->stack = pcre2_jit_stack_create(jit_stack < 32768 ? jit_stack : 32768,
						  jit_stack, NULL);
		if (m->stack == NULL)
			return NULL;
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	}
	return m;
}

void wpcre_matcher_free(wpcre_matcher *m)
{
	if (m->stack != NULL)
		pcre2_jit_stack_free(m->stack); /* the rest goes with the arena */
}

wpcre_result wpcre_match(wpcre_matcher *m, uintptr_t code, const char *data,
			 uint32_t len, uint32_t start, uint32_t *out,
			 uint32_t out_pairs)
{
	wpcre_result r = { 0, 0 };
	int rc = pcre2_match((const pcre2_code *)code, (PCRE2_SPTR)data, len,
			     start, 0, m->data, m->context);

	if (rc < 0) {
		r.rc = rc;
		return r;
	}
	/* 0: more groups than the match data has room for. */
	uint32_t have = rc == 0 ? pcre2_get_ovector_count(m->data) : (uint32_t)rc;
	r.pairs = have < out_pairs ? have : out_pairs;
	for (uint32_t i = 0; i < 2 * r.pairs; i++)
		out[i] = (uint32_t)m->offsets[i]; /* PCRE2_UNSET becomes Unset */
	return r;
}
