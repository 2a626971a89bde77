/*
 * What a program gives up before it reads a byte from outside: root, new
 * privileges, core dumps, and by a seccomp filter the system calls that a
 * daemon never needs and an intruder does.
 *
 * The filter is a list of what is refused, not of what is allowed: the calls
 * that libcurl, OpenSSL and glibc make change from release to release, and a
 * telephone that stops ringing after an upgrade of glibc helps nobody.  Calls
 * that are newer than this list do not exist for us (ENOSYS); every library
 * must reckon with that.
 */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#include "lib/jail.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* The leak checker stops its own process by ptrace(2). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

#define OPS_MAX 512
#define NEWEST 450		/* set_mempolicy_home_node, Linux 5.17 */
#define X32_BIT 0x40000000u

struct filter {
	struct sock_filter	op[OPS_MAX];
	size_t			n;
};

static int
complain(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s: %s", what, strerror(errno));
	return -1;
}

/* Root becomes `pw` for good. */
static int
become(const struct passwd *pw, const struct group *gr, char *why, size_t size)
{
	if (setgroups(gr != NULL ? 1 : 0, gr != NULL ? &gr->gr_gid : NULL) < 0)
		return complain(why, size, "cannot drop groups");
	if (setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return complain(why, size, "cannot change user");
	if (pw->pw_uid != 0 && (setuid(0) == 0 || geteuid() == 0)) {
		snprintf(why, size, "still root after changing to user %s",
		    pw->pw_name);
		return -1;
	}
	return 0;
}

int
jail_user(const char *user, const char *group, char *why, size_t size)
{
	struct passwd *pw;
	struct group *gr = NULL;

	if (geteuid() != 0)
		return 0;
	if (user == NULL || user[0] == '\0') {
		snprintf(why, size, "started as root, and no user to become");
		return -1;
	}
	pw = getpwnam(user);
	if (pw == NULL) {
		snprintf(why, size, "user %s does not exist: add it, or name "
		    "another", user);
		return -1;
	}
	if (group != NULL && group[0] != '\0' &&
	    (gr = getgrnam(group)) == NULL) {
		snprintf(why, size, "group %s does not exist: add it, or name "
		    "another", group);
		return -1;
	}
	if (pw->pw_uid == 0)
		log_warn("jail: user %s is root: stays so", user);
	return become(pw, gr, why, size);
}

#ifdef ARCH

/*
 * The filter's accumulator holds the number of the call, until a block for
 * one call looks at its arguments; such a block always ends in a verdict.
 */

static void
emit(struct filter *f, uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	/* Too long a list is noticed by jail_close(). */
	if (f->n < OPS_MAX)
		f->op[f->n] = (struct sock_filter){ code, yes, no, k };
	f->n++;
}

static void
load(struct filter *f, size_t offset)
{
	emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* The lower half: all arguments that are looked at are ints to the kernel. */
static void
load_argument(struct filter *f, unsigned i)
{
	size_t offset = offsetof(struct seccomp_data, args) + 8 * i;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	offset += 4;
#endif
	load(f, offset);
}

static void
verdict(struct filter *f, uint32_t action)
{
	emit(f, BPF_RET | BPF_K, 0, 0, action);
}

/* Verdict where the accumulator equals `k`. */
static void
when(struct filter *f, uint32_t k, uint32_t action)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, k);
	verdict(f, action);
}

static void
refuse(struct filter *f, long nr, int error)
{
	when(f, (uint32_t)nr, SECCOMP_RET_ERRNO | (uint32_t)error);
}

static void
refuse_all(struct filter *f, const long *nr, size_t n, int error)
{
	while (n-- > 0)
		refuse(f, *nr++, error);
}

/* Refuses a call where one of its arguments has one of the bits. */
static void
refuse_bits(struct filter *f, long nr, unsigned argument, uint32_t bits,
    int error)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t)nr);
	load_argument(f, argument);
	emit(f, BPF_JMP | BPF_JSET | BPF_K, 0, 1, bits);
	verdict(f, SECCOMP_RET_ERRNO | (uint32_t)error);
	verdict(f, SECCOMP_RET_ALLOW);
}

