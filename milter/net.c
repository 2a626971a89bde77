/*
 * Is an address within a network?
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "lib/scan.h"

#include "milter/net.h"

/* 1 when the first `bits` bits are equal. */
static int
is_same(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned n = bits / 8, mask = 0xff00u >> bits % 8;

	return memcmp(a, b, n) == 0 &&
	    (bits % 8 == 0 || ((a[n] ^ b[n]) & mask & 0xff) == 0);
}

static int
has_tail(const struct net *n)
{
	unsigned len = n->is_v6 ? 128 : 32, i;

	for (i = n->bits; i < len; i++)
		if (n->addr[i / 8] & 0x80u >> i % 8)
			return 1;
	return 0;
}

int
net_parse(struct net *n, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char addr[INET6_ADDRSTRLEN];
	uint64_t bits;

	memset(n, 0, sizeof(*n));
	if (len >= sizeof(addr))
		return -1;
	memcpy(addr, text, len);
	addr[len] = '\0';
	n->is_v6 = strchr(addr, ':') != NULL;
	if (inet_pton(n->is_v6 ? AF_INET6 : AF_INET, addr, n->addr) != 1)
		return -1;
	bits = n->is_v6 ? 128 : 32;
	if (slash != NULL && scan_uint(slash + 1, strlen(slash + 1), bits,
	    &bits) != 0)
		return -1;
	n->bits = (unsigned)bits;
	return has_tail(n) ? -1 : 0;
}

int
net_holds(const struct net *n, const struct sockaddr *sa)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	uint8_t addr[16];
	int is_v6 = 0;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		memcpy(addr, &in.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		memcpy(addr, &in6.sin6_addr, 16);
		is_v6 = memcmp(addr, mapped, sizeof(mapped)) != 0;
		if (!is_v6)
			memmove(addr, addr + 12, 4);
	} else {
		return 0;
	}
	return is_v6 == n->is_v6 && is_same(addr, n->addr, n->bits);
}
