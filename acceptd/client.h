#ifndef ACCEPTD_CLIENT_H
#define ACCEPTD_CLIENT_H

#include <stddef.h>

#include "lib/ask.h"

struct sockaddr;

/*
 * Who is asking: the browser's address, cut to a prefix (/24, /64), for
 * throttles.  Behind a proxy that we trust it is the last address of
 * X-Forwarded-For that is not itself a trusted proxy's.  Pure.
 */
#define CLIENT_NETS 32

struct client_nets {		/* the proxies that are believed */
	int		 is_unix_trusted;
	size_t		 n;
	struct client_net {
		unsigned char	address[16];	/* IPv4 as ::ffff:a.b.c.d */
		unsigned	bits;
	}		 net[CLIENT_NETS];
};

/* "unix", "192.0.2.0/24", "2001:db8::1".  -1: not understood, or too many. */
int client_nets_add(struct client_nets *, const char *)
    __attribute__((warn_unused_result));

/*
 * `peer`: the other end of the connection; AF_UNIX or NULL for a Unix socket.
 * `forwarded`: X-Forwarded-For (several joined by commas), or NULL.
 * "192.0.2.0/24", "2001:db8:1:2::/64", or "local" where nothing is known.
 */
void client_prefix(char dst[ASK_CLIENT_MAX + 1], const struct sockaddr *peer,
    const char *forwarded, const struct client_nets *);
/* 1 when the other end of the connection is a trusted proxy. */
int client_is_proxy(const struct sockaddr *peer, const struct client_nets *);
/* 1 for a Unix socket and for 127.0.0.0/8 and ::1. */
int client_is_loopback(const struct sockaddr *);

#endif
