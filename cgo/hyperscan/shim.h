#ifndef WEIR_HYPERSCAN_SHIM_H
#define WEIR_HYPERSCAN_SHIM_H

#include <stdint.h>

#include <hs.h>

/* Same layout as the Go type Job. */
typedef struct {
	uintptr_t db;
	uintptr_t data;
	uint32_t len;
	uint32_t tag;
	uint32_t start;
	uint32_t pad;
} whs_job;

/* Same layout as the Go type Hit. */
typedef struct {
	uint32_t tag;
	uint32_t id;
	uint32_t end;
} whs_hit;

typedef struct {
	uint32_t hits;   /* entries of the hit array that are valid */
	uint32_t done;   /* jobs that need not be scanned again */
	int32_t status;  /* whs_status */
	int32_t code;    /* hs_error_t of a failed job */
} whs_result;

enum whs_status { WHS_DONE, WHS_FULL, WHS_OVERFLOW, WHS_FAILED };

whs_result whs_scan(uintptr_t scratch, const whs_job *jobs, uint32_t njobs,
		    whs_hit *hits, uint32_t cap);

typedef struct {
	hs_database_t *db;
	int32_t code;     /* hs_error_t */
	int32_t index;    /* pattern at fault, or -1 */
	char reason[256];
} whs_compiled;

/* Pattern i is the octets text[start[i]] up to text[start[i + 1]]; for
 * whs_compile_expressions the last of them is a NUL. */
void whs_compile_literals(const char *text, const uint64_t *start,
			  const uint32_t *flags, const uint32_t *ids,
			  uint32_t n, whs_compiled *out);
void whs_compile_expressions(const char *text, const uint64_t *start,
			     const uint32_t *flags, const uint32_t *ids,
			     uint32_t n, whs_compiled *out);

#endif
