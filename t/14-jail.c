/* The jail, from inside: children try what is forbidden, and what is not. */

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/jail.h"

#include "t/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ALL (JAIL_UNIX | JAIL_INET | JAIL_WRITE | JAIL_LISTEN | JAIL_SPOOL)

static char file[256], fresh[256];

/* A call with its arguments, for what has no other side. */
static const struct call {
	const char	*name;
	long		 nr;
	long		 a, b, c;
	int		 flags;
	int		 want;
} calls[] = {
	{ "execve", SYS_execve, (long)"/bin/true", 0, 0, ALL, EPERM },
	{ "execveat", SYS_execveat, AT_FDCWD, (long)"/bin/true", 0, ALL,
	  EPERM },
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	{ "ptrace", SYS_ptrace, 0, 0, 0, ALL, EPERM },
#endif
	{ "process_vm_readv", SYS_process_vm_readv, 1, 0, 0, ALL, EPERM },
	{ "mount", SYS_mount, (long)"none", (long)"/none", 0, ALL, EPERM },
	{ "fsopen", SYS_fsopen, (long)"tmpfs", 0, 0, ALL, EPERM },
	{ "chroot", SYS_chroot, (long)"/", 0, 0, ALL, EPERM },
	{ "pivot_root", SYS_pivot_root, (long)"/", (long)"/", 0, ALL, EPERM },
	{ "delete_module", SYS_delete_module, (long)"none", 0, 0, ALL, EPERM },
	{ "kexec_load", SYS_kexec_load, 0, 0, 0, ALL, EPERM },
	{ "reboot", SYS_reboot, 0, 0, 0, ALL, EPERM },
	{ "swapon", SYS_swapon, (long)"/none", 0, 0, ALL, EPERM },
	{ "keyctl", SYS_keyctl, 0, 0, 0, ALL, EPERM },
	{ "bpf", SYS_bpf, 0, 0, 0, ALL, EPERM },
	{ "perf_event_open", SYS_perf_event_open, 0, 0, 0, ALL, EPERM },
	{ "userfaultfd", SYS_userfaultfd, 0, 0, 0, ALL, EPERM },
	{ "unshare", SYS_unshare, CLONE_NEWUSER, 0, 0, ALL, EPERM },
	{ "setns", SYS_setns, 0, 0, 0, ALL, EPERM },
	{ "clone with a namespace", SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0,
	  ALL, EPERM },
	{ "setuid", SYS_setuid, 1, 0, 0, ALL, EPERM },
	{ "mknodat", SYS_mknodat, AT_FDCWD, (long)fresh, S_IFIFO | 0600, ALL,
	  EPERM },
	{ "clock_settime", SYS_clock_settime, 0, 0, 0, ALL, EPERM },
	{ "clone3", SYS_clone3, 0, 0, 0, ALL, ENOSYS },
	{ "openat2", SYS_openat2, AT_FDCWD, (long)"/", 0, ALL, ENOSYS },
	{ "io_uring_setup", SYS_io_uring_setup, 1, 0, 0, ALL, ENOSYS },
	{ "a call of later years", 460, 0, 0, 0, ALL, ENOSYS },
#ifdef __x86_64__
	{ "x32's getpid", 0x40000000 | SYS_getpid, 0, 0, 0, ALL, EPERM },
	{ "open", SYS_open, (long)file, O_WRONLY, 0, 0, EROFS },
	{ "creat", SYS_creat, (long)file, 0600, 0, 0, EROFS },
	{ "unlink", SYS_unlink, (long)fresh, 0, 0, 0, EROFS },
	{ "rename", SYS_rename, (long)file, (long)file, 0, 0, EROFS },
	{ "mkdir", SYS_mkdir, (long)fresh, 0700, 0, 0, EROFS },
	{ "open, allowed", SYS_open, (long)file, O_WRONLY, 0, JAIL_WRITE, 0 },
#endif
	{ "openat to read", SYS_openat, AT_FDCWD, (long)file, O_RDONLY, 0, 0 },
	{ "openat to write", SYS_openat, AT_FDCWD, (long)file, O_WRONLY, 0,
	  EROFS },
	{ "openat for both", SYS_openat, AT_FDCWD, (long)file, O_RDWR, 0,
	  EROFS },
	{ "openat to truncate", SYS_openat, AT_FDCWD, (long)file,
	  O_RDONLY | O_TRUNC, 0, EROFS },
	{ "openat to create", SYS_openat, AT_FDCWD, (long)file,
	  O_RDONLY | O_CREAT, 0, EROFS },
	{ "openat of a nameless file", SYS_openat, AT_FDCWD, (long)"/tmp",
	  O_TMPFILE | O_RDWR, 0, EROFS },
	{ "openat of a folder to write", SYS_openat, AT_FDCWD, (long)"/tmp",
	  O_DIRECTORY | O_RDWR, JAIL_SPOOL, EROFS },
	{ "openat to write, for nameless files", SYS_openat, AT_FDCWD,
	  (long)file, O_WRONLY, JAIL_SPOOL, EROFS },
	{ "openat to create, for nameless files", SYS_openat, AT_FDCWD,
	  (long)fresh, O_RDWR | O_CREAT, JAIL_SPOOL, EROFS },
	{ "openat to read, for nameless files", SYS_openat, AT_FDCWD,
	  (long)file, O_RDONLY, JAIL_SPOOL, 0 },
	{ "linkat, for nameless files", SYS_linkat, AT_FDCWD, (long)file,
	  AT_FDCWD, JAIL_SPOOL, EROFS },
	{ "unlinkat", SYS_unlinkat, AT_FDCWD, (long)fresh, 0, 0, EROFS },
	{ "mkdirat", SYS_mkdirat, AT_FDCWD, (long)fresh, 0700, 0, EROFS },
	{ "fchmodat", SYS_fchmodat, AT_FDCWD, (long)file, 0600, 0, EROFS },
	{ "symlinkat", SYS_symlinkat, (long)"x", AT_FDCWD, (long)fresh, 0,
	  EROFS },
	{ "openat to write, allowed", SYS_openat, AT_FDCWD, (long)file,
	  O_WRONLY, JAIL_WRITE, 0 },
	{ "openat of a nameless file, allowed", SYS_openat, AT_FDCWD,
	  (long)"/tmp", O_TMPFILE | O_RDWR, JAIL_SPOOL, 0 },
	{ "unlinkat, allowed", SYS_unlinkat, AT_FDCWD, (long)fresh, 0,
	  JAIL_WRITE, ENOENT },
	{ "fchmodat, allowed", SYS_fchmodat, AT_FDCWD, (long)file, 0600,
	  JAIL_WRITE, 0 },
	{ "Unix socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0,
	  EAFNOSUPPORT },
	{ "Unix socket, of INET", SYS_socket, AF_UNIX, SOCK_STREAM, 0,
	  JAIL_INET, EAFNOSUPPORT },
	{ "Unix socket, allowed", SYS_socket, AF_UNIX, SOCK_STREAM, 0,
	  JAIL_UNIX, 0 },
	{ "IPv4 socket", SYS_socket, AF_INET, SOCK_STREAM, 0, JAIL_UNIX,
	  EAFNOSUPPORT },
	{ "IPv4 socket, allowed", SYS_socket, AF_INET, SOCK_STREAM, 0,
	  JAIL_INET, 0 },
	{ "IPv6 socket", SYS_socket, AF_INET6, SOCK_DGRAM, 0, JAIL_UNIX,
	  EAFNOSUPPORT },
	{ "routes' socket", SYS_socket, AF_NETLINK, SOCK_RAW, 0, JAIL_UNIX,
	  EAFNOSUPPORT },
	{ "routes' socket, allowed", SYS_socket, AF_NETLINK, SOCK_RAW, 0,
	  JAIL_INET, 0 },
	{ "packet filter's socket", SYS_socket, AF_NETLINK, SOCK_RAW, 12, ALL,
	  EAFNOSUPPORT },
	{ "packets' socket", SYS_socket, AF_PACKET, SOCK_RAW, 0, ALL,
	  EAFNOSUPPORT },
	{ "machines' socket", SYS_socket, AF_VSOCK, SOCK_STREAM, 0, ALL,
	  EAFNOSUPPORT },
	{ "bind", SYS_bind, -1, 0, 0, JAIL_INET, EPERM },
	{ "listen", SYS_listen, -1, 0, 0, JAIL_INET, EPERM },
};

