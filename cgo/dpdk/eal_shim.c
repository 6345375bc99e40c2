#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_bus_vdev.h>
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

// Where the processor does not tell its TSC frequency, rte_eal_init sleeps
// 100 ms to measure it: half of what a replay of ten packets may take. The
// measurement divides by the time that really passed, and rounds to 10 MHz, so
// a tenth of the sleep serves as well. Only this very request, only on the
// thread in rte_eal_init, is shortened.
static _Thread_local int in_eal_init;

int nanosleep(const struct timespec *req, struct timespec *rem)
{
	struct timespec tenth = {0, 10 * 1000 * 1000};
	int r;

	if (in_eal_init && req != NULL && req->tv_sec == 0 && req->tv_nsec == 100 * 1000 * 1000)
		req = &tenth;
	r = clock_nanosleep(CLOCK_MONOTONIC, 0, req, rem);
	if (r != 0) {
		errno = r;
		return -1;
	}
	return 0;
}

int weir_eal_init(int argc, char **argv, uint32_t level)
{
	int r;

	rte_log_set_global_level(level);
	in_eal_init = 1;
	r = rte_eal_init(argc, argv);
	in_eal_init = 0;
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
