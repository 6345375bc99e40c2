#include "set.h"

#include <string.h>

/* A pattern is reported once in a job. Its bit is taken back at the end. */
#define SEEN 65536
static __thread uint64_t seen[SEEN / 64];

static inline uint32_t hash(uint32_t gram)
{
	return gram * 0x9E3779B1u;
}

/* Folding sets bit 5 of every octet: letters become lower case, and what else
 * falls together is told apart when the whole pattern is compared. */
static inline uint32_t gram4(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v | 0x20202020u;
}

static inline uint32_t gram2(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return v | 0x2020u;
}

static uint32_t gram_n(const uint8_t *p, uint32_t width)
{
	uint32_t v = 0;

	for (uint32_t i = 0; i < width; i++)
		v |= (uint32_t)(p[i] | 0x20) << (8 * i);
	return v;
}

static inline uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static int same(const struct set_pattern *p, const uint8_t *text,
		const uint8_t *data)
{
	if (!p->nocase)
		return memcmp(text, data, p->len) == 0;
	for (uint32_t i = 0; i < p->len; i++)
		if (lower(data[i]) != text[i])
			return 0;
	return 1;
}

/* Looks at the patterns that have gram at a place. */
static int verify(const uint8_t *blob, const struct set_table *t, uint32_t gram,
		  const uint8_t *data, uint32_t len, uint32_t place,
		  struct collector *c)
{
	const struct set_header *h = (const void *)blob;
	const uint32_t *heads = (const void *)(blob + t->heads);
	const struct set_entry *e = (const void *)(blob + t->entries);
	const struct set_pattern *patterns = (const void *)(blob + h->patterns);
	uint32_t b = hash(gram) >> (32 - t->head_bits);

	for (uint32_t i = heads[b]; i < heads[b + 1]; i++) {
		if (e[i].gram != gram || e[i].back > place)
			continue;
		const struct set_pattern *p = &patterns[e[i].pattern];
		uint32_t from = place - e[i].back;

		if (p->len > len - from)
			continue;
		if (!same(p, blob + h->text + p->text, data + from))
			continue;
		if (p->id < SEEN &&
		    (seen[p->id >> 6] >> (p->id & 63) & 1))
			continue;
		if (c->n == c->cap) {
			c->overflow = 1;
			return 1;
		}
		if (p->id < SEEN)
			seen[p->id >> 6] |= 1ull << (p->id & 63);
		whs_hit *hit = &c->hits[c->n++];
		hit->tag = c->tag;
		hit->id = p->id;
		hit->end = from + p->len;
	}
	return 0;
}

#define UNROLL _Pragma("GCC unroll 8")
#define BIT(filter, h, shift) \
	((filter)[(h) >> (shift) >> 6] >> ((h) >> (shift) & 63) & 1)

/* Eight places at a time are held against the filter, without a branch for
 * each. */
#define SCAN(name, stride, width, gram)                                        \
	static int name(const uint8_t *blob, const struct set_table *t,        \
			const uint8_t *data, uint32_t len,                     \
			struct collector *c)                                   \
	{                                                                      \
		const uint64_t *filter = (const void *)(blob + t->filter);     \
		const uint32_t shift = 32 - t->filter_bits;                    \
		uint32_t i = 0;                                                \
                                                                               \
		if (len < (width))                                             \
			return 0;                                              \
		const uint32_t last = len - (width);                           \
		for (; i + 7 * (stride) <= last; i += 8 * (stride)) {          \
			uint32_t found = 0;                                    \
                                                                               \
			UNROLL                                                 \
			for (uint32_t k = 0; k < 8; k++) {                     \
				uint32_t h = hash(gram(data + i + k * (stride))); \
				found |= (uint32_t)BIT(filter, h, shift) << k; \
			}                                                      \
			while (found) {                                        \
				uint32_t at = i + (stride) *                   \
					(uint32_t)__builtin_ctz(found);        \
				found &= found - 1;                            \
				if (verify(blob, t, gram(data + at), data,     \
					   len, at, c))                        \
					return 1;                              \
			}                                                      \
		}                                                              \
		for (; i <= last; i += (stride)) {                             \
			uint32_t g = gram(data + i);                           \
			uint32_t h = hash(g);                                  \
                                                                               \
			if (BIT(filter, h, shift) &&                           \
			    verify(blob, t, g, data, len, i, c))               \
				return 1;                                      \
		}                                                              \
		return 0;                                                      \
	}

SCAN(scan_4_4, 4, 4, gram4)
SCAN(scan_2_4, 2, 4, gram4)
SCAN(scan_1_4, 1, 4, gram4)
SCAN(scan_1_2, 1, 2, gram2)

static int scan_anchored(const uint8_t *blob, const struct set_table *t,
			 const uint8_t *data, uint32_t len, uint32_t start,
			 struct collector *c)
{
	if (t->at < start || t->at - start > len ||
	    len - (t->at - start) < t->width)
		return 0;
	uint32_t place = t->at - start;

	return verify(blob, t, gram_n(data + place, t->width), data, len, place,
		      c);
}

int whs_scan_tables(const struct whs_set *set, const uint8_t *data,
		    uint32_t len, uint32_t start, struct collector *c)
{
	const uint8_t *blob = set->blob;
	const struct set_header *h = (const void *)blob;
	const struct set_table *t = (const void *)(blob + h->tables);
	uint32_t first = c->n;
	int full = 0;

	for (uint32_t i = 0; i < h->ntables && !full; i++, t++) {
		if (t->anchored)
			full = scan_anchored(blob, t, data, len, start, c);
		else if (t->width == 2)
			full = scan_1_2(blob, t, data, len, c);
		else if (t->stride == 4)
			full = scan_4_4(blob, t, data, len, c);
		else if (t->stride == 2)
			full = scan_2_4(blob, t, data, len, c);
		else
			full = scan_1_4(blob, t, data, len, c);
	}
	for (uint32_t i = first; i < c->n; i++)
		if (c->hits[i].id < SEEN)
			seen[c->hits[i].id >> 6] &=
				~(1ull << (c->hits[i].id & 63));
	return full;
}
