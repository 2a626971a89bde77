#ifndef MILTER_NET_H
#define MILTER_NET_H

#include <stddef.h>
#include <stdint.h>

struct sockaddr;

/* Networks written as 192.0.2.0/24, 2001:db8::/32, 127.0.0.1. */
struct net {
	int		is_v6;
	unsigned	bits;
	uint8_t		addr[16];
};

/* -1: no address, bits out of range, or bits set behind the prefix. */
int net_parse(struct net *, const char *) __attribute__((warn_unused_result));
/* An IPv4 address in IPv6 (::ffff:192.0.2.1) is that of IPv4. */
int net_holds(const struct net *, const struct sockaddr *);

#endif
