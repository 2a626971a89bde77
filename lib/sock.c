/*
 * Stream sockets: reading addresses in the spellings of Postfix and libmilter,
 * listening, dialling, accepting.
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/scan.h"

#include "lib/sock.h"

#define HOST_SIZE 256
#define FIRST_INHERITED 3	/* sd_listen_fds(3) */

struct address {
	int	 is_unix;
	int	 is_v6;			/* the host is an IPv6 literal */
	char	 path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char	 host[HOST_SIZE];	/* without brackets */
	unsigned port;
};

/* A borrowed part of an address. */
struct part {
	const char	*s;
	size_t		 n;
};

static int
complain(char *why, size_t size, const char *address, const char *what)
{
	snprintf(why, size, "%s: %s", address, what);
	return -1;
}

/* An address by its form: who gave it knows which. */
static int
refuse(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s", what);
	return -1;
}

static int
is_port(struct part p, unsigned *port)
{
	uint64_t v;

	if (p.n > 5 || scan_uint(p.s, p.n, 65535, &v) < 0)
		return 0;
	*port = (unsigned)v;
	return 1;
}

static int
is_v6_char(int c)
{
	return scan_is_alnum(c) || c == ':' || c == '.' || c == '%';
}

/* Takes the brackets of an IPv6 literal away; checks the characters. */
static int
read_host(struct part p, struct address *a)
{
	size_t i;
	int c;

	if (p.n >= 2 && p.s[0] == '[' && p.s[p.n - 1] == ']') {
		p.s++;
		p.n -= 2;
		a->is_v6 = 1;
	}
	if (memchr(p.s, ':', p.n) != NULL)
		a->is_v6 = 1;
	else if (a->is_v6)
		return -1;
	if (p.n == 0 || p.n >= sizeof(a->host))
		return -1;
	for (i = 0; i < p.n; i++) {
		c = (unsigned char)p.s[i];
		if (a->is_v6 ? !is_v6_char(c) : !scan_is_alnum(c) &&
		    c != '.' && c != '-' && c != '_')
			return -1;
	}
	memcpy(a->host, p.s, p.n);
	a->host[p.n] = '\0';
	return 0;
}

/*
 * Both orders are about, and people mix them: what could be either is refused
 * with the line that was probably meant.
 */
static int
complain_swapped(struct part host, struct part port, char *why, size_t size)
{
	snprintf(why, size, "host and port are swapped: write "
	    "inet:%.*s:%.*s or inet:%.*s@%.*s", (int)host.n, host.s,
	    (int)port.n, port.s, (int)port.n, port.s, (int)host.n, host.s);
	return -1;
}

static int
parse_inet(const char *s, struct address *a, char *why, size_t size)
{
	struct part host, port;
	const char *at = strchr(s, '@'), *mark;
	unsigned dummy;

	mark = at != NULL ? at : strrchr(s, ':');
	if (mark == NULL || mark == s || mark[1] == '\0')
		return refuse(why, size,
		    "not an address: write unix:/PATH or inet:HOST:PORT");
	host = (struct part){ s, (size_t)(mark - s) };
	port = (struct part){ mark + 1, strlen(mark + 1) };
	if (at != NULL) {
		struct part swap = host;

		host = port;
		port = swap;
	}
	/* A number for a host is legal (inet_aton(3)), but never meant. */
	if (is_port(host, &dummy) && is_port(port, &dummy))
		return refuse(why, size, "two numbers, which is the port? "
		    "write the host as a name or as 127.0.0.1");
	if (is_port(host, &dummy))
		return complain_swapped(port, host, why, size);
	if (!is_port(port, &a->port))
		return refuse(why, size,
		    "the port must be a number, at most 65535");
	if (at == NULL && host.s[0] != '[' &&
	    memchr(host.s, ':', host.n) != NULL)
		return refuse(why, size,
		    "an IPv6 address needs brackets: [::1]:PORT");
	if (read_host(host, a) < 0)
		return refuse(why, size, "not a good host name");
	return 0;
}

const char *
sock_path(const char *address)
{
	if (strncmp(address, "unix:", 5) == 0)
		return address + 5;
	if (strncmp(address, "local:", 6) == 0)
		return address + 6;
	return address[0] == '/' ? address : NULL;
}