/* What is to be tried; 0, or errno (or another number, as the body says). */

static int
may_listen(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    listen(fd, 1) < 0)
		return errno;
	return 0;
}

static int
try_pair(void)
{
	int fd[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0 ? errno : 0;
}

/* What the libraries do all day. */

static void *
in_thread(void *ctx)
{
	*(int *)ctx = 1;
	return NULL;
}

static int
try_thread(void)
{
	pthread_t t;
	int ran = 0, error;

	error = pthread_create(&t, NULL, in_thread, &ran);
	if (error == 0)
		error = pthread_join(t, NULL);
	return error != 0 ? error : !ran;
}

static int
try_resolver(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found = NULL;
	int error = getaddrinfo("localhost", "80", &hints, &found);

	if (error == 0)
		freeaddrinfo(found);
	return error;
}

static int
try_fork(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WEXITSTATUS(status) != 7;
}

static int
try_memory(void)
{
	char *p = malloc(1 << 24);
	void *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == NULL || q == MAP_FAILED)
		return ENOMEM;
	memset(p, 1, 1 << 24);
	free(p);
	return munmap(q, 4096) < 0 ? errno : 0;
}

static int
try_syslog(void)
{
	openlog("t/14-jail", LOG_NDELAY, LOG_MAIL);
	closelog();
	return 0;
}

static int
try_database(void)
{
	void *p;
	int fd = open(fresh, O_RDWR | O_CREAT, 0600);

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		return errno;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || msync(p, 4096, MS_SYNC) < 0 ||
	    pwrite(fd, "x", 1, 0) != 1 || fdatasync(fd) < 0 ||
	    flock(fd, LOCK_EX) < 0)
		return errno;
	return unlink(fresh) < 0 ? errno : 0;
}

