/*
 * The other programs of the same installation: found, become, or heard.
 */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"

#include "admin/sibling.h"

/* The path of `name`.  0, or -1 and a sentence. */
static int
find(const char *name, char *path, size_t len, char *why, size_t size)
{
	static const char *const beside[] = { "", "../sbin/", NULL };
	char self[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	if (n == -1) {
		snprintf(why, size, "/proc/self/exe: %s", strerror(errno));
		return -1;
	}
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL)
		slash[1] = '\0';
	for (i = 0; beside[i] != NULL; i++) {
		n = snprintf(path, len, "%s%s%s", self, beside[i], name);
		if (n > 0 && (size_t)n < len && access(path, X_OK) == 0)
			return 0;
	}
	snprintf(why, size, "%s is not installed beside this program (looked "
	    "in %s and %s../sbin)", name, self, self);
	return -1;
}

/* Who the daemon would be, for good.  A missing user changes nothing. */
static void
become_user(const char *user)
{
	const struct passwd *pw;

	if (geteuid() != 0 || user == NULL || (pw = getpwnam(user)) == NULL)
		return;
	if (initgroups(user, pw->pw_gid) == -1 || setgid(pw->pw_gid) == -1 ||
	    setuid(pw->pw_uid) == -1)
		_exit(EX_OSERR);
}

int
sibling_become(const struct sibling_run *run)
{
	char path[PATH_MAX], why[PATH_MAX + 128];

	if (find(run->name, path, sizeof(path), why,
	    sizeof(why)) == -1) {
		fprintf(stderr, "calloffer: %s\n", why);
		return EX_UNAVAILABLE;
	}
	fflush(NULL);
	become_user(run->user);
	execv(path, (char *const *)run->argv);
	fprintf(stderr, "calloffer: %s: %s\n", path, strerror(errno));
	return EX_OSERR;
}

/* Gathers until the other end closes.  0, or -1: not in time. */
static int
gather(int fd, struct buf *said)
{
	int64_t deadline = clock_mono_ms() + SIBLING_WAIT_MS, left;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	unsigned char part[4096];
	ssize_t n;

	for (;;) {
		left = deadline - clock_mono_ms();
		if (left <= 0)
			return -1;
		if (poll(&pfd, 1, (int)left) <= 0)
			continue;
		n = read(fd, part, sizeof(part));
		if (n == 0)
			return 0;
		if (n > 0)
			buf_put(said, part, (size_t)n);
		else if (errno != EINTR)
			return -1;
	}
}

static void
child(const struct sibling_run *run, const char *path, int out)
{
	int null = open("/dev/null", O_RDONLY);

	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(out, STDOUT_FILENO) == -1 || dup2(out, STDERR_FILENO) == -1)
		_exit(EX_OSERR);
	become_user(run->user);
	execv(path, (char *const *)run->argv);
	_exit(EX_OSERR);
}

int
sibling_hear(const struct sibling_run *run, struct buf *said, char *why,
    size_t size)
{
	char path[PATH_MAX];
	int fd[2], status, is_late;
	pid_t pid;

	if (find(run->name, path, sizeof(path), why, size) == -1)
		return -1;
	if (pipe2(fd, O_CLOEXEC) == -1) {
		snprintf(why, size, "pipe: %s", strerror(errno));
		return -1;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(run, path, fd[1]);
	close(fd[1]);
	if (pid == -1) {
		snprintf(why, size, "fork: %s", strerror(errno));
		close(fd[0]);
		return -1;
	}
	is_late = gather(fd[0], said) == -1;
	close(fd[0]);
	if (is_late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (!is_late && WIFEXITED(status))
		return WEXITSTATUS(status);
	snprintf(why, size, is_late ? "%s did not end within %d s" :
	    "%s was ended by a signal", run->name, SIBLING_WAIT_MS / 1000);
	return -1;
}

int
sibling_as(const char *user, int (*fn)(const void *), const void *ctx)
{
	int status;
	pid_t pid;

	if (getpwnam(user) == NULL)
		return -1;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		become_user(user);
		_exit(fn(ctx));
	}
	if (pid == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
