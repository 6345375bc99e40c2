#ifndef WEIR_ARENA_H
#define WEIR_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Size classes: 16, 32, 48, 64, then four to each doubling. */
enum { WARENA_CLASSES = 4 + 4 * 40, WARENA_HEAD = 16 };

typedef struct warena_block {
	struct warena_block *next; /* valid while free */
} warena_block;

/* Sits at the start of the region that it manages. */
typedef struct warena {
	char *base, *bump, *end;
	uint64_t refused; /* allocations that did not fit */
	int top;          /* no class above this one has free blocks */
	warena_block *free[WARENA_CLASSES];
} warena;

static inline int warena_class(size_t n)
{
	if (n <= 64)
		return n == 0 ? 0 : (int)((n - 1) / 16);
	int shift = 63 - __builtin_clzll((unsigned long long)(n - 1)); /* >= 6 */
	return 4 + (shift - 6) * 4 + (int)((n - 1 - ((size_t)1 << shift)) >> (shift - 2));
}

static inline size_t warena_class_size(int class)
{
	if (class < 4)
		return 16 * (size_t)(class + 1);
	int shift = 6 + (class - 4) / 4;
	return ((size_t)1 << shift) + ((size_t)((class - 4) % 4 + 1) << (shift - 2));
}

static inline void warena_reset(warena *a)
{
	a->bump = a->base;
	a->top = -1;
	memset(a->free, 0, sizeof(a->free));
}

/* Each block is preceded by its class. */
static inline int *warena_class_of(void *p)
{
	return (int *)((char *)p - WARENA_HEAD);
}

static inline void *warena_alloc(warena *a, size_t n)
{
	if (n > (size_t)(a->end - a->base)) {
		a->refused++;
		return NULL;
	}
	int class = warena_class(n);
	size_t size = warena_class_size(class);

	if (a->free[class] == NULL && size + WARENA_HEAD <= (size_t)(a->end - a->bump)) {
		void *p = a->bump + WARENA_HEAD;
		a->bump += size + WARENA_HEAD;
		*warena_class_of(p) = class;
		return p;
	}
	/* A block of a larger class keeps that class. */
	for (int c = class; c <= a->top; c++) {
		warena_block *b = a->free[c];
		if (b != NULL) {
			a->free[c] = b->next;
			return b;
		}
	}
	a->refused++;
	return NULL;
}

static inline void warena_free(warena *a, void *p)
{
	if (p == NULL)
		return;
	int class = *warena_class_of(p);
	warena_block *b = p;
	b->next = a->free[class];
	a->free[class] = b;
	if (class > a->top)
		a->top = class;
}

static inline void *warena_realloc(warena *a, void *p, size_t n)
{
	if (p == NULL)
		return warena_alloc(a, n);
	size_t old = warena_class_size(*warena_class_of(p));
	if (n <= old && n >= old / 4)
		return p;
	void *q = warena_alloc(a, n);
	if (q == NULL)
		return n <= old ? p : NULL; /* shrinking never fails */
	memcpy(q, p, n < old ? n : old);
	warena_free(a, p);
	return q;
}

#endif
