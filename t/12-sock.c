/* Addresses in both orders; listening, stale sockets, dialling, accepting. */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sock.h"

#include "t/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define LONG "/0123456789012345678901234567890123456789012345678901234567890" \
	"12345678901234567890123456789012345678901234567890"

static void
test_refused_addresses(void)
{
	static const struct {
		const char *address, *says;
	} cases[] = {
		{ "", "not an address" },
		{ "inet:", "not an address" },
		{ "localhost", "not an address" },
		{ ":80", "not an address" },
		{ "inet:localhost:", "not an address" },
		{ "inet:8891:127.0.0.1", "inet:127.0.0.1:8891" },
		{ "inet:127.0.0.1@8891", "inet:8891@127.0.0.1" },
		{ "8891:localhost", "swapped" },
		{ "inet:80:90", "which is the port" },
		{ "inet:80@90", "which is the port" },
		{ "inet:localhost:smtp", "must be a number" },
		{ "inet:localhost:65536", "must be a number" },
		{ "inet:localhost:-1", "must be a number" },
		{ "inet:localhost:0", "cannot be 0" },
		{ "inet:::1:80", "needs brackets" },
		{ "inet:[]:80", "host name" },
		{ "inet:[localhost]:80", "host name" },
		{ "inet:a b:80", "host name" },
		{ "inet:a/b:80", "host name" },
		{ "inet:80@a@b", "host name" },
		{ "unix:", "begin with /" },
		{ "unix:run/x", "begin with /" },
		{ LONG, "at most 107" },
	};
	char why[256];

	for (size_t i = 0; i < N(cases); i++) {
		why[0] = '\0';
		ok(!sock_is_address(cases[i].address, why, sizeof(why)) &&
		    strstr(why, cases[i].says) != NULL, "refused: \"%.40s\"",
		    cases[i].address);
		if (strstr(why, cases[i].says) == NULL)
			tap_note("%s", why);
	}
}

static void
test_spellings(void)
{
	static const struct {
		const char *address, *milter, *path;
	} cases[] = {
		{ "unix:/run/x.sock", "unix:/run/x.sock", "/run/x.sock" },
		{ "/run/x.sock", "unix:/run/x.sock", "/run/x.sock" },
		{ "local:/run/x.sock", "unix:/run/x.sock", "/run/x.sock" },
		{ "inet:127.0.0.1:8891", "inet:8891@127.0.0.1", NULL },
		{ "inet:8891@127.0.0.1", "inet:8891@127.0.0.1", NULL },
		{ "localhost:8891", "inet:8891@localhost", NULL },
		{ "mail-1.example.org:1", "inet:1@mail-1.example.org", NULL },
		{ "[::1]:8891", "inet6:8891@[::1]", NULL },
		{ "inet:8891@[::1]", "inet6:8891@[::1]", NULL },
		{ "inet:8891@::1", "inet6:8891@[::1]", NULL },
	};
	char why[256], spelt[64];

	for (size_t i = 0; i < N(cases); i++) {
		ok(sock_is_address(cases[i].address, why, sizeof(why)),
		    "good: %s", cases[i].address);
		sock_milter_spelling(cases[i].address, spelt, sizeof(spelt));
		is_str(spelt, cases[i].milter, "to libmilter: %s",
		    cases[i].address);
		is_str(sock_path(cases[i].address), cases[i].path,
		    "its path: %s", cases[i].address);
	}
	is_int(sock_milter_spelling("unix:/run/x", spelt, 11), -1,
	    "does not fit");
	is_int(sock_milter_spelling("unix:/run/x", spelt, 12), 0, "fits");
}

static int
is_ours(int fd)
{
	return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 &&
	    (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

static void
wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	poll(&p, 1, 5000);
}

/* A byte from a dialled connection to the accepted one. */
static void
test_talk(const char *address, int listen_fd)
{
	char why[256] = "", byte = 0;
	int out, in;
	uid_t uid = 12345;

	out = sock_dial(address, why, sizeof(why));
	ok(out >= 0 && is_ours(out), "dialled %s %s", address, why);
	wait_for(out, POLLOUT);
	is_int(sock_dial_result(out), 0, "connected");
	wait_for(listen_fd, POLLIN);
	in = sock_accept(listen_fd);
	ok(in >= 0 && is_ours(in), "accepted");
	ok(write(out, "x", 1) == 1, "written");
	wait_for(in, POLLIN);
	ok(read(in, &byte, 1) == 1 && byte == 'x', "and read");
	if (address[0] == '/') {
		is_int(sock_peer_uid(in, &uid), 0, "the peer's uid");
		is_int(uid, geteuid(), "is ours");
	} else
		is_int(sock_peer_uid(in, &uid), -1, "no uid over TCP");
	close(in);
	close(out);
	is_int(sock_accept(listen_fd), -1, "nobody else");
	is_int(errno, EAGAIN, "without waiting");
}

static void
test_unix(void)
{
	struct sock_unix how = { .mode = 0640, .group = NULL };
	char path[128], why[256];
	struct stat st;
	int fd, second;

	snprintf(path, sizeof(path), "%s/a.sock", tap_dir());
	ok(sock_dial(path, why, sizeof(why)) < 0, "nobody there: %s", why);
	umask(022);
	fd = sock_listen(path, &how, why, sizeof(why));
	ok(fd >= 0 && is_ours(fd), "listening");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640, "mode 0640");
	second = sock_listen(path, &how, why, sizeof(why));
	ok(second < 0 && strstr(why, "already") != NULL, "alive: %s", why);
	close(sock_accept(fd));		/* he who looked whether it lives */
	test_talk(path, fd);
	close(fd);
	ok(stat(path, &st) == 0, "a stale socket");
	how.mode = 0666;
	fd = sock_listen(path, &how, why, sizeof(why));
	ok(fd >= 0, "is replaced");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0666,
	    "mode 0666, whatever the umask");
	close(fd);
	fd = sock_listen(path, NULL, why, sizeof(why));
	ok(fd >= 0 && stat(path, &st) == 0 && (st.st_mode & 0777) == 0755,
	    "without orders as the umask says");
	close(fd);
}

