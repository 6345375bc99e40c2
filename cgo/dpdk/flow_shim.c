#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_flow.h>
#include <rte_string_fns.h>

#include "shim.h"

// pattern holds the items of one rule and what they point to. Outermost headers
// only, with every field that tells the flow from others.
struct pattern {
	struct rte_flow_item items[5];
	struct rte_flow_item_vlan vlan, vlan_mask;
	struct rte_flow_item_ipv4 v4, v4_mask;
	struct rte_flow_item_ipv6 v6, v6_mask;
	struct rte_flow_item_tcp tcp, tcp_mask; // UDP's ports stand at the same place
};

static struct rte_flow_item item(enum rte_flow_item_type type, const void *spec, const void *mask)
{
	return (struct rte_flow_item){ .type = type, .spec = spec, .mask = mask };
}

static void write_pattern(struct pattern *p, const struct weir_flow_match *m)
{
	struct rte_flow_item *it = p->items;

	memset(p, 0, sizeof(*p));
	*it++ = item(RTE_FLOW_ITEM_TYPE_ETH, NULL, NULL);
	if (m->vlan != 0) {
		p->vlan.tci = rte_cpu_to_be_16(m->vlan);
		p->vlan_mask.tci = RTE_BE16(0x0fff);
		*it++ = item(RTE_FLOW_ITEM_TYPE_VLAN, &p->vlan, &p->vlan_mask);
	}
	if (m->ipv6) {
		memcpy(p->v6.hdr.src_addr, m->src, 16);
		memcpy(p->v6.hdr.dst_addr, m->dst, 16);
		memset(p->v6_mask.hdr.src_addr, 0xff, 16);
		memset(p->v6_mask.hdr.dst_addr, 0xff, 16);
		*it++ = item(RTE_FLOW_ITEM_TYPE_IPV6, &p->v6, &p->v6_mask);
	} else {
		memcpy(&p->v4.hdr.src_addr, m->src, 4);
		memcpy(&p->v4.hdr.dst_addr, m->dst, 4);
		p->v4_mask.hdr.src_addr = p->v4_mask.hdr.dst_addr = RTE_BE32(0xffffffff);
		*it++ = item(RTE_FLOW_ITEM_TYPE_IPV4, &p->v4, &p->v4_mask);
	}
	p->tcp.hdr.src_port = rte_cpu_to_be_16(m->src_port);
	p->tcp.hdr.dst_port = rte_cpu_to_be_16(m->dst_port);
	p->tcp_mask.hdr.src_port = p->tcp_mask.hdr.dst_port = RTE_BE16(0xffff);
	*it++ = item(m->proto == IPPROTO_TCP ? RTE_FLOW_ITEM_TYPE_TCP : RTE_FLOW_ITEM_TYPE_UDP, &p->tcp, &p->tcp_mask);
	*it = item(RTE_FLOW_ITEM_TYPE_END, NULL, NULL);
}

// say copies what the PMD says of a refusal, and gives its errno.
static int say(int r, const struct rte_flow_error *e, char *why, uint32_t size)
{
	why[0] = '\0';
	if (r < 0 && e->message != NULL)
		rte_strscpy(why, e->message, size);
	return r;
}

int weir_flow_drop(uint16_t port, const struct weir_flow_match *m, int check_only,
		uintptr_t *rule, int *counted, char *why, uint32_t size)
{
	static const struct rte_flow_attr ingress = { .ingress = 1 };
	struct rte_flow_action actions[] = {
		{ .type = RTE_FLOW_ACTION_TYPE_COUNT },
		{ .type = RTE_FLOW_ACTION_TYPE_DROP },
		{ .type = RTE_FLOW_ACTION_TYPE_END },
	};
	struct rte_flow_action *from = actions;
	struct rte_flow_error err;
	struct rte_flow *f;
	struct pattern p;
	int r;

	write_pattern(&p, m);
	memset(&err, 0, sizeof(err));
	r = rte_flow_validate(port, &ingress, p.items, from, &err);
	if (r < 0) { // a card that drops without counting will do
		from++;
		memset(&err, 0, sizeof(err));
		r = rte_flow_validate(port, &ingress, p.items, from, &err);
	}
	*counted = from == actions;
	if (r < 0 || check_only)
		return say(r, &err, why, size);
	f = rte_flow_create(port, &ingress, p.items, from, &err);
	if (f == NULL)
		return say(rte_errno ? -rte_errno : -EIO, &err, why, size);
	*rule = (uintptr_t)f;
	return 0;
}

int weir_flow_remove(uint16_t port, uintptr_t rule, int counted, uint64_t *packets, uint64_t *octets)
{
	const struct rte_flow_action count[] = { { .type = RTE_FLOW_ACTION_TYPE_COUNT }, { .type = RTE_FLOW_ACTION_TYPE_END } };
	struct rte_flow_query_count c = { .reset = 0 };
	struct rte_flow_error err;

	*packets = *octets = 0;
	if (counted && rte_flow_query(port, (struct rte_flow *)rule, count, &c, &err) == 0) {
		*packets = c.hits_set ? c.hits : 0;
		*octets = c.bytes_set ? c.bytes : 0;
	}
	return rte_flow_destroy(port, (struct rte_flow *)rule, &err);
}
