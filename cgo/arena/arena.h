#ifndef WEIR_ARENA_H
#define WEIR_ARENA_H

/* Go's build cache does not see that this file changed where it is included
 * from other packages. So each change here counts up WARENA_EDITION, here and
 * in the files that include this one, which the cache does see. */
#if WARENA_EDITION != 2
#error "define WARENA_EDITION as the edition of arena.h"
#endif

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Two-level segregated fit (Masmano et al., 2004): free blocks in lists by
 * size, four lists to each doubling, a bit map of the lists that have some;
 * neighbours that are free are merged. */
enum {
	WARENA_LISTS = 4 + 4 * 36,
	WARENA_WORDS = (WARENA_LISTS + 63) / 64,
	WARENA_HEAD = 16,
	WARENA_LOOK = 8, /* entries of the list of about the right size to try */
};

/* Sizes are of what follows the head, and multiples of 16. */
typedef struct warena_block {
	size_t prev_size; /* of the block before; 0 for the first */
	size_t size;      /* bit 0: free */
	struct warena_block *next, *prev; /* in its list, while free */
} warena_block;

/* Sits at the start of the region that it manages. */
typedef struct warena {
	char *base, *end;
	size_t used;      /* octets of live blocks, heads included */
	uint64_t refused; /* allocations that did not fit */
	uint64_t map[WARENA_WORDS];
	warena_block *free[WARENA_LISTS];
} warena;

static inline size_t warena_size(const warena_block *b) { return b->size & ~(size_t)1; }
static inline int warena_is_free(const warena_block *b) { return b->size & 1; }
static inline void *warena_data(warena_block *b) { return (char *)b + WARENA_HEAD; }
static inline warena_block *warena_of(void *p) { return (warena_block *)((char *)p - WARENA_HEAD); }

static inline warena_block *warena_after(warena_block *b)
{
	return (warena_block *)((char *)b + WARENA_HEAD + warena_size(b));
}

static inline warena_block *warena_before(warena_block *b)
{
	return (warena_block *)((char *)b - b->prev_size - WARENA_HEAD);
}

/* The list for blocks of n octets. */
static inline int warena_list(size_t n)
{
	if (n < 64)
		return (int)(n / 16);
	int shift = 63 - __builtin_clzll((unsigned long long)n);
	return 4 + (shift - 6) * 4 + (int)((n >> (shift - 2)) & 3);
}

/* The first list all of whose blocks have n octets. */
static inline int warena_list_above(size_t n)
{
	if (n < 64)
		return (int)(n / 16);
	int shift = 63 - __builtin_clzll((unsigned long long)n);
	return warena_list(n + ((size_t)1 << (shift - 2)) - 1);
}

static inline void warena_put(warena *a, warena_block *b)
{
	int list = warena_list(warena_size(b));

	b->size |= 1;
	b->prev = NULL;
	b->next = a->free[list];
	if (b->next != NULL)
		b->next->prev = b;
	a->free[list] = b;
	a->map[list / 64] |= (uint64_t)1 << list % 64;
}

static inline void warena_take(warena *a, warena_block *b)
{
	int list = warena_list(warena_size(b));

	if (b->next != NULL)
		b->next->prev = b->prev;
	if (b->prev != NULL)
		b->prev->next = b->next;
	else if ((a->free[list] = b->next) == NULL)
		a->map[list / 64] &= ~((uint64_t)1 << list % 64);
	b->size &= ~(size_t)1;
}

static inline void warena_set_size(warena_block *b, size_t n)
{
	b->size = n;
	warena_after(b)->prev_size = n;
}

/* Merges b, which is in no list, with free neighbours, and lists the result. */
static inline void warena_release(warena *a, warena_block *b)
{
	warena_block *after = warena_after(b);

	if (warena_is_free(after)) {
		warena_take(a, after);
		warena_set_size(b, warena_size(b) + WARENA_HEAD + warena_size(after));
	}
	if (b->prev_size != 0 && warena_is_free(warena_before(b))) {
		warena_block *before = warena_before(b);
		warena_take(a, before);
		warena_set_size(before, warena_size(before) + WARENA_HEAD + warena_size(b));
		b = before;
	}
	warena_put(a, b);
}

/* Gives back what b, which is in no list, has beyond n octets. */
static inline void warena_trim(warena *a, warena_block *b, size_t n)
{
	size_t rest = warena_size(b) - n;

	if (rest < WARENA_HEAD + 16)
		return;
	warena_set_size(b, n);
	warena_block *r = warena_after(b);
	r->size = 0;
	warena_set_size(r, rest - WARENA_HEAD);
	warena_release(a, r);
}

static inline void warena_reset(warena *a)
{
	warena_block *all = (warena_block *)a->base;

	a->used = 0;
	memset(a->map, 0, sizeof(a->map));
	memset(a->free, 0, sizeof(a->free));
	all->prev_size = 0;
	/* The last head is a block of no size that is never free. */
	warena_set_size(all, (size_t)(a->end - a->base) - 2 * WARENA_HEAD);
	warena_after(all)->size = 0;
	warena_put(a, all);
}

static inline warena_block *warena_find(warena *a, size_t n)
{
	int list = warena_list_above(n);

	for (int w = list / 64; w < WARENA_WORDS; w++) {
		uint64_t m = a->map[w];
		if (w == list / 64)
			m &= ~(uint64_t)0 << list % 64;
		if (m != 0)
			return a->free[w * 64 + __builtin_ctzll(m)];
	}
	warena_block *b = a->free[warena_list(n)];
	for (int i = 0; b != NULL && i < WARENA_LOOK; i++, b = b->next)
		if (warena_size(b) >= n)
			return b;
	return NULL;
}

static inline size_t warena_round(size_t n) { return n < 16 ? 16 : (n + 15) & ~(size_t)15; }

static inline void *warena_alloc(warena *a, size_t n)
{
	warena_block *b = NULL;

	if (n <= (size_t)(a->end - a->base)) {
		n = warena_round(n);
		b = warena_find(a, n);
	}
	if (b == NULL) {
		a->refused++;
		return NULL;
	}
	warena_take(a, b);
	warena_trim(a, b, n);
	a->used += WARENA_HEAD + warena_size(b);
	return warena_data(b);
}

static inline void warena_free(warena *a, void *p)
{
	if (p == NULL)
		return;
	a->used -= WARENA_HEAD + warena_size(warena_of(p));
	warena_release(a, warena_of(p));
}

/* Shrinking never fails. */
static inline void *warena_realloc(warena *a, void *p, size_t n)
{
	if (p == NULL || n > (size_t)(a->end - a->base))
		return warena_alloc(a, n);
	warena_block *b = warena_of(p), *after = warena_after(b);
	size_t old = warena_size(b), want = warena_round(n);

	if (want > old && warena_is_free(after) && want <= old + WARENA_HEAD + warena_size(after)) {
		warena_take(a, after);
		warena_set_size(b, old + WARENA_HEAD + warena_size(after));
	}
	if (want <= warena_size(b)) {
		warena_trim(a, b, want);
		a->used += warena_size(b) - old;
		return p;
	}
	void *q = warena_alloc(a, n);
	if (q != NULL) {
		memcpy(q, p, old);
		warena_free(a, p);
	}
	return q;
}

#endif
