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
#define SET_MAGIC 0x32455357u /* "WSE2" */
#define SET_MAX_TABLES 40

struct set_header {
	uint32_t magic, size, npatterns, ntables;
	uint32_t tables, patterns, text, text_len;
	uint32_t rest, rest_len;
	uint32_t pad[6];
};

/* An anchored table looks at one place of the data, the others at every
 * stride-th. width octets there are folded to lower case and hashed. */
struct set_table {
	uint32_t anchored, at, stride, width;
	/* 1 << filter_bits bits, two set for each gram in one word of 32; anchored:
	 * none. */
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

/* Scans the tables of a set; start is where data stands, counted from where
 * anchors count. Returns non-zero when the hit array was full. */
int whs_scan_tables(const struct whs_set *set, const uint8_t *data,
		    uint32_t len, uint32_t start, struct collector *c);

#endif
