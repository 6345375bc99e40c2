#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>

#include "shim.h"

// Where a PMD writes the arrival time, and the flag that says it did. Looked
// up when ports start, before any worker polls.
static int ts_offset = -1;
static uint64_t ts_flag;

void weir_lookup_timestamp(void)
{
	int off = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, NULL);
	int bit = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, NULL);

	ts_offset = off >= 0 && bit >= 0 ? off : -1;
	ts_flag = ts_offset >= 0 ? RTE_BIT64(bit) : 0;
}

// Makes a chain readable at one address: in its own first segment where that
// has the room, else as a copy in the spill area. The chain itself is left
// whole in the second case, so it can still be transmitted.
static uint32_t flatten(struct weir_burst *b, uint32_t i, struct rte_mbuf *m, uint32_t *spilled)
{
	uint32_t len = m->pkt_len;

	if (len <= UINT16_MAX && rte_pktmbuf_linearize(m) == 0) {
		b->addr[i] = (uintptr_t)rte_pktmbuf_mtod(m, void *);
		b->len[i] = m->data_len;
		b->nsegs[i] = 1;
		return 0;
	}
	if (len <= b->spill_size - *spilled) {
		char *to = (char *)b->spill + *spilled;
		const void *p = rte_pktmbuf_read(m, 0, len, to);

		if (p != NULL) {
			*spilled += RTE_ALIGN_CEIL(len, RTE_CACHE_LINE_SIZE);
			if (*spilled > b->spill_size)
				*spilled = b->spill_size;
			b->addr[i] = (uintptr_t)p;
			b->len[i] = len;
			return WEIR_PKT_SPILLED;
		}
	}
	return WEIR_PKT_REFUSED;
}

static inline uint8_t checksum_flags(uint64_t ol)
{
	uint64_t ip = ol & RTE_MBUF_F_RX_IP_CKSUM_MASK;
	uint64_t l4 = ol & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	uint8_t f = 0;

	f |= ip == RTE_MBUF_F_RX_IP_CKSUM_BAD ? WEIR_PKT_IP_BAD : 0;
	f |= ip == RTE_MBUF_F_RX_IP_CKSUM_GOOD ? WEIR_PKT_IP_GOOD : 0;
	f |= l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD ? WEIR_PKT_L4_BAD : 0;
	f |= l4 == RTE_MBUF_F_RX_L4_CKSUM_GOOD ? WEIR_PKT_L4_GOOD : 0;
	return f;
}

// Fills in what is known of the n packets whose handles stand in b; port is
// written as their port where it is not -1.
static void describe(struct weir_burst *b, uint32_t n, int32_t port)
{
	struct rte_mbuf **ms = (struct rte_mbuf **)b->mbuf;
	uint32_t i, spilled = 0;
	const int off = ts_offset;
	const uint64_t tsf = ts_flag;

	for (i = 0; i < n && i < 4; i++)
		rte_prefetch0(ms[i]);
	for (i = 0; i < n; i++) {
		struct rte_mbuf *m = ms[i];
		uint64_t ol;
		uint8_t f;

		if (i + 4 < n)
			rte_prefetch0(ms[i + 4]);
		ol = m->ol_flags;
		rte_prefetch0(rte_pktmbuf_mtod(m, void *));
		b->addr[i] = (uintptr_t)rte_pktmbuf_mtod(m, void *);
		b->len[i] = m->data_len;
		b->pkt_len[i] = m->pkt_len;
		b->wire_len[i] = m->pkt_len;
		b->nsegs[i] = m->nb_segs;
		b->ol_flags[i] = ol;
		b->rss_hash[i] = m->hash.rss;
		b->vlan[i] = m->vlan_tci;
		b->port[i] = port < 0 ? m->port : port;
		f = checksum_flags(ol);
		if (ol & RTE_MBUF_F_RX_RSS_HASH)
			f |= WEIR_PKT_HASH;
		b->timestamp[i] = 0;
		if (ol & tsf) {
			b->timestamp[i] = (int64_t)*RTE_MBUF_DYNFIELD(m, off, rte_mbuf_timestamp_t *);
			f |= WEIR_PKT_TIMESTAMP;
		}
		if (unlikely(m->nb_segs > 1))
			f |= flatten(b, i, m, &spilled);
		b->flags[i] = f;
	}
	b->n = n;
}