/* No foreign calling convention: its numbers mean other calls. */
static void
add_head(struct filter *f)
{
	load(f, offsetof(struct seccomp_data, arch));
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	verdict(f, SECCOMP_RET_KILL_PROCESS);
	load(f, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	emit(f, BPF_JMP | BPF_JSET | BPF_K, 0, 1, X32_BIT);
	verdict(f, SECCOMP_RET_ERRNO | EPERM);
#endif
	emit(f, BPF_JMP | BPF_JGT | BPF_K, 0, 1, NEWEST);
	verdict(f, SECCOMP_RET_ERRNO | ENOSYS);
}

/* Refused for every program. */
static void
add_never(struct filter *f)
{
	static const long never[] = {
		SYS_execve, SYS_execveat,
		/* Other processes. */
		SYS_process_vm_readv, SYS_process_vm_writev,
		SYS_process_madvise, SYS_kcmp, SYS_pidfd_getfd, SYS_move_pages,
		/* The tree of files. */
		SYS_mount, SYS_umount2, SYS_mount_setattr, SYS_move_mount,
		SYS_open_tree, SYS_fsopen, SYS_fsconfig, SYS_fsmount,
		SYS_fspick, SYS_pivot_root, SYS_chroot, SYS_quotactl,
		SYS_quotactl_fd, SYS_mknodat, SYS_fanotify_init,
		SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_acct,
		/* The kernel. */
		SYS_init_module, SYS_finit_module, SYS_delete_module,
		SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon,
		SYS_swapoff, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
		SYS_syslog, SYS_lookup_dcookie, SYS_personality,
		SYS_nfsservctl, SYS_vhangup,
		/* Keys, namespaces, privileges. */
		SYS_keyctl, SYS_add_key, SYS_request_key, SYS_unshare,
		SYS_setns, SYS_capset, SYS_setuid, SYS_setgid, SYS_setreuid,
		SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setfsuid,
		SYS_setfsgid, SYS_setgroups,
		/* The clock and the name of the machine. */
		SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime,
		SYS_adjtimex, SYS_sethostname, SYS_setdomainname,
#ifdef __x86_64__
		SYS_create_module, SYS_query_module, SYS_iopl, SYS_ioperm,
		SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs, SYS__sysctl,
		SYS_mknod,
#endif
	};
	/* Would go past the filter, or hide their flags from it. */
	static const long unknown[] = {
		SYS_clone3, SYS_openat2, SYS_io_uring_setup,
		SYS_io_uring_enter, SYS_io_uring_register,
	};

	if (!HAS_SANITIZER)
		refuse(f, SYS_ptrace, EPERM);
	refuse_all(f, never, sizeof(never) / sizeof(never[0]), EPERM);
	refuse_all(f, unknown, sizeof(unknown) / sizeof(unknown[0]), ENOSYS);
	refuse_bits(f, SYS_clone, 0, CLONE_NEWNS | CLONE_NEWCGROUP |
	    CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
	    CLONE_NEWNET, EPERM);
}

/*
 * What is opened so is new, has no name, and can be given none: linkat(2) is
 * refused.  Falls through, with the number of the call, where it is not that.
 */
static void
allow_nameless(struct filter *f)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, SYS_openat);
	load_argument(f, 2);
	emit(f, BPF_ALU | BPF_AND | BPF_K, 0, 0, O_TMPFILE);
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, O_TMPFILE);
	verdict(f, SECCOMP_RET_ALLOW);
	load(f, offsetof(struct seccomp_data, nr));
}

/*
 * EROFS: what a read-only file system would say is what libraries know how to
 * live with (LMDB then reads without its lock file).
 */
static void
add_no_writing(struct filter *f, int flags)
{
	static const long writing[] = {
		SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_mkdirat,
		SYS_linkat, SYS_symlinkat, SYS_truncate, SYS_fchmodat,
		SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
		SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr,
		SYS_fremovexattr,
#ifdef __x86_64__
		SYS_unlink, SYS_rename, SYS_mkdir, SYS_rmdir, SYS_link,
		SYS_symlink, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime,
		SYS_utimes, SYS_futimesat, SYS_creat,
#endif
	};
	const uint32_t bits = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

	refuse_all(f, writing, sizeof(writing) / sizeof(writing[0]), EROFS);
	if (flags & JAIL_SPOOL)
		allow_nameless(f);
	refuse_bits(f, SYS_openat, 2, bits, EROFS);
#ifdef __x86_64__
	refuse_bits(f, SYS_open, 1, bits, EROFS);
#endif
}

/* Last: of socket(2), only the domains that the flags open. */
static void
add_sockets(struct filter *f, int flags)
{
	if (!(flags & JAIL_LISTEN)) {
		refuse(f, SYS_bind, EPERM);
		refuse(f, SYS_listen, EPERM);
	}
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_socket);
	verdict(f, SECCOMP_RET_ALLOW);
	load_argument(f, 0);
	if (flags & JAIL_UNIX)
		when(f, AF_UNIX, SECCOMP_RET_ALLOW);
	if (flags & JAIL_INET) {
		when(f, AF_INET, SECCOMP_RET_ALLOW);
		when(f, AF_INET6, SECCOMP_RET_ALLOW);
		/* Of netlink, what the resolver asks: NETLINK_ROUTE is 0. */
		emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, AF_NETLINK);
		load_argument(f, 2);
		when(f, 0, SECCOMP_RET_ALLOW);
	}
	verdict(f, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
}

static int
close_calls(int flags, char *why, size_t size)
{
	struct filter f = { .n = 0 };
	struct sock_fprog program;
	long result;

	add_head(&f);
	add_never(&f);
	if (!(flags & JAIL_WRITE))
		add_no_writing(&f, flags);
	add_sockets(&f, flags);
	if (f.n > OPS_MAX) {
		snprintf(why, size, "the list of refused calls is too long");
		return -1;
	}
	program.len = (unsigned short)f.n;
	program.filter = f.op;
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (result < 0 && (errno == ENOSYS || errno == EINVAL)) {
		log_warn("jail: this kernel has no seccomp filters: system "
		    "calls stay open");
		return 0;
	}
	if (result != 0) {
		snprintf(why, size, "cannot refuse system calls: %s",
		    result < 0 ? strerror(errno) : "a thread is in the way");
		return -1;
	}
	return 0;
}

#else /* !ARCH */

static int
close_calls(int flags, char *why, size_t size)
{
	(void)flags;
	(void)why;
	(void)size;
	log_warn("jail: no list of system calls for this processor: they "
	    "stay open");
	return 0;
}

#endif

int
jail_close(int flags, char *why, size_t size)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return complain(why, size, "cannot forbid core dumps");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return complain(why, size, "cannot forbid tracing");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return complain(why, size, "cannot forbid new privileges");
	return close_calls(flags, why, size);
}
