// Flat structures and functions between Go and DPDK. Every type that crosses
// is free of pointers, so cgo has nothing to check and nothing escapes.
#ifndef WEIR_DPDK_SHIM_H
#define WEIR_DPDK_SHIM_H

#include <stdint.h>

#define WEIR_BURST 64

// Must match Burst in burst.go (TestBurstLayout).
struct weir_burst {
	uintptr_t mbuf[WEIR_BURST];
	uintptr_t addr[WEIR_BURST];
	uint64_t ol_flags[WEIR_BURST];
	int64_t timestamp[WEIR_BURST];
	uint32_t len[WEIR_BURST];
	uint32_t pkt_len[WEIR_BURST];
	uint32_t wire_len[WEIR_BURST];
	uint32_t rss_hash[WEIR_BURST];
	uint16_t vlan[WEIR_BURST];
	uint16_t port[WEIR_BURST];
	uint16_t nsegs[WEIR_BURST];
	uint8_t flags[WEIR_BURST];
	uintptr_t spill;
	uint32_t spill_size;
	uint32_t n;
};

// Burst flags, one octet a packet.
#define WEIR_PKT_HASH 0x01      // rss_hash is valid
#define WEIR_PKT_TIMESTAMP 0x02 // timestamp is valid
#define WEIR_PKT_REFUSED 0x04   // segmented and not to be flattened
#define WEIR_PKT_SPILLED 0x08   // addr is a copy in the spill area
#define WEIR_PKT_IP_BAD 0x10    // the port found a wrong IPv4 checksum
#define WEIR_PKT_L4_BAD 0x20    // the port found a wrong L4 checksum
#define WEIR_PKT_IP_GOOD 0x40
#define WEIR_PKT_L4_GOOD 0x80

uint32_t weir_rx_burst(uint16_t port, uint16_t queue, struct weir_burst *b, uint32_t max);
void weir_describe(struct weir_burst *b, uint32_t n);
uint32_t weir_tx_burst(uint16_t port, uint16_t queue, uintptr_t *m, uint32_t n);
uint32_t weir_tx_free(uint16_t port, uint16_t queue, uintptr_t *tx, uint32_t ntx,
		uintptr_t *fr, uint32_t nfr);
void weir_free_burst(uintptr_t *m, uint32_t n);
uint32_t weir_alloc_burst(uintptr_t pool, uintptr_t *m, uintptr_t *addr, uint32_t n);
void weir_set_lens(uintptr_t *m, uint32_t *len, uint32_t n);
uint32_t weir_copy_burst(uintptr_t pool, struct weir_burst *b, uint16_t port,
		uintptr_t *src, uint32_t *len, uint32_t n);
void weir_lookup_timestamp(void);

// EAL.
void weir_log_open(void);
uint32_t weir_log_take(char *buf, uint32_t size);
int weir_eal_init(int argc, char **argv, uint32_t level, const char *skip_dir);
int weir_eal_cleanup(void);
int weir_thread_register(void);
void weir_thread_unregister(void);
uint32_t weir_lcore_id(void);
int weir_dev_probe(const char *devargs);
int weir_dev_remove(uint16_t port);

// Mempools.
uintptr_t weir_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room,
		int socket, int *err);
void weir_pool_free(uintptr_t pool);
uint32_t weir_pool_avail(uintptr_t pool);
uint32_t weir_pool_in_use(uintptr_t pool);
uint64_t weir_pool_object_size(uint32_t room);

// Ports.
struct weir_port_info {
	char name[64];
	char driver[64];
	char bus[32];
	int32_t socket;
	uint8_t mac[6];
	uint16_t max_rx_queues, max_tx_queues;
	uint16_t min_mtu, max_mtu, mtu;
	uint16_t rx_desc_max, rx_desc_min, tx_desc_max, tx_desc_min;
	uint16_t reta_size, hash_key_size;
	uint32_t if_index;
	uint32_t max_rx_pktlen;
	uint64_t rx_offloads, tx_offloads, rss_functions;
};

struct weir_port_conf {
	uint16_t rx_queues, tx_queues, rx_descs, tx_descs, mtu;
	uint8_t promisc, key_size;
	int32_t socket;
	uint64_t rx_offloads, tx_offloads, rss_functions;
	uint8_t key[64];
};

uint32_t weir_ports(uint16_t *ids, uint32_t max);
int weir_port_by_name(const char *name, uint16_t *id);
int weir_port_info(uint16_t port, struct weir_port_info *i);
int weir_port_configure(uint16_t port, struct weir_port_conf *c);
int weir_port_rx_queue(uint16_t port, uint16_t queue, uint16_t descs, uintptr_t pool, uint64_t offloads);
int weir_port_tx_queue(uint16_t port, uint16_t queue, uint16_t descs, uint64_t offloads);
int weir_port_rss_key(uint16_t port, uint8_t *key, uint32_t size);
int weir_port_promisc(uint16_t port, int on);
int weir_port_start(uint16_t port);
int weir_port_stop(uint16_t port);
int weir_port_close(uint16_t port);
int weir_port_set_link(uint16_t port, int up);
int weir_port_link(uint16_t port, int *up, uint32_t *mbps, int *full_duplex, int *unknown);
int weir_port_stats(uint16_t port, uint64_t *v);
int weir_port_xstat_count(uint16_t port);
int weir_port_xstat_names(uint16_t port, char *buf, uint32_t n);
int weir_port_xstat_values(uint16_t port, uint64_t *v, uint32_t n);

// Rules of ports (rte_flow). Addresses and ports as one direction of a flow has
// them; vlan 0: untagged.
struct weir_flow_match {
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
	uint16_t vlan;
	uint8_t proto, ipv6;
};

int weir_flow_drop(uint16_t port, const struct weir_flow_match *m, int check_only,
		uintptr_t *rule, int *counted, char *why, uint32_t size);
int weir_flow_remove(uint16_t port, uintptr_t rule, int counted, uint64_t *packets, uint64_t *octets);

#endif
