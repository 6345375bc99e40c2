#include "shim.h"

#include <stdio.h>
#include <stdlib.h>

static void refuse(whs_compiled *out, int code, int index, const char *reason)
{
	out->db = NULL;
	out->code = code;
	out->index = index;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
}

static void take(whs_compiled *out, hs_error_t code, hs_compile_error_t *error)
{
	if (code == HS_SUCCESS)
		return;
	if (error != NULL) {
		refuse(out, code, error->expression,
		       error->message != NULL ? error->message : "refused");
		hs_free_compile_error(error);
	} else {
		refuse(out, code, -1, "refused without a reason");
	}
}

static const char **pointers(const char *text, const uint64_t *start, uint32_t n)
{
	const char **p = calloc(n, sizeof(*p));

	for (uint32_t i = 0; p != NULL && i < n; i++)
		p[i] = text + start[i];
	return p;
}

void whs_compile_literals(const char *text, const uint64_t *start,
			  const uint32_t *flags, const uint32_t *ids,
			  uint32_t n, whs_compiled *out)
{
	hs_compile_error_t *error = NULL;
	const char **exprs = pointers(text, start, n);
	size_t *lens = calloc(n, sizeof(*lens));

	if (exprs == NULL || lens == NULL) {
		refuse(out, HS_NOMEM, -1, "out of memory");
	} else {
		for (uint32_t i = 0; i < n; i++)
			lens[i] = start[i + 1] - start[i];
		hs_error_t code = hs_compile_lit_multi(exprs, flags, ids, lens,
						       n, HS_MODE_BLOCK, NULL,
						       &out->db, &error);
		take(out, code, error);
	}
	free(lens);
	free(exprs);
}

void whs_compile_expressions(const char *text, const uint64_t *start,
			     const uint32_t *flags, const uint32_t *ids,
			     uint32_t n, whs_compiled *out)
{
	hs_compile_error_t *error = NULL;
	const char **exprs = pointers(text, start, n);

	if (exprs == NULL) {
		refuse(out, HS_NOMEM, -1, "out of memory");
	} else {
		hs_error_t code = hs_compile_multi(exprs, flags, ids, n,
						   HS_MODE_BLOCK, NULL,
						   &out->db, &error);
		take(out, code, error);
	}
	free(exprs);
}
