#ifndef BRIDGE_GUARD_PRIVATE_H
#define BRIDGE_GUARD_PRIVATE_H

struct sockaddr;

/*
 * What is nobody's on the Internet: hosts of private networks, which a stranger
 * must not have rung by giving their names.
 */

/* By its form alone: without a dot, or below localhost, local (RFC 6762),
 * home.arpa (RFC 8375), internal and the like. */
int private_is_name(const char *host);

/* Loopback, private, link-local, shared (RFC 6598), multicast, reserved; of
 * IPv6 also what stands for such an address of IPv4 (RFC 6890). */
int private_is_address(const struct sockaddr *);

/* 1 when any address of the host is such a one; 0 also where it has none.  Asks
 * the DNS and waits for it: for when a configuration is read. */
int private_resolves(const char *host);

#endif
