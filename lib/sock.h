#ifndef LIB_SOCK_H
#define LIB_SOCK_H

#include <sys/types.h>

#include <stddef.h>

/*
 * Stream sockets.  An address is
 *
 *	unix:/path		/path alone is the same, so is local:/path
 *	inet:HOST:PORT		Postfix's order
 *	inet:PORT@HOST		libmilter's order
 *	HOST:PORT, [::1]:PORT
 *
 * All descriptors are close-on-exec and non-blocking.  Errors: -1 and a
 * sentence in `why`.
 */
struct sock_unix {		/* how a listening Unix socket is shared */
	mode_t		 mode;		/* permission bits */
	const char	*group;		/* NULL: as it falls */
};

/* What is wrong with the name of a group; NULL: nothing, which "" is, too. */
const char *sock_check_group(const char *name);
/*
 * Listens.  A stale Unix socket (nobody answers) is replaced; a live one is
 * refused.  To remove it at the end is the caller's.
 */
int sock_listen(const char *address, const struct sock_unix *, char *why,
    size_t size);
/*
 * Starts to connect: the descriptor may still be connecting (writable then).
 * The name of a host is resolved at once, which may take as long as the DNS
 * does.
 */
int sock_dial(const char *address, char *why, size_t size);
/* The error of a connect that has become writable: 0, or errno. */
int sock_dial_result(int fd);
int sock_accept(int listen_fd);		/* -1: errno */

/* The uid at the other end of a Unix socket.  0, or -1. */
int sock_peer_uid(int fd, uid_t *);

/* The first descriptor passed by systemd (LISTEN_FDS), or -1. */
int sock_inherited(void);

/* 1 when `address` is well formed; else 0 and a sentence without it. */
int sock_is_address(const char *address, char *why, size_t size);
/* 1 when who listens there hears this machine alone: a Unix socket, or a host
 * that is loopback, by all addresses that it has. */
int sock_is_near(const char *address);
/* The path of a Unix socket, borrowed from its address; NULL: of none. */
const char *sock_path(const char *address);
/* The libmilter spelling (unix:/p, inet:PORT@HOST).  0, or -1: too long. */
int sock_milter_spelling(const char *address, char *dst, size_t size);

#endif
