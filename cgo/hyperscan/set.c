#include "set.h"

#include <string.h>

/* Tests ask tables of buckets without a vector unit, too. */
static int vector = 1;

void whs_vector(int on)
{
	vector = on;
}

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

static inline uint32_t gram_n(const uint8_t *p, uint32_t width, uint32_t room)
{
	uint32_t v = 0;

	if (room >= 4)
		return gram4(p) & 0xFFFFFFFFu >> (32 - 8 * width);
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

/* Looks at the patterns of the entries [i, end) that have gram at a place. */
static inline int compare(const uint8_t *blob, const struct set_table *t,
			  uint32_t i, uint32_t end, uint32_t gram,
			  const uint8_t *data, uint32_t len, uint32_t place,
			  struct collector *c)
{
	const struct set_header *h = (const void *)blob;
	const struct set_entry *e = (const void *)(blob + t->entries);
	const struct set_pattern *patterns = (const void *)(blob + h->patterns);

	for (; i < end; i++) {
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

/* Looks at the patterns that have gram at a place. */
static int verify(const uint8_t *blob, const struct set_table *t, uint32_t gram,
		  const uint8_t *data, uint32_t len, uint32_t place,
		  struct collector *c)
{
	const uint32_t *heads = (const void *)(blob + t->heads);
	uint32_t b = hash(gram) >> (32 - t->head_bits);

	return compare(blob, t, heads[b], heads[b + 1], gram, data, len, place,
		       c);
}

/* Looks at the patterns of the buckets that remain at a place. */
static int verify_buckets(const uint8_t *blob, const struct set_table *t,
			  uint32_t buckets, const uint8_t *data, uint32_t len,
			  uint32_t place, struct collector *c)
{
	const uint32_t *heads = (const void *)(blob + t->heads);

	while (buckets) {
		uint32_t b = (uint32_t)__builtin_ctz(buckets);
		uint32_t width = b < BUCKETS - 2 ? 4 : b == BUCKETS - 2 ? 3 : 2;

		buckets &= buckets - 1;
		if (len - place < width)
			continue;
		if (compare(blob, t, heads[b], heads[b + 1],
			    gram_n(data + place, width, len - place),
			    data, len, place, c))
			return 1;
	}
	return 0;
}

static int scan_buckets(const uint8_t *blob, const struct set_table *t,
			const uint8_t *data, uint32_t len, struct collector *c)
{
	const uint8_t *filter = blob + t->filter;

	for (uint32_t i = 0; i < len; i++) {
		uint32_t found = filter[data[i] & 63];

		for (uint32_t k = 1; k < 4 && found; k++)
			found &= filter[64 * k + (i + k < len ? data[i + k] & 63 : 0)];
		if (found && verify_buckets(blob, t, found, data, len, i, c))
			return 1;
	}
	return 0;
}

#define UNROLL _Pragma("GCC unroll 8")

/* A gram has two bits in one word of the filter: what passes by chance costs two
 * cache misses and a wrong guess of the branch. */
#define BIT(filter, h, shift)                          \
	((filter)[(h) >> (shift) >> 5] >> ((h) >> (shift) & 31) & \
	 (filter)[(h) >> (shift) >> 5] >> ((h) >> ((shift) - 5) & 31) & 1)

/* Eight places at a time are held against the filter, without a branch for
 * each. */
#define SCAN(name, stride, width, gram)                                        \
	static int name(const uint8_t *blob, const struct set_table *t,        \
			const uint8_t *data, uint32_t len,                     \
			struct collector *c)                                   \
	{                                                                      \
		const uint32_t *filter = (const void *)(blob + t->filter);     \
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

#if defined(__x86_64__)
#include <immintrin.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

static inline uint64_t first(uint32_t n)
{
	return n >= 64 ? ~0ull : (1ull << n) - 1;
}

VBMI static int scan_buckets_vbmi(const uint8_t *blob, const struct set_table *t,
				  const uint8_t *data, uint32_t len,
				  struct collector *c)
{
	const uint8_t *filter = blob + t->filter;
	const __m512i f0 = _mm512_load_si512(filter);
	const __m512i f1 = _mm512_load_si512(filter + 64);
	const __m512i f2 = _mm512_load_si512(filter + 128);
	const __m512i f3 = _mm512_load_si512(filter + 192);
	uint8_t buckets[64] __attribute__((aligned(64)));

	for (uint32_t i = 0; i < len; i += 64) {
		uint32_t n = len - i;
		__m512i d0, d1, d2, d3;

		if (n >= 67) {
			d0 = _mm512_loadu_si512(data + i);
			d1 = _mm512_loadu_si512(data + i + 1);
			d2 = _mm512_loadu_si512(data + i + 2);
			d3 = _mm512_loadu_si512(data + i + 3);
		} else {
			/* What is behind the end counts as zero. */
			d0 = _mm512_maskz_loadu_epi8(first(n), data + i);
			d1 = _mm512_maskz_loadu_epi8(first(n - 1), data + i + 1);
			d2 = _mm512_maskz_loadu_epi8(first(n < 2 ? 0 : n - 2), data + i + 2);
			d3 = _mm512_maskz_loadu_epi8(first(n < 3 ? 0 : n - 3), data + i + 3);
		}
		__m512i b = _mm512_and_si512(
			_mm512_and_si512(_mm512_permutexvar_epi8(d0, f0),
					 _mm512_permutexvar_epi8(d1, f1)),
			_mm512_and_si512(_mm512_permutexvar_epi8(d2, f2),
					 _mm512_permutexvar_epi8(d3, f3)));
		uint64_t found = _mm512_test_epi8_mask(b, b);

		found &= first(n);
		if (!found)
			continue;
		_mm512_store_si512(buckets, b);
		while (found) {
			uint32_t k = (uint32_t)__builtin_ctzll(found);

			found &= found - 1;
			if (verify_buckets(blob, t, buckets[k], data, len,
					   i + k, c))
				return 1;
		}
	}
	return 0;
}

#define AVX512 __attribute__((target("avx512f")))

AVX512 static inline __m128i four(const uint32_t *filter, const uint32_t *at)
{
	return _mm_set_epi32((int)filter[at[3]], (int)filter[at[2]],
			     (int)filter[at[1]], (int)filter[at[0]]);
}

/* Sixteen places at a time are hashed and asked side by side. A filter of 1,024
 * bits (small) is kept in two registers; the words of a larger one are fetched one
 * by one: a gather is slower than that, and than scalar questions (measured on
 * Zen 4). */
AVX512 static inline __attribute__((always_inline)) int
scan_4_4_wide(const uint8_t *blob, const struct set_table *t,
	      const uint8_t *data, uint32_t len, struct collector *c, int small)
{
	const uint32_t *filter = (const void *)(blob + t->filter);
	const uint32_t shift = small ? 22 : 32 - t->filter_bits;
	const __m128i to_word = _mm_cvtsi32_si128((int)shift + 5);
	const __m128i to_first = _mm_cvtsi32_si128((int)shift);
	const __m128i to_second = _mm_cvtsi32_si128((int)shift - 5);
	const __m512i fold = _mm512_set1_epi32(0x20202020);
	const __m512i factor = _mm512_set1_epi32((int)0x9E3779B1u);
	const __m512i one = _mm512_set1_epi32(1);
	const __m512i low5 = _mm512_set1_epi32(31);
	const __m512i f0 = small ? _mm512_loadu_si512(filter) : fold;
	const __m512i f1 = small ? _mm512_loadu_si512(filter + 16) : fold;
	uint32_t at[16] __attribute__((aligned(64)));

	if (len < 4)
		return 0;
	const uint32_t last = len - 4;
	for (uint32_t i = 0; i <= last; i += 64) {
		uint32_t n = (last - i) / 4 + 1;
		__mmask16 k = n >= 16 ? 0xFFFF : (__mmask16)((1u << n) - 1);
		__m512i g = _mm512_or_si512(
			_mm512_maskz_loadu_epi32(k, data + i), fold);
		__m512i h = _mm512_mullo_epi32(g, factor);
		__m512i word = _mm512_srl_epi32(h, to_word);
		__m512i both = _mm512_or_si512(
			_mm512_sllv_epi32(one,
					  _mm512_and_si512(_mm512_srl_epi32(h, to_first), low5)),
			_mm512_sllv_epi32(one,
					  _mm512_and_si512(_mm512_srl_epi32(h, to_second), low5)));
		__m512i w;

		if (small) {
			w = _mm512_permutex2var_epi32(f0, word, f1);
		} else {
			_mm512_store_si512(at, word);
			w = _mm512_castsi128_si512(four(filter, at));
			w = _mm512_inserti32x4(w, four(filter, at + 4), 1);
			w = _mm512_inserti32x4(w, four(filter, at + 8), 2);
			w = _mm512_inserti32x4(w, four(filter, at + 12), 3);
		}
		uint32_t found = _mm512_mask_cmpeq_epi32_mask(
			k, _mm512_and_si512(w, both), both);

		while (found) {
			uint32_t place = i + 4 * (uint32_t)__builtin_ctz(found);

			found &= found - 1;
			if (verify(blob, t, gram4(data + place), data, len,
				   place, c))
				return 1;
		}
	}
	return 0;
}

AVX512 static int scan_4_4_avx512(const uint8_t *blob,
				  const struct set_table *t,
				  const uint8_t *data, uint32_t len,
				  struct collector *c)
{
	if (t->filter_bits == 10)
		return scan_4_4_wide(blob, t, data, len, c, 1);
	return scan_4_4_wide(blob, t, data, len, c, 0);
}

static int has_avx512(void)
{
	static int known; /* 0: not asked, 1: no, 2: yes; all threads agree */

	if (known == 0)
		known = __builtin_cpu_supports("avx512f") ? 2 : 1;
	return known == 2;
}
static int has_vbmi(void)
{
	static int known;

	if (known == 0)
		known = __builtin_cpu_supports("avx512vbmi") &&
					__builtin_cpu_supports("avx512bw") ?
				2 :
				1;
	return known == 2;
}
#else
#define has_avx512() 0
#define has_vbmi() 0
#define scan_4_4_avx512 scan_4_4
#define scan_buckets_vbmi scan_buckets
#endif

int whs_wide(void)
{
	return has_vbmi();
}

static int scan_anchored(const uint8_t *blob, const struct set_table *t,
			 const uint8_t *data, uint32_t len, uint32_t start,
			 struct collector *c)
{
	if (t->at < start || t->at - start > len ||
	    len - (t->at - start) < t->width)
		return 0;
	uint32_t place = t->at - start;
	uint32_t g = gram_n(data + place, t->width, len - place);
	uint32_t h = hash(g);

	if (!(t->quick[h >> 31] >> (h >> 26 & 31) &
	      t->quick[h >> 25 & 1] >> (h >> 20 & 31) & 1))
		return 0;
	return verify(blob, t, g, data, len, place, c);
}

int whs_scan_tables(const struct whs_set *set, const uint8_t *data,
		    uint32_t len, uint32_t start, struct collector *c)
{
	const uint8_t *blob = set->blob;
	const struct set_header *h = (const void *)blob;
	const struct set_table *t = (const void *)(blob + h->tables);
	uint32_t first = c->n;
	const int wide = has_avx512();
	int full = 0;

	for (uint32_t i = 0; i < h->ntables && !full; i++, t++) {
		if (t->kind == SET_ANCHORED)
			full = scan_anchored(blob, t, data, len, start, c);
		else if (t->kind == SET_BUCKETS)
			full = vector && has_vbmi() ?
				       scan_buckets_vbmi(blob, t, data, len, c) :
				       scan_buckets(blob, t, data, len, c);
		else if (t->width == 2)
			full = scan_1_2(blob, t, data, len, c);
		else if (t->stride == 4)
			full = wide ? scan_4_4_avx512(blob, t, data, len, c) :
				      scan_4_4(blob, t, data, len, c);
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
