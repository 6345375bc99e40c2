// What a thread on a core sees of the machine: turns of a fixed length, and the
// gaps between them. usage: pollgap SECONDS NANOSECONDS-A-TURN; pin it with taskset.
// Prints: turns, p50, p99.9 and longest gap in ns, gaps above 200 us.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <x86intrin.h>

static uint64_t count[64 * 16], ticks;

// Sixteen steps an octave.
static int bin(uint64_t v)
{
	int e;

	if (v < 16)
		return (int)v;
	e = 59 - __builtin_clzll(v);
	return (e + 1) * 16 + (int)(v >> e & 15);
}

static uint64_t lower(int b) { return b < 16 ? (uint64_t)b : (16 + (uint64_t)(b % 16)) << (b / 16 - 1); }

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double quantile(double q, double ns)
{
	uint64_t seen = 0;

	for (int i = 0; i < 64 * 16; i++)
		if ((seen += count[i]) >= q * ticks)
			return lower(i) * ns;
	return 0;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 3, turn = argc > 2 ? atof(argv[2]) : 0, t0 = now(), ns;
	uint64_t c0 = __rdtsc(), last, end, spin, longest = 0, above = 0, limit;

	while (now() - t0 < 0.05)
		;
	ns = (now() - t0) * 1e9 / (__rdtsc() - c0);
	spin = turn / ns;
	limit = 200000 / ns;
	last = __rdtsc();
	end = last + seconds * 1e9 / ns;
	while (last < end) {
		uint64_t t, gap;

		while (__rdtsc() - last < spin)
			;
		t = __rdtsc();
		gap = t - last;
		last = t;
		count[bin(gap)]++;
		ticks++;
		if (gap > longest)
			longest = gap;
		above += gap > limit;
	}
	printf("%llu %.0f %.0f %.0f %llu\n", (unsigned long long)ticks, quantile(0.5, ns), quantile(0.999, ns), longest * ns, (unsigned long long)above);
	return 0;
}
