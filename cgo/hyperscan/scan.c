#include "set.h"

static int on_match(unsigned int id, unsigned long long from,
		    unsigned long long to, unsigned int flags, void *context)
{
	struct collector *c = context;

	(void)from;
	(void)flags;
	if (c->n == c->cap) {
		c->overflow = 1;
		return 1;
	}
	whs_hit *h = &c->hits[c->n++];
	h->tag = c->tag;
	h->id = id;
	h->end = (uint32_t)to; /* at most the job's length */
	return 0;
}

static hs_error_t scan_job(uintptr_t scratch, const whs_job *j,
			   struct collector *c)
{
	const hs_database_t *db = (const hs_database_t *)j->db;

	if (j->db & 1) {
		const struct whs_set *set = (const void *)(j->db - 1);

		if (whs_scan_tables(set, (const uint8_t *)j->data, j->len,
				    j->start, c))
			return HS_SCAN_TERMINATED;
		db = set->rest;
		if (db == NULL)
			return HS_SUCCESS;
	}
	return hs_scan(db, (const char *)j->data, j->len, 0,
		       (hs_scratch_t *)scratch, on_match, c);
}

whs_result whs_scan(uintptr_t scratch, const whs_job *jobs, uint32_t njobs,
		    whs_hit *hits, uint32_t cap)
{
	struct collector c = { .hits = hits, .cap = cap };
	whs_result r = { 0, 0, WHS_DONE, 0 };

	for (uint32_t i = 0; i < njobs; i++) {
		const whs_job *j = &jobs[i];
		uint32_t before = c.n;

		/* Nothing matches an empty buffer: the compiler refuses such
		 * patterns. hs_scan would refuse the null pointer that often
		 * comes with it. */
		if (j->len == 0)
			continue;
		c.tag = j->tag;
		hs_error_t err = scan_job(scratch, j, &c);
		if (err == HS_SUCCESS)
			continue;
		if (err == HS_SCAN_TERMINATED && c.overflow) {
			if (before != 0) {
				/* The array was shared with earlier jobs: this
				 * job is scanned again with all of it. */
				r.hits = before;
				r.done = i;
				r.status = WHS_FULL;
				return r;
			}
			r.hits = c.n;
			r.done = i + 1;
			r.status = WHS_OVERFLOW;
			return r;
		}
		r.hits = before;
		r.done = i + 1;
		r.status = WHS_FAILED;
		r.code = err;
		return r;
	}
	r.hits = c.n;
	r.done = njobs;
	return r;
}