static int
try_marks(void)
{
	struct rlimit core = { 1, 1 };

	getrlimit(RLIMIT_CORE, &core);
	return (core.rlim_max != 0) +
	    (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) +
	    (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1);
}

static const struct probe {
	const char	*name;
	int		(*fn)(void);
	int		 flags;
} probes[] = {
	{ "what a database does", try_database, JAIL_WRITE },
	{ "listening", may_listen, JAIL_INET | JAIL_LISTEN },
	{ "a pair of sockets", try_pair, 0 },
	{ "a thread", try_thread, 0 },
	{ "a child", try_fork, 0 },
	{ "memory", try_memory, 0 },
	{ "the resolver", try_resolver, JAIL_INET },
	{ "the resolver, for Unix sockets", try_resolver, JAIL_UNIX },
	{ "syslog", try_syslog, JAIL_UNIX },
	{ "no core, no tracing, no new privileges", try_marks, ALL },
};

static const struct call *call;		/* the one to try */

static int
try_call(void)
{
	return syscall(call->nr, call->a, call->b, call->c, 0, 0, 0) < 0 ?
	    errno : 0;
}

/* The status of a child that runs `fn` in the jail; 255: not jailed. */
static int
in_jail(int (*fn)(void), int flags)
{
	char why[256];
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		if (jail_close(flags, why, sizeof(why)) < 0)
			_exit(255);
		_exit(fn());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    1000 + WTERMSIG(status);
}

/* A thread that runs already is jailed, too. */
static int go[2];

static void *
wait_and_open(void *ctx)
{
	char byte;

	if (read(go[0], &byte, 1) == 1)
		*(int *)ctx = open(file, O_WRONLY) < 0 ? errno : 0;
	return NULL;
}

static int
try_old_thread(void)
{
	char why[256];
	int result = -1;
	pthread_t t;

	if (pipe(go) < 0 || pthread_create(&t, NULL, wait_and_open, &result))
		return 254;
	if (jail_close(0, why, sizeof(why)) < 0 || write(go[1], "x", 1) != 1)
		return 253;
	pthread_join(t, NULL);
	return result;
}

/* An accept on a socket that listened before. */
static int listening = -1;

static int
try_accept(void)
{
	return accept4(listening, NULL, NULL, SOCK_CLOEXEC) < 0 ? errno : 0;
}

static void
test_accept(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int out;

	snprintf(un.sun_path, sizeof(un.sun_path), "%.90s/s", tap_dir());
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	out = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listening, (struct sockaddr *)&un, sizeof(un)) < 0 ||
	    listen(listening, 1) < 0 ||
	    connect(out, (struct sockaddr *)&un, sizeof(un)) < 0)
		perror("socket");
	is_int(in_jail(try_accept, 0), 0, "accept on an old socket");
	close(listening);
	close(out);
}

static int
become_and_look(const char *user, const char *group)
{
	struct passwd *pw = getpwnam("nobody");
	char why[256];
	gid_t groups[8];
	int n;

	if (jail_user(user, group, why, sizeof(why)) < 0)
		return 1;
	n = getgroups(8, groups);
	if (getuid() != pw->pw_uid || geteuid() != pw->pw_uid ||
	    getgid() != pw->pw_gid)
		return 2;
	if (n != (group != NULL) ||
	    (group != NULL && groups[0] != getgrnam(group)->gr_gid))
		return 3;
	return seteuid(0) == 0 ? 4 : 0;
}

static int
become_plain(void)
{
	return become_and_look("nobody", NULL);
}

static int
become_with_group(void)
{
	return become_and_look("nobody", "daemon");
}

static int
as_child(int (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn());
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void
test_user(void)
{
	char why[256] = "";

	if (geteuid() != 0) {
		is_int(jail_user("no-such-user", NULL, why, sizeof(why)), 0,
		    "who is not root stays who he is");
		return;
	}
	ok(jail_user("no-such-user", NULL, why, sizeof(why)) < 0 &&
	    strstr(why, "no-such-user") != NULL, "no such user: %s", why);
	ok(jail_user("nobody", "no-such-group", why, sizeof(why)) < 0 &&
	    strstr(why, "no-such-group") != NULL, "no such group: %s", why);
	ok(jail_user("", NULL, why, sizeof(why)) < 0, "no name: %s", why);
	is_int(as_child(become_plain), 0, "root becomes nobody");
	is_int(as_child(become_with_group), 0, "with one group");
}

int
main(void)
{
	int fd;

	snprintf(file, sizeof(file), "%.200s/file", tap_dir());
	snprintf(fresh, sizeof(fresh), "%.200s/fresh", tap_dir());
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	close(fd);
	for (call = calls; call < calls + N(calls); call++)
		is_int(in_jail(try_call, call->flags), call->want, "%s",
		    call->name);
	for (size_t i = 0; i < N(probes); i++)
		is_int(in_jail(probes[i].fn, probes[i].flags), 0, "%s",
		    probes[i].name);
	is_int(as_child(try_old_thread), EROFS, "a thread that runs already");
	test_accept();
	test_user();
	return tap_done();
}
