#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_bus.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_string_fns.h>

#include "shim.h"

uintptr_t weir_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room,
		int socket, int *err)
{
	struct rte_mempool *p;

	p = rte_pktmbuf_pool_create(name, n, cache, 0, room, socket);
	*err = p == NULL ? -(rte_errno ? rte_errno : ENOMEM) : 0;
	return (uintptr_t)p;
}

void weir_pool_free(uintptr_t pool)
{
	rte_mempool_free((struct rte_mempool *)pool);
}

uint32_t weir_pool_avail(uintptr_t pool)
{
	return rte_mempool_avail_count((struct rte_mempool *)pool);
}

uint32_t weir_pool_in_use(uintptr_t pool)
{
	return rte_mempool_in_use_count((struct rte_mempool *)pool);
}

uint64_t weir_pool_object_size(uint32_t room)
{
	struct rte_mempool_objsz s;

	return rte_mempool_calc_obj_size(sizeof(struct rte_mbuf) + room, 0, &s);
}

uint32_t weir_ports(uint16_t *ids, uint32_t max)
{
	uint32_t n = 0;
	uint16_t id;

	RTE_ETH_FOREACH_DEV(id) {
		if (n == max)
			break;
		ids[n++] = id;
	}
	return n;
}

int weir_port_by_name(const char *name, uint16_t *id)
{
	return rte_eth_dev_get_port_by_name(name, id);
}

int weir_port_info(uint16_t port, struct weir_port_info *i)
{
	struct rte_eth_dev_info d;
	struct rte_ether_addr mac;
	char name[RTE_ETH_NAME_MAX_LEN];
	int r = rte_eth_dev_info_get(port, &d);

	if (r < 0)
		return r;
	memset(i, 0, sizeof(*i));
	if (rte_eth_dev_get_name_by_port(port, name) == 0)
		rte_strscpy(i->name, name, sizeof(i->name));
	if (d.driver_name != NULL)
		rte_strscpy(i->driver, d.driver_name, sizeof(i->driver));
	if (d.device != NULL && rte_dev_bus(d.device) != NULL)
		rte_strscpy(i->bus, rte_bus_name(rte_dev_bus(d.device)), sizeof(i->bus));
	i->socket = rte_eth_dev_socket_id(port);
	if (rte_eth_macaddr_get(port, &mac) == 0)
		memcpy(i->mac, mac.addr_bytes, sizeof(i->mac));
	i->max_rx_queues = d.max_rx_queues;
	i->max_tx_queues = d.max_tx_queues;
	i->min_mtu = d.min_mtu;
	i->max_mtu = d.max_mtu;
	rte_eth_dev_get_mtu(port, &i->mtu);
	i->rx_desc_max = d.rx_desc_lim.nb_max;
	i->rx_desc_min = d.rx_desc_lim.nb_min;
	i->tx_desc_max = d.tx_desc_lim.nb_max;
	i->tx_desc_min = d.tx_desc_lim.nb_min;
	i->reta_size = d.reta_size;
	i->hash_key_size = d.hash_key_size;
	i->if_index = d.if_index;
	i->max_rx_pktlen = d.max_rx_pktlen;
	i->rx_offloads = d.rx_offload_capa;
	i->tx_offloads = d.tx_offload_capa;
	i->rss_functions = d.flow_type_rss_offloads;
	return 0;
}

int weir_port_configure(uint16_t port, struct weir_port_conf *c)
{
	struct rte_eth_conf conf;
	int r;

	memset(&conf, 0, sizeof(conf));
	conf.rxmode.offloads = c->rx_offloads;
	conf.txmode.offloads = c->tx_offloads;
	conf.rxmode.mtu = c->mtu;
	if (c->rss_functions != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = c->rss_functions;
		if (c->key_size > 0) {
			conf.rx_adv_conf.rss_conf.rss_key = c->key;
			conf.rx_adv_conf.rss_conf.rss_key_len = c->key_size;
		}
	}
	r = rte_eth_dev_configure(port, c->rx_queues, c->tx_queues, &conf);
	if (r < 0)
		return r;
	return rte_eth_dev_adjust_nb_rx_tx_desc(port, &c->rx_descs, &c->tx_descs);
}

