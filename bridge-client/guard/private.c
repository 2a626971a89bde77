/* What is nobody's on the Internet. */

#include <sys/socket.h>
#include <sys/types.h>

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "bridge-client/guard/private.h"

int
private_is_name(const char *host)
{
	static const char *const below[] = { ".localhost", ".local",
	    ".home.arpa", ".internal", ".intranet", ".lan", ".home", ".corp",
	    ".private", ".localdomain" };
	size_t i, len, n = strlen(host);

	if (n > 0 && host[n - 1] == '.')
		n--;		/* the root's */
	if (memchr(host, '.', n) == NULL)
		return 1;
	for (i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		len = strlen(below[i]);
		if (n > len && strncasecmp(host + n - len, below[i], len) == 0)
			return 1;
	}
	return 0;
}

struct net {
	unsigned char	prefix[16];
	int		bits;
};

static int
is_in(const unsigned char *address, const struct net *net)
{
	int whole = net->bits / 8, rest = net->bits % 8;

	return memcmp(address, net->prefix, (size_t)whole) == 0 &&
	    (rest == 0 || (address[whole] ^ net->prefix[whole]) >>
	    (8 - rest) == 0);
}

/* IANA's special-purpose addresses. */
static int
is_private_4(const unsigned char *a)
{
	static const struct net nets[] = {
		{ { 0 }, 8 }, { { 10 }, 8 }, { { 100, 64 }, 10 },
		{ { 127 }, 8 }, { { 169, 254 }, 16 }, { { 172, 16 }, 12 },
		{ { 192, 0, 0 }, 24 }, { { 192, 0, 2 }, 24 },
		{ { 192, 168 }, 16 }, { { 198, 18 }, 15 },
		{ { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 },
		{ { 224 }, 3 }
	};
	size_t i;

	for (i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (is_in(a, &nets[i]))
			return 1;
	return 0;
}

static int
is_private_6(const unsigned char *a)
{
	static const struct net public = { { 0x20 }, 3 };
	static const struct net teredo = { { 0x20, 0x01 }, 23 };
	static const struct net documents = { { 0x20, 0x01, 0x0d, 0xb8 }, 32 };
	static const struct net six_to_four = { { 0x20, 0x02 }, 16 };
	static const struct net mapped = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xff, 0xff }, 96 };
	static const struct net translated = { { 0, 0x64, 0xff, 0x9b }, 96 };

	if (is_in(a, &mapped) || is_in(a, &translated))
		return is_private_4(a + 12);
	if (is_in(a, &six_to_four))
		return is_private_4(a + 2);
	return !is_in(a, &public) || is_in(a, &teredo) || is_in(a, &documents);
}

int
private_is_address(const struct sockaddr *sa)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		return is_private_4((const unsigned char *)&in.sin_addr);
	}
	if (sa->sa_family != AF_INET6)
		return 1;
	memcpy(&in6, sa, sizeof(in6));
	return is_private_6(in6.sin6_addr.s6_addr);
}

int
private_resolves(const char *host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list, *a;
	int is_any = 0;

	if (getaddrinfo(host, NULL, &hints, &list) != 0)
		return 0;
	for (a = list; a != NULL; a = a->ai_next)
		is_any |= private_is_address(a->ai_addr);
	freeaddrinfo(list);
	return is_any;
}