uint32_t weir_rx_burst(uint16_t port, uint16_t queue, struct weir_burst *b, uint32_t max)
{
	uint32_t n;

	if (max > WEIR_BURST)
		max = WEIR_BURST;
	n = rte_eth_rx_burst(port, queue, (struct rte_mbuf **)b->mbuf, max);
	describe(b, n, port);
	return n;
}

void weir_describe(struct weir_burst *b, uint32_t n)
{
	describe(b, RTE_MIN(n, (uint32_t)WEIR_BURST), -1);
}

uint32_t weir_tx_burst(uint16_t port, uint16_t queue, uintptr_t *m, uint32_t n)
{
	uint32_t sent = 0;

	while (sent < n) {
		uint32_t want = RTE_MIN(n - sent, (uint32_t)WEIR_BURST);
		uint32_t k = rte_eth_tx_burst(port, queue, (struct rte_mbuf **)m + sent, want);

		sent += k;
		if (k < want)
			break;
	}
	return sent;
}

uint32_t weir_tx_free(uint16_t port, uint16_t queue, uintptr_t *tx, uint32_t ntx,
		uintptr_t *fr, uint32_t nfr)
{
	uint32_t sent = ntx > 0 ? weir_tx_burst(port, queue, tx, ntx) : 0;

	if (sent < ntx)
		rte_pktmbuf_free_bulk((struct rte_mbuf **)tx + sent, ntx - sent);
	if (nfr > 0)
		rte_pktmbuf_free_bulk((struct rte_mbuf **)fr, nfr);
	return sent;
}

void weir_free_burst(uintptr_t *m, uint32_t n)
{
	rte_pktmbuf_free_bulk((struct rte_mbuf **)m, n);
}

uint32_t weir_alloc_burst(uintptr_t pool, uintptr_t *m, uintptr_t *addr, uint32_t n)
{
	uint32_t i;

	if (rte_pktmbuf_alloc_bulk((struct rte_mempool *)pool, (struct rte_mbuf **)m, n) != 0)
		return 0;
	for (i = 0; i < n; i++)
		addr[i] = (uintptr_t)rte_pktmbuf_mtod((struct rte_mbuf *)m[i], void *);
	return n;
}

void weir_set_lens(uintptr_t *m, uint32_t *len, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct rte_mbuf *b = (struct rte_mbuf *)m[i];
		uint32_t room = (uint32_t)b->buf_len - b->data_off;
		uint32_t l = RTE_MIN(len[i], room);

		b->data_len = l;
		b->pkt_len = l;
	}
}

// Copies n frames from outside DPDK's memory into fresh mbufs and describes
// them as weir_rx_burst does. A frame longer than a segment is read where it
// lies (SPILLED), its mbuf holding the head; it is never longer than the
// caller's own memory.
uint32_t weir_copy_burst(uintptr_t pool, struct weir_burst *b, uint16_t port,
		uintptr_t *src, uint32_t *len, uint32_t n)
{
	struct rte_mbuf **ms = (struct rte_mbuf **)b->mbuf;
	uint32_t i;

	if (n > WEIR_BURST)
		n = WEIR_BURST;
	b->n = 0;
	if (n == 0 || rte_pktmbuf_alloc_bulk((struct rte_mempool *)pool, ms, n) != 0)
		return 0;
	for (i = 0; i < n; i++) {
		struct rte_mbuf *m = ms[i];
		uint32_t room = rte_pktmbuf_tailroom(m);
		uint32_t l = len[i];
		uint8_t f = 0;

		if (i + 1 < n)
			rte_prefetch0((void *)src[i + 1]);
		b->addr[i] = (uintptr_t)rte_pktmbuf_mtod(m, void *);
		if (unlikely(l > room)) {
			f = WEIR_PKT_SPILLED;
			b->addr[i] = src[i];
			m->data_len = room;
		} else {
			m->data_len = l;
		}
		rte_memcpy(rte_pktmbuf_mtod(m, void *), (void *)src[i], m->data_len);
		m->pkt_len = m->data_len;
		m->port = port;
		b->len[i] = l;
		b->pkt_len[i] = l;
		b->nsegs[i] = 1;
		b->ol_flags[i] = 0;
		b->rss_hash[i] = 0;
		b->vlan[i] = 0;
		b->port[i] = port;
		b->flags[i] = f;
	}
	b->n = n;
	return n;
}
