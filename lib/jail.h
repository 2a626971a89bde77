#ifndef LIB_JAIL_H
#define LIB_JAIL_H

#include <stddef.h>

/*
 * What a program gives up before it reads a byte from outside.
 *
 * jail_user(): root becomes `user` (supplementary groups dropped but for
 * `group`, if given); a program that is not root stays who it is.  Without a
 * name it refuses; who names root himself stays so, with a warning.
 *
 * jail_close(): no new privileges, no core dumps, not traceable, and a
 * seccomp filter: execve, ptrace, mount, module, keyring, bpf, namespaces and
 * the like are refused (EPERM) for every program; the flags open what is
 * needed beyond.  Threads, running or started later, are under it as well.
 * Without JAIL_WRITE files are as on a read-only file system (EROFS); sockets
 * of other families do not exist (EAFNOSUPPORT).  clone3, openat2, io_uring
 * and calls newer than Linux 5.17 do not exist, either (ENOSYS): libraries
 * fall back to the older ones.  On a kernel or processor without seccomp: a
 * warning, no failure.
 *
 * 0, or -1 and a sentence in `why`.
 */
enum {
	JAIL_UNIX = 1,	/* socket(2), AF_UNIX */
	JAIL_INET = 2, /* socket(2), AF_INET, AF_INET6, AF_NETLINK (resolver) */
	JAIL_WRITE = 4,	/* open for writing, unlink, rename, mkdir */
	JAIL_LISTEN = 8,	/* bind, listen */
	JAIL_SPOOL = 16	/* making files that have no name (O_TMPFILE) */
};

int jail_user(const char *user, const char *group, char *why, size_t size)
    __attribute__((warn_unused_result));
int jail_close(int flags, char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