int weir_port_rx_queue(uint16_t port, uint16_t queue, uint16_t descs, uintptr_t pool, uint64_t offloads)
{
	struct rte_eth_dev_info d;
	int r = rte_eth_dev_info_get(port, &d);

	if (r < 0)
		return r;
	d.default_rxconf.offloads = offloads;
	return rte_eth_rx_queue_setup(port, queue, descs, rte_eth_dev_socket_id(port),
			&d.default_rxconf, (struct rte_mempool *)pool);
}

int weir_port_tx_queue(uint16_t port, uint16_t queue, uint16_t descs, uint64_t offloads)
{
	struct rte_eth_dev_info d;
	int r = rte_eth_dev_info_get(port, &d);

	if (r < 0)
		return r;
	d.default_txconf.offloads = offloads;
	return rte_eth_tx_queue_setup(port, queue, descs, rte_eth_dev_socket_id(port),
			&d.default_txconf);
}

int weir_port_rss_key(uint16_t port, uint8_t *key, uint32_t size)
{
	struct rte_eth_rss_conf c = {.rss_key = key, .rss_key_len = size};

	return rte_eth_dev_rss_hash_conf_get(port, &c);
}

int weir_port_promisc(uint16_t port, int on)
{
	return on ? rte_eth_promiscuous_enable(port) : rte_eth_promiscuous_disable(port);
}

int weir_port_start(uint16_t port)
{
	int r = rte_eth_dev_start(port);

	weir_lookup_timestamp();
	return r;
}

int weir_port_stop(uint16_t port)
{
	return rte_eth_dev_stop(port);
}

int weir_port_close(uint16_t port)
{
	return rte_eth_dev_close(port);
}

int weir_port_set_link(uint16_t port, int up)
{
	return up ? rte_eth_dev_set_link_up(port) : rte_eth_dev_set_link_down(port);
}

// elsewhere tells a port whose kernel interface has left this network namespace:
// its PMD asks for the link by name, finds nothing, and says down.
static int elsewhere(uint16_t port)
{
	struct rte_eth_dev_info info;
	char name[IF_NAMESIZE];

	return rte_eth_dev_info_get(port, &info) == 0 && info.if_index > 0 &&
		if_indextoname(info.if_index, name) == NULL && errno == ENXIO;
}

int weir_port_link(uint16_t port, int *up, uint32_t *mbps, int *full_duplex, int *unknown)
{
	struct rte_eth_link l;
	int r = rte_eth_link_get_nowait(port, &l);

	if (r < 0)
		return r;
	*up = l.link_status == RTE_ETH_LINK_UP;
	*mbps = l.link_speed;
	*full_duplex = l.link_duplex == RTE_ETH_LINK_FULL_DUPLEX;
	*unknown = !*up && elsewhere(port);
	return 0;
}

int weir_port_stats(uint16_t port, uint64_t *v)
{
	struct rte_eth_stats s;
	int r = rte_eth_stats_get(port, &s);

	if (r < 0)
		return r;
	v[0] = s.ipackets;
	v[1] = s.ibytes;
	v[2] = s.imissed;
	v[3] = s.ierrors;
	v[4] = s.rx_nombuf;
	v[5] = s.opackets;
	v[6] = s.obytes;
	v[7] = s.oerrors;
	return 0;
}

int weir_port_xstat_count(uint16_t port)
{
	return rte_eth_xstats_get_names(port, NULL, 0);
}

int weir_port_xstat_names(uint16_t port, char *buf, uint32_t n)
{
	return rte_eth_xstats_get_names(port, (struct rte_eth_xstat_name *)buf, n);
}

int weir_port_xstat_values(uint16_t port, uint64_t *v, uint32_t n)
{
	return rte_eth_xstats_get_by_id(port, NULL, v, n);
}
