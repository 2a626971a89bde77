/* The log's lines: cut, cleaned, one write each, errno untouched. */

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#include "t/tap.h"

/* What `fn` writes to stderr, as one string; its exit status in `*status`. */
static const char *
heard(void (*fn)(void), int *status)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return "no pipe";
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		fn();
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(ends[0]);
	waitpid(pid, status, 0);
	return text;
}

static void
say_plain(void)
{
	log_debug("unseen");
	log_info("id=1 a=%d", 2);
	log_open("prog", LOG_TO_STDERR, 0);
	log_debug("unseen");
	log_info("id=1");
	log_warn("disk full");
	log_open("prog", LOG_TO_STDERR, 1);
	log_debug("seen");
}

static void
say_forged(void)
{
	log_info("name=%s", "x\nfatal: y\r\t\x1b[2J\x7f\xc2\x85 z\xc3\xab");
}

static void
say_long(void)
{
	char long_text[2000];

	memset(long_text, 'a', sizeof(long_text));
	long_text[1999] = '\0';
	log_info("%s", long_text);
	long_text[1000] = '\0';
	log_info("%s", long_text);
	/* A character of two bytes across the place of the cut. */
	long_text[1000] = 'a';
	memcpy(long_text + 996, "\xc3\xab", 2);
	log_info("%s", long_text);
}

static void
say_errno(void)
{
	close(STDERR_FILENO);
	errno = ENOSPC;
	log_warn("%m");
	if (errno != ENOSPC)
		_exit(1);
}

static void
say_fatal(void)
{
	log_open("prog", LOG_TO_STDERR, 0);
	log_fatal(78, "FILE:%d: wrong", 3);
}

static void
say_journal(void)
{
	char stream[64];
	struct stat st;

	fstat(STDERR_FILENO, &st);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open("prog", LOG_TO_STDERR, 0);
	log_info("a");
	log_warn("b");
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_open("prog", LOG_TO_STDERR, 0);
	log_info("c");
}

/* How much has been written is told on the way: stderr is a file. */
static off_t
written(void)
{
	return lseek(STDERR_FILENO, 0, SEEK_CUR);
}

static void
say_to_file(void (*fn)(void))
{
	char text[8192];
	int out = dup(STDERR_FILENO), file = memfd_create("log", 0);
	ssize_t n;

	if (out < 0 || file < 0 || dup2(file, STDERR_FILENO) < 0)
		_exit(2);
	fn();
	n = pread(file, text, sizeof(text), 0);
	if (n < 0 || write(out, text, (size_t)n) != n)
		_exit(2);
}

static void
say_held(void)
{
	log_hold(1);
	log_info("held");
	log_info("so far %d", (int)written());
	log_warn("so far %d", (int)written());
	log_info("so far %d", (int)written());
	errno = ENOSPC;
	log_flush();
	if (errno != ENOSPC)
		_exit(1);
	log_info("so far %d", (int)written());
	log_hold(0);
	log_info("at once, after %d", (int)written());
	log_info("after %d", (int)written());
}

static void
say_held_to_file(void)
{
	say_to_file(say_held);
}

/* More than is ever held, in whole lines. */
static void
say_held_long(void)
{
	char long_text[991];
	int i;

	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	log_hold(1);
	for (i = 0; i < 5; i++)
		log_info("%s", long_text);
	log_info("so far %d", (int)written());
	log_flush();
}

static void
say_held_long_to_file(void)
{
	say_to_file(say_held_long);
}

static void
say_held_fatal(void)
{
	log_hold(1);
	log_info("held");
	log_fatal(3, "over");
}

static void
test_held(void)
{
	const char *text;
	int status;

	is_str(heard(say_held_to_file, &status), "held\nso far 0\n"
	    "warning: so far 0\nso far 32\nso far 42\n"
	    "at once, after 52\nafter 70\n",
	    "lines are held until a warning, or to be written together");
	is_int(status, 0, "errno is preserved");
	text = heard(say_held_long_to_file, &status);
	ok(strlen(text) > 4955, "all of it comes");
	is_str(text + 4955, "so far 3964\n",
	    "four lines of five went when there was no room");
	is_str(heard(say_held_fatal, &status), "held\nfatal: over\n",
	    "fatal keeps nothing back");
}

static void
test_long(void)
{
	const char *text, *second, *third;
	int status;

	text = heard(say_long, &status);
	second = strchr(text, '\n') + 1;
	is_int(second - text, 1001, "a long line is cut at 1,000 bytes");
	ok(memcmp(second - 5, "a...\n", 5) == 0, "and says so");
	third = strchr(second, '\n') + 1;
	ok(third - second == 1001 && third[-2] == 'a',
	    "1,000 bytes are not cut");
	is_str(third + 995, "a...\n", "no half character before the cut");
}

int
main(void)
{
	int status;

	unsetenv("JOURNAL_STREAM");
	is_str(heard(say_forged, &status),
	    "name=x?fatal: y???[2J?? z\xc3\xab\n", "no second line is forged");
	is_str(heard(say_plain, &status), "id=1 a=2\nprog: id=1\n"
	    "prog: warning: disk full\nprog: seen\n", "lines on stderr");
	test_long();
	test_held();
	heard(say_errno, &status);
	is_int(status, 0, "errno is preserved, even when nobody can hear");
	is_str(heard(say_fatal, &status), "prog: fatal: FILE:3: wrong\n",
	    "fatal says why");
	is_int(WEXITSTATUS(status), 78, "and exits with the status");
	is_str(heard(say_journal, &status), "<6>a\n<4>b\nprog: c\n",
	    "priorities for systemd's journal, if it is still there");
	return tap_done();
}