static int
parse(const char *address, struct address *a, char *why, size_t size)
{
	const char *path = sock_path(address);

	memset(a, 0, sizeof(*a));
	if (path == NULL)
		return parse_inet(strncmp(address, "inet:", 5) == 0 ?
		    address + 5 : address, a, why, size);
	if (path[0] != '/')
		return refuse(why, size,
		    "the path of a Unix socket must begin with /");
	if (strlen(path) >= sizeof(a->path)) {
		snprintf(why, size, "the path of a Unix socket is at most "
		    "%zu bytes long", sizeof(a->path) - 1);
		return -1;
	}
	a->is_unix = 1;
	snprintf(a->path, sizeof(a->path), "%s", path);
	return 0;
}

/* As parse(), with a sentence that says which address. */
static int
read_address(const char *address, struct address *a, char *why, size_t size)
{
	char what[256];

	if (parse(address, a, what, sizeof(what)) == 0)
		return 0;
	return complain(why, size, address, what);
}

int
sock_is_address(const char *address, char *why, size_t size)
{
	struct address a;

	if (parse(address, &a, why, size) < 0)
		return 0;
	if (!a.is_unix && a.port == 0) {
		refuse(why, size, "the port cannot be 0");
		return 0;
	}
	return 1;
}

int
sock_milter_spelling(const char *address, char *dst, size_t size)
{
	struct address a;
	char why[1];
	int n;

	if (parse(address, &a, why, sizeof(why)) < 0)
		return -1;
	if (a.is_unix)
		n = snprintf(dst, size, "unix:%s", a.path);
	else if (a.is_v6)
		n = snprintf(dst, size, "inet6:%u@[%s]", a.port, a.host);
	else
		n = snprintf(dst, size, "inet:%u@%s", a.port, a.host);
	return n >= 0 && (size_t)n < size ? 0 : -1;
}

static int
new_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void
unix_name(const struct address *a, struct sockaddr_un *un)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, a->path, sizeof(un->sun_path));
}

/*
 * Makes room for a Unix socket: removes one that nobody listens on any more.
 * -1 with errno where something else is there, or somebody answers.
 */
