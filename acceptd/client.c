/* Who is asking: the browser's address, cut to a prefix. */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/scan.h"

#include "acceptd/client.h"

static const unsigned char mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static int
is_v4(const unsigned char a[16])
{
	return memcmp(a, mapped, sizeof(mapped)) == 0;
}

/* A literal address, IPv4 or IPv6, brackets and port allowed. */
static int
parse_address(unsigned char a[16], const char *s, size_t len)
{
	char text[INET6_ADDRSTRLEN];
	const char *end;

	if (len > 0 && s[0] == '[') {
		end = memchr(s, ']', len);
		if (end == NULL)
			return -1;
		s++;
		len = (size_t)(end - s);
	} else if (memchr(s, '.', len) != NULL &&
	    (end = memchr(s, ':', len)) != NULL &&
	    memchr(end + 1, ':', len - (size_t)(end + 1 - s)) == NULL) {
		len = (size_t)(end - s);
	}
	if (len == 0 || len >= sizeof(text))
		return -1;
	memcpy(text, s, len);
	text[len] = '\0';
	memcpy(a, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, text, a + 12) == 1)
		return 0;
	return inet_pton(AF_INET6, text, a) == 1 ? 0 : -1;
}

static int
peer_address(unsigned char a[16], const struct sockaddr *peer)
{
	if (peer == NULL)
		return -1;
	if (peer->sa_family == AF_INET) {
		memcpy(a, mapped, sizeof(mapped));
		memcpy(a + 12,
		    &((const struct sockaddr_in *)(const void *)peer)->sin_addr,
		    4);
		return 0;
	}
	if (peer->sa_family == AF_INET6) {
		memcpy(a, &((const struct sockaddr_in6 *)
		    (const void *)peer)->sin6_addr, 16);
		return 0;
	}
	return -1;
}

int
client_nets_add(struct client_nets *nets, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	struct client_net *net;
	uint64_t bits;
	unsigned most;

	if (strcmp(text, "unix") == 0) {
		nets->is_unix_trusted = 1;
		return 0;
	}
	if (nets->n == CLIENT_NETS)
		return -1;
	net = &nets->net[nets->n];
	if (parse_address(net->address, text, len) < 0)
		return -1;
	most = is_v4(net->address) ? 32 : 128;
	bits = most;
	if (slash != NULL &&
	    scan_uint(slash + 1, strlen(slash + 1), most, &bits) < 0)
		return -1;
	net->bits = (unsigned)bits + (128 - most);
	nets->n++;
	return 0;
}

static int
is_within(const unsigned char a[16], const struct client_net *net)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	if (memcmp(a, net->address, whole) != 0)
		return 0;
	return rest == 0 ||
	    (a[whole] & mask) == (net->address[whole] & mask);
}

static int
is_trusted(const unsigned char a[16], const struct client_nets *nets)
{
	size_t i;

	for (i = 0; i < nets->n; i++)
		if (is_within(a, &nets->net[i]))
			return 1;
	return 0;
}

int
client_is_proxy(const struct sockaddr *peer, const struct client_nets *nets)
{
	unsigned char a[16];

	if (peer_address(a, peer) < 0)
		return nets->is_unix_trusted;
	return is_trusted(a, nets);
}

int
client_is_loopback(const struct sockaddr *peer)
{
	unsigned char a[16];
	static const unsigned char one[16] = { [15] = 1 };

	if (peer_address(a, peer) < 0)
		return peer == NULL || peer->sa_family == AF_UNIX;
	return memcmp(a, one, 16) == 0 || (is_v4(a) && a[12] == 127);
}

static void
write_prefix(char dst[ASK_CLIENT_MAX + 1], unsigned char a[16])
{
	char text[INET6_ADDRSTRLEN];

	if (is_v4(a)) {
		snprintf(dst, ASK_CLIENT_MAX + 1, "%u.%u.%u.0/24", a[12],
		    a[13], a[14]);
		return;
	}
	memset(a + 8, 0, 8);
	if (inet_ntop(AF_INET6, a, text, sizeof(text)) == NULL)
		text[0] = '\0';
	snprintf(dst, ASK_CLIENT_MAX + 1, "%s/64", text);
}

/*
 * From the last to the first: each address was added by the one behind it, so
 * the first that is not a proxy's is the one to be believed, and nothing
 * before it.
 */
static int
walk_forwarded(unsigned char a[16], const char *forwarded,
    const struct client_nets *nets)
{
	size_t end = strlen(forwarded), start;
	unsigned char next[16];
	int found = -1;

	while (end > 0) {
		start = end;
		while (start > 0 && forwarded[start - 1] != ',')
			start--;
		while (end > start && scan_is_space(
		    (unsigned char)forwarded[end - 1]))
			end--;
		while (start < end && scan_is_space(
		    (unsigned char)forwarded[start]))
			start++;
		if (parse_address(next, forwarded + start, end - start) < 0)
			return found;
		memcpy(a, next, 16);
		found = 0;
		if (!is_trusted(a, nets))
			return found;
		while (start > 0 && forwarded[start - 1] != ',')
			start--;
		end = start > 0 ? start - 1 : 0;
	}
	return found;
}

void
client_prefix(char dst[ASK_CLIENT_MAX + 1], const struct sockaddr *peer,
    const char *forwarded, const struct client_nets *nets)
{
	unsigned char a[16];
	int is_known = peer_address(a, peer) == 0;

	if (forwarded != NULL && client_is_proxy(peer, nets) &&
	    walk_forwarded(a, forwarded, nets) == 0)
		is_known = 1;
	if (is_known)
		write_prefix(dst, a);
	else
		snprintf(dst, ASK_CLIENT_MAX + 1, "local");
}
