/* TAP for tests in C.  Complaints go to standard error, as prove shows them. */

#include <sys/mman.h>

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t/tap.h"

static int n_run, n_failed;
static char dir[64];
static pid_t dir_owner;

static void
name(int passed, const char *fmt, va_list ap)
{
	n_run++;
	if (!passed)
		n_failed++;
	printf("%s %d - ", passed ? "ok" : "not ok", n_run);
	vprintf(fmt, ap);
	putchar('\n');
}

int
tap_ok(int passed, const char *file, int line, const char *what,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	name(passed, fmt, ap);
	va_end(ap);
	if (!passed)
		fprintf(stderr, "#   at %s:%d: %s\n", file, line, what);
	fflush(stdout);
	return (passed);
}

int
tap_is_int(long long got, long long want, const char *file, int line,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	name(got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		fprintf(stderr, "#   at %s:%d: got %lld, want %lld\n", file,
		    line, got, want);
	fflush(stdout);
	return (got == want);
}

int
tap_is_str(const char *got, const char *want, const char *file, int line,
    const char *fmt, ...)
{
	int same = got == want ||
	    (got != NULL && want != NULL && strcmp(got, want) == 0);
	va_list ap;

	va_start(ap, fmt);
	name(same, fmt, ap);
	va_end(ap);
	if (!same)
		fprintf(stderr, "#   at %s:%d\n#   got:  %s\n"
		    "#   want: %s\n", file, line,
		    got != NULL ? got : "(null)",
		    want != NULL ? want : "(null)");
	fflush(stdout);
	return (same);
}

static void
hex(const char *label, const unsigned char *p, size_t len)
{
	fprintf(stderr, "#   %s", label);
	for (size_t i = 0; i < len && i < 64; i++)
		fprintf(stderr, "%02x", p[i]);
	fputs(len > 64 ? "...\n" : "\n", stderr);
}

int
tap_is_mem(const void *got, const void *want, size_t len, const char *file,
    int line, const char *fmt, ...)
{
	int same = got != NULL && want != NULL && memcmp(got, want, len) == 0;
	va_list ap;

	va_start(ap, fmt);
	name(same, fmt, ap);
	va_end(ap);
	if (!same) {
		fprintf(stderr, "#   at %s:%d\n", file, line);
		if (got != NULL && want != NULL) {
			hex("got:  ", got, len);
			hex("want: ", want, len);
		}
	}
	fflush(stdout);
	return (same);
}

void
tap_note(const char *fmt, ...)
{
	va_list ap;

	fputs("# ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

int
tap_done(void)
{
	printf("1..%d\n", n_run);
	if (n_failed > 0)
		printf("# %d of %d failed\n", n_failed, n_run);
	return (n_failed > 0 || n_run == 0);
}

void *
tap_edge(const void *bytes, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len + page - 1) / page * page;
	unsigned char *p = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + room, page, PROT_NONE) == -1) {
		perror("tap_edge");
		exit(2);
	}
	if (len > 0)
		memcpy(p + room - len, bytes, len);
	return (p + room - len);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return (remove(path));
}

static void
remove_dir(void)
{
	if (getpid() == dir_owner)
		nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
tap_dir(void)
{
	if (dir[0] == '\0') {
		snprintf(dir, sizeof(dir), "/tmp/calloffer-t.XXXXXX");
		if (mkdtemp(dir) == NULL) {
			perror("mkdtemp");
			exit(2);
		}
		dir_owner = getpid();
		atexit(remove_dir);
	}
	return (dir);
}

const char *
tap_path(const char *name)
{
	static char paths[8][512];
	static int i;

	i = (i + 1) % 8;
	snprintf(paths[i], sizeof(paths[i]), "%s/%s", tap_dir(), name);
	return (paths[i]);
}
