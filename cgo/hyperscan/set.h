#ifndef WEIR_HYPERSCAN_SET_H
#define WEIR_HYPERSCAN_SET_H

#include "shim.h"

/*
 * A set is one blob that set.go lays out, all numbers little-endian and all
 * offsets from its start:
 *
 *   struct set_header
 *   struct set_table    tables[ntables]
 *   struct set_pattern  patterns[npatterns]
 *   per table: filter (bits), heads (uint16 or uint32 steps), entries
 *   text of the patterns
 *   a serialised Hyperscan database for what the tables do not hold
 */
#define SET_MAGIC 0x33455357u /* "WSE3" */
#define SET_MAX_TABLES 40

struct set_header {
	uint32_t magic, size, npatterns, ntables;
	uint32_t tables, patterns, text, text_len;
	uint32_t rest, rest_len;
	uint32_t pad[6];
};

/* A table of the kind SET_ANCHORED looks at one place of the data, one of SET_GRAMS
 * at every stride-th. width octets there are folded to lower case and hashed.
 *
 * One of SET_BUCKETS looks at every place, for few literals that are short. They are
 * shared out among eight buckets, a bit each. For each of the four octets from a place
 * on, the filter has 64 octets, asked by the low six bits of the data's: the buckets
 * that can have it there. What remains of the four answers are the buckets whose
 * literals are compared. The last two buckets' have three and two octets that count,
 * so they remain whatever the others are. heads are by bucket. */
enum { SET_GRAMS, SET_ANCHORED, SET_BUCKETS };
#define BUCKETS 8

struct set_table {
	uint32_t kind, at, stride, width;
	/* 1 << filter_bits bits, two set for each gram in one word of 32; anchored:
	 * none; buckets: 256 octets. */
	uint32_t filter, filter_bits;
	uint32_t heads, head_bits;    /* (1 << head_bits) + 1 numbers */
	uint32_t entries, nentries;
	uint32_t quick[2]; /* anchored: two bits for each gram, read before heads */
};

struct set_entry {
	uint32_t gram; /* folded octets */
	uint32_t pattern;
	uint32_t back; /* how far before the looked-at place the pattern begins */
};

struct set_pattern {
	uint32_t id, text, len;
	uint32_t nocase; /* text is in lower case */
};

/* What a Job's db points to, with its lowest bit set. */
struct whs_set {
	const uint8_t *blob;
	const hs_database_t *rest; /* NULL: none */
};

/* What is needed while one job is scanned. */
struct collector {
	whs_hit *hits;
	uint32_t n, cap;
	uint32_t tag;
	int overflow;
};

/* Whether a vector unit asks tables of buckets. */
int whs_wide(void);
void whs_vector(int on);

/* Scans the tables of a set; start is where data stands, counted from where
 * anchors count. Returns non-zero when the hit array was full. */
int whs_scan_tables(const struct whs_set *set, const uint8_t *data,
		    uint32_t len, uint32_t start, struct collector *c);

#endif
