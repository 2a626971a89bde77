/* Secrets: files that are too open are refused; memory is wiped and guarded. */

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/secret.h"

#include "t/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void
write_file(const char *name, const void *p, size_t n, mode_t mode)
{
	int fd;

	unlink(tap_path(name));
	fd = open(tap_path(name), O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0 || write(fd, p, n) != (ssize_t)n || fchmod(fd, mode) < 0)
		perror(name);
	close(fd);
}

static void
test_refused(void)
{
	static const char big[SECRET_MAX + 2];
	static const struct {
		const char *text;
		size_t n;
		mode_t mode;
		const char *says;
	} cases[] = {
		{ "key", 3, 0640, "chmod 600" },
		{ "key", 3, 0604, "chmod 600" },
		{ "key", 3, 0601, "chmod 600" },
		{ "key", 3, 0620, "chmod 600" },
		{ "", 0, 0600, "is empty" },
		{ "\n", 1, 0600, "is empty" },
		{ big, SECRET_MAX + 1, 0600, "is too long" },
	};
	struct secret *s;
	char why[256];

	for (size_t i = 0; i < N(cases); i++) {
		write_file("key", cases[i].text, cases[i].n, cases[i].mode);
		why[0] = '\0';
		s = secret_read(tap_path("key"), why, sizeof(why));
		ok(s == NULL && strstr(why, cases[i].says) != NULL,
		    "refused: %s", why);
		secret_free(s);
	}
	ok(secret_read(tap_path("none"), why, sizeof(why)) == NULL &&
	    strstr(why, "none: No such file") != NULL, "missing: %s", why);
	ok(secret_read(tap_dir(), why, sizeof(why)) == NULL &&
	    strstr(why, "not a regular file") != NULL, "a folder: %s", why);
	mkfifo(tap_path("fifo"), 0600);
	ok(secret_read(tap_path("fifo"), why, sizeof(why)) == NULL &&
	    strstr(why, "not a regular file") != NULL, "a FIFO: %s", why);
}

/* Root may give a file away; others cannot make the case. */
static void
test_owner(void)
{
	struct secret *s;
	char why[256] = "";

	write_file("key", "key", 3, 0600);
	if (geteuid() == 0) {
		if (chown(tap_path("key"), 12345, (gid_t)-1) < 0)
			perror("chown");
		s = secret_read(tap_path("key"), why, sizeof(why));
		ok(s == NULL && strstr(why, "chown") != NULL, "%s", why);
		secret_free(s);
		if (chown(tap_path("key"), 0, (gid_t)-1) < 0)
			perror("chown");
	}
	s = secret_read(tap_path("key"), why, sizeof(why));
	ok(s != NULL, "our own %s", why);
	secret_free(s);
}

static void
test_content(void)
{
	static const struct {
		const char *text;
		size_t n, want;
	} cases[] = {
		{ "key", 3, 3 },
		{ "key\n", 4, 3 },
		{ "key\n\n", 5, 4 },
		{ "key\r\n", 5, 4 },
		{ "a\0b", 3, 3 },
	};
	char why[256], own[] = "password", zeros[8] = "";
	struct secret *s;

	for (size_t i = 0; i < N(cases); i++) {
		write_file("key", cases[i].text, cases[i].n, 0400);
		s = secret_read(tap_path("key"), why, sizeof(why));
		ok(s != NULL && secret_len(s) == cases[i].want &&
		    memcmp(secret_bytes(s), cases[i].text,
		    cases[i].want) == 0, "content %zu", i);
		secret_free(s);
	}
	s = secret_take(own, 8);
	ok(s != NULL && secret_len(s) == 8 &&
	    memcmp(secret_bytes(s), "password", 8) == 0, "taken");
	is_mem(own, zeros, 8, "and wiped where it was");
	secret_free(s);
	s = secret_take(NULL, 0);
	ok(s != NULL && secret_len(s) == 0, "nothing can be taken, too");
	secret_free(s);
	secret_free(NULL);
}

/* How a child ends that writes into a secret, or reads behind it. */
static int
fault(int is_write)
{
	char own[] = "password";
	struct secret *s = secret_take(own, 8);
	volatile unsigned char *p = (unsigned char *)secret_bytes(s);
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		if (is_write)
			p[0] = 1;
		else
			(void)p[8];
		_exit(0);
	}
	waitpid(pid, &status, 0);
	secret_free(s);
	return status;
}

static void
test_no_lock(void)
{
	static const struct rlimit none = { 0, 0 };
	char own[] = "password";
	struct secret *s;

	setrlimit(RLIMIT_MEMLOCK, &none);
	s = secret_take(own, 8);
	ok(s != NULL && secret_len(s) == 8, "without the right to lock memory");
	secret_free(s);
}

int
main(void)
{
	is_int(secret_init(), 0, "libsodium starts");
	is_int(secret_init(), 0, "and again");
	test_refused();
	test_owner();
	test_content();
	is_int(WTERMSIG(fault(1)), SIGSEGV, "writing into a secret is fatal");
	is_int(WTERMSIG(fault(0)), SIGSEGV, "reading behind it is fatal");
	test_no_lock();
	return tap_done();
}