static void
test_unix_refused(void)
{
	struct sock_unix how = { .mode = 0660, .group = "no-such-group" };
	char path[128], why[256];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/file", tap_dir());
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	ok(sock_listen(path, NULL, why, sizeof(why)) < 0 &&
	    strstr(why, "not a socket") != NULL, "a file: %s", why);
	ok(stat(path, &st) == 0 && S_ISREG(st.st_mode), "is left alone");
	snprintf(path, sizeof(path), "%s/none/a.sock", tap_dir());
	ok(sock_listen(path, NULL, why, sizeof(why)) < 0, "no folder: %s", why);
	snprintf(path, sizeof(path), "%s/b.sock", tap_dir());
	ok(sock_listen(path, &how, why, sizeof(why)) < 0 &&
	    strstr(why, "no-such-group") != NULL, "no group: %s", why);
	ok(stat(path, &st) < 0, "and nothing is left behind");
}

static void
test_group(void)
{
	char path[128], why[256] = "";
	struct group *gr = getgrgid(getegid());
	struct sock_unix how = { .mode = 0660 };
	struct stat st;
	int fd;

	how.group = gr != NULL ? gr->gr_name : NULL;
	snprintf(path, sizeof(path), "%s/c.sock", tap_dir());
	fd = sock_listen(path, &how, why, sizeof(why));
	ok(fd >= 0 && stat(path, &st) == 0 && st.st_gid == getegid() &&
	    (st.st_mode & 0777) == 0660, "given to a group %s", why);
	close(fd);
}

static void
test_inet(void)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	char address[64], why[256];
	int fd, second;

	fd = sock_listen("inet:127.0.0.1:0", NULL, why, sizeof(why));
	ok(fd >= 0 && is_ours(fd), "listening on a port of its choice");
	getsockname(fd, (struct sockaddr *)&sin, &len);
	snprintf(address, sizeof(address), "inet:%u@127.0.0.1",
	    ntohs(sin.sin_port));
	second = sock_listen(address, NULL, why, sizeof(why));
	ok(second < 0, "a second time: %s", why);
	test_talk(address, fd);
	close(fd);
	fd = sock_dial(address, why, sizeof(why));
	if (fd >= 0) {
		wait_for(fd, POLLOUT);
		is_int(sock_dial_result(fd), ECONNREFUSED, "nobody there");
		close(fd);
	} else
		ok(strstr(why, "refused") != NULL, "nobody there: %s", why);
}

static void
test_near(void)
{
	static const struct {
		const char	*address;
		int		 is_near;
	} cases[] = {
		{ "inet:0.0.0.0:80", 0 }, { "inet:[::]:80", 0 },
		{ "inet:192.0.2.1:80", 0 }, { "inet:[2001:db8::1]:80", 0 },
		{ "inet:128.0.0.1:80", 0 }, { "inet:no-such.invalid:80", 0 },
		{ "nowhere", 0 }, { "inet:127.0.0.1:80", 1 },
		{ "127.9.9.9:80", 1 }, { "inet:80@[::1]", 1 },
		{ "inet:localhost:80", 1 }, { "unix:/run/x.sock", 1 },
		{ "/run/x.sock", 1 }
	};

	for (size_t i = 0; i < N(cases); i++)
		is_int(sock_is_near(cases[i].address), cases[i].is_near,
		    "%s: %s", cases[i].address,
		    cases[i].is_near ? "this machine alone" : "more");
}

static void
test_inherited(void)
{
	char path[128], why[256], pid[16];
	int fd;

	unsetenv("LISTEN_PID");
	is_int(sock_inherited(), -1, "nothing is passed");
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	is_int(sock_inherited(), -1, "passed to another");
	setenv("LISTEN_PID", pid, 1);
	close(3);
	is_int(sock_inherited(), -1, "no such descriptor");
	snprintf(path, sizeof(path), "%s/d.sock", tap_dir());
	fd = sock_listen(path, NULL, why, sizeof(why));
	if (fd != 3) {
		dup2(fd, 3);
		close(fd);
	}
	fcntl(3, F_SETFL, 0);
	setenv("LISTEN_FDS", "x", 1);
	is_int(sock_inherited(), -1, "no number");
	setenv("LISTEN_FDS", "2", 1);
	is_int(sock_inherited(), 3, "passed to us");
	ok(is_ours(3), "and made ours");
	close(3);
}

int
main(void)
{
	test_refused_addresses();
	test_spellings();
	test_unix();
	test_unix_refused();
	test_group();
	test_inet();
	test_near();
	test_inherited();
	return tap_done();
}