static int
remove_stale(const struct address *a)
{
	struct sockaddr_un un;
	struct stat st;
	int fd, error = 0;

	if (lstat(a->path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = new_socket(AF_UNIX);
	if (fd < 0)
		return -1;
	unix_name(a, &un);
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		error = errno;
	close(fd);
	if (error == ECONNREFUSED)
		return unlink(a->path);
	/* EAGAIN: alive, with a full queue. */
	errno = error == 0 || error == EAGAIN ? EADDRINUSE : error;
	return -1;
}

const char *
sock_check_group(const char *name)
{
	return name[0] == '\0' || getgrnam(name) != NULL ? NULL :
	    "no such group";
}

static int
share(const char *path, const struct sock_unix *how)
{
	struct group *gr;

	if (how->group != NULL) {
		errno = 0;
		gr = getgrnam(how->group);
		if (gr == NULL) {
			if (errno == 0)
				errno = ENOENT;
			return -1;
		}
		if (lchown(path, (uid_t)-1, gr->gr_gid) < 0)
			return -1;
	}
	return chmod(path, how->mode);
}

static int
listen_unix(const struct address *a, const struct sock_unix *how, char *why,
    size_t size)
{
	struct sockaddr_un un;
	const char *what = NULL;
	int fd;

	if (remove_stale(a) < 0)
		return complain(why, size, a->path,
		    errno == EADDRINUSE ? "somebody listens there already" :
		    errno == EEXIST ? "exists and is not a socket" :
		    strerror(errno));
	unix_name(a, &un);
	fd = new_socket(AF_UNIX);
	/*
	 * Linux makes the file with the mode of the descriptor, less the
	 * umask, so nobody gets in before share() has said who may; and there
	 * is nobody to connect to before listen().
	 */
	if (fd < 0 || (how != NULL && fchmod(fd, 0) < 0) ||
	    bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		what = strerror(errno);
	else if (how != NULL && share(a->path, how) < 0) {
		snprintf(why, size, "%s: cannot give it to group %s, mode "
		    "%04o: %s", a->path, how->group != NULL ? how->group : "-",
		    (unsigned)how->mode,
		    errno == ENOENT ? "no such group" : strerror(errno));
		unlink(a->path);
		close(fd);
		return -1;
	} else if (listen(fd, SOMAXCONN) < 0)
		what = strerror(errno);
	if (what == NULL)
		return fd;
	if (fd >= 0)
		close(fd);
	return complain(why, size, a->path, what);
}

/* The addresses of a host; freeaddrinfo().  NULL and a sentence. */
static struct addrinfo *
resolve(const struct address *a, int flags, char *why, size_t size)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = flags | AI_NUMERICSERV,
	};
	struct addrinfo *found = NULL;
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%u", a->port % 65536u);
	error = getaddrinfo(a->host, port, &hints, &found);
	if (error == 0)
		return found;
	complain(why, size, a->host,
	    error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
	return NULL;
}

static int
is_loopback(const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	if (sa->sa_family != AF_INET6)
		return 0;
	memcpy(&v6, sa, sizeof(v6));
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

int
sock_is_near(const char *address)
{
	struct addrinfo *found, *ai;
	struct address a;
	char why[1];
	int is_near = 1;

	if (parse(address, &a, why, sizeof(why)) < 0)
		return 0;
	if (a.is_unix)
		return 1;
	found = resolve(&a, AI_PASSIVE, why, sizeof(why));
	for (ai = found; ai != NULL; ai = ai->ai_next)
		is_near &= is_loopback(ai->ai_addr);
	if (found == NULL)
		return 0;
	freeaddrinfo(found);
	return is_near;
}

/* Frames are small and waited for: no waiting for more to send. */
static void
set_nodelay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int
listen_inet(const struct address *a, char *why, size_t size)
{
	struct addrinfo *found, *ai;
	int fd = -1, on = 1, error = 0;

	found = resolve(a, AI_PASSIVE, why, size);
	if (found == NULL)
		return -1;
	for (ai = found; ai != NULL; ai = ai->ai_next) {
		fd = new_socket(ai->ai_family);
		if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
		    sizeof(on)) == 0 &&
		    bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
		    listen(fd, SOMAXCONN) == 0)
			break;
		error = errno;
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	if (fd < 0)
		snprintf(why, size, "cannot listen on %s port %u: %s", a->host,
		    a->port, strerror(error));
	return fd;
}

int
sock_listen(const char *address, const struct sock_unix *how, char *why,
    size_t size)
{
	struct address a;

	if (read_address(address, &a, why, size) < 0)
		return -1;
	if (a.is_unix)
		return listen_unix(&a, how, why, size);
	return listen_inet(&a, why, size);
}

static int
dial_one(int family, const struct sockaddr *sa, socklen_t len)
{
	int fd = new_socket(family), error;

	if (fd < 0)
		return -1;
	if (family != AF_UNIX)
		set_nodelay(fd);
	if (connect(fd, sa, len) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
sock_dial(const char *address, char *why, size_t size)
{
	struct addrinfo *found, *ai;
	struct sockaddr_un un;
	struct address a;
	int fd = -1, error;

	if (read_address(address, &a, why, size) < 0)
		return -1;
	if (a.is_unix) {
		unix_name(&a, &un);
		fd = dial_one(AF_UNIX, (struct sockaddr *)&un, sizeof(un));
		error = errno;
	} else {
		found = resolve(&a, 0, why, size);
		if (found == NULL)
			return -1;
		for (ai = found; ai != NULL && fd < 0; ai = ai->ai_next)
			fd = dial_one(ai->ai_family, ai->ai_addr,
			    ai->ai_addrlen);
		error = errno;
		freeaddrinfo(found);
	}
	if (fd < 0)
		snprintf(why, size, "cannot connect to %s: %s", address,
		    strerror(error));
	return fd;
}

int
sock_dial_result(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

static int
family_of(int fd)
{
	int family = -1;
	socklen_t len = sizeof(family);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0)
		return -1;
	return family;
}

int
sock_accept(int listen_fd)
{
	int fd;

	/* ECONNABORTED: this one has gone away; the next may be waiting. */
	do
		fd = accept4(listen_fd, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd >= 0 && family_of(fd) != AF_UNIX)
		set_nodelay(fd);
	return fd;
}

int
sock_peer_uid(int fd, uid_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (family_of(fd) != AF_UNIX)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -1;
	*uid = peer.uid;
	return 0;
}

/* The environment variable as a number; 0 where it is none. */
static uint64_t
env_number(const char *name)
{
	const char *s = getenv(name);
	uint64_t v;

	if (s == NULL || scan_uint(s, strlen(s), INT32_MAX, &v) < 0)
		return 0;
	return v;
}

int
sock_inherited(void)
{
	int fd = FIRST_INHERITED, flags, is_listening = 0;
	socklen_t len = sizeof(is_listening);

	if (env_number("LISTEN_PID") != (uint64_t)getpid() ||
	    env_number("LISTEN_FDS") < 1)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) < 0
	    || !is_listening)
		return -1;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return fd;
}
