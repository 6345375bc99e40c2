#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_log.h>

#include "shim.h"

// The last octets that DPDK logged, so that an error can carry its reason.
static struct {
	pthread_mutex_t lock;
	char buf[16384];
	uint32_t len;
} captured = {.lock = PTHREAD_MUTEX_INITIALIZER};

static ssize_t capture_write(void *cookie, const char *p, size_t n)
{
	size_t k = n;

	(void)cookie;
	pthread_mutex_lock(&captured.lock);
	if (k > sizeof(captured.buf))
		k = sizeof(captured.buf);
	if (captured.len + k > sizeof(captured.buf)) {
		// Keep the newest half: the reason of an error comes last.
		uint32_t keep = sizeof(captured.buf) - k;

		if (keep > captured.len / 2)
			keep = captured.len / 2;
		memmove(captured.buf, captured.buf + captured.len - keep, keep);
		captured.len = keep;
	}
	memcpy(captured.buf + captured.len, p + n - k, k);
	captured.len += k;
	pthread_mutex_unlock(&captured.lock);
	return n;
}

void weir_log_open(void)
{
	cookie_io_functions_t io = {.write = capture_write};
	FILE *f = fopencookie(NULL, "w", io);

	if (f == NULL)
		return;
	setvbuf(f, NULL, _IOLBF, 0);
	rte_openlog_stream(f);
}

uint32_t weir_log_take(char *buf, uint32_t size)
{
	FILE *f = rte_log_get_stream();
	uint32_t n;

	if (f != NULL)
		fflush(f);
	pthread_mutex_lock(&captured.lock);
	n = captured.len < size ? captured.len : size;
	memcpy(buf, captured.buf + captured.len - n, n);
	captured.len = 0;
	pthread_mutex_unlock(&captured.lock);
	return n;
}

// rte_eal_init's two costs are taken out from under it, by functions of the C
// library that stand in this executable and so come before libc's. They do
// something else only on the thread in rte_eal_init; where a linker binds them
// otherwise, starting is slower and nothing else changes.
static _Thread_local struct {
	int active;
	const char *skip; // plugin directory that is not to be there, or NULL
} init;

// Where the processor does not tell its TSC frequency, rte_eal_init sleeps
// 100 ms to measure it: half of what a replay of ten packets may take. The
// measurement divides by the time that really passed, and rounds to 10 MHz, so
// a tenth of the sleep serves as well.
int nanosleep(const struct timespec *req, struct timespec *rem)
{
	struct timespec tenth = {0, 10 * 1000 * 1000};
	int r;

	if (init.active && req != NULL && req->tv_sec == 0 && req->tv_nsec == 100 * 1000 * 1000)
		req = &tenth;
	r = clock_nanosleep(CLOCK_MONOTONIC, 0, req, rem);
	if (r != 0) {
		errno = r;
		return -1;
	}
	return 0;
}

// A shared DPDK loads all of its 190 PMDs from the directory that was compiled
// in, even where -d names the few that are needed. It looks first whether that
// directory is there; the later looks, at the permissions of the directory of
// the named ones, are answered truly.
int stat64(const char *restrict path, struct stat64 *restrict st)
{
	if (init.active && init.skip != NULL && strcmp(path, init.skip) == 0) {
		init.skip = NULL;
		errno = ENOENT;
		return -1;
	}
	return fstatat64(AT_FDCWD, path, st, 0);
}

int weir_eal_init(int argc, char **argv, uint32_t level, const char *skip_dir)
{
	int r;

	rte_log_set_global_level(level);
	init.active = 1;
	init.skip = skip_dir;
	r = rte_eal_init(argc, argv);
	init.active = 0;
	init.skip = NULL;
	if (r < 0)
		return -(rte_errno ? rte_errno : EINVAL);
	weir_lookup_timestamp();
	return 0;
}

int weir_eal_cleanup(void)
{
	return rte_eal_cleanup();
}

int weir_thread_register(void)
{
	return rte_thread_register() < 0 ? -(rte_errno ? rte_errno : ENOMEM) : 0;
}

void weir_thread_unregister(void)
{
	rte_thread_unregister();
}

uint32_t weir_lcore_id(void)
{
	return rte_lcore_id();
}

int weir_dev_probe(const char *devargs)
{
	return rte_dev_probe(devargs);
}

int weir_dev_remove(uint16_t port)
{
	struct rte_eth_dev_info i;
	int r = rte_eth_dev_info_get(port, &i);

	if (r < 0)
		return r;
	return i.device != NULL ? rte_dev_remove(i.device) : -ENODEV;
}
