/*
 * One event, one line, to stderr or syslog.
 */

#include <sys/stat.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/log.h"

#define LINE_MAX_BYTES 1000
#define HELD_MAX_BYTES 4096	/* PIPE_BUF: no pipe mixes it with others' */

static const char *log_ident;
static enum log_to log_target = LOG_TO_STDERR;
static int log_is_verbose;
static int log_is_journal;	/* stderr is systemd's journal */

static _Thread_local struct {
	int	is_on;
	size_t	len;
	char	text[HELD_MAX_BYTES];
} held;

/*
 * systemd names in JOURNAL_STREAM the device and inode that it gave as stderr;
 * where they are no longer ours, somebody has redirected it (systemd.exec(5)).
 */
static int
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return 0;
	snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}

void
log_open(const char *ident, enum log_to to, int is_verbose)
{
	log_ident = ident;
	log_target = to;
	log_is_verbose = is_verbose;
	log_is_journal = stderr_is_journal();
	/* Connects now: in the jail it may no longer be able to. */
	if (to == LOG_TO_SYSLOG)
		openlog(ident, LOG_PID | LOG_NDELAY, LOG_MAIL);
}

/* Control characters of ASCII, and of C1 as UTF-8 writes them, become '?'. */
static size_t
clean(char *line, size_t n)
{
	unsigned char *p = (unsigned char *)line;
	size_t i, to = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == 0xc2 && i + 1 < n && p[i + 1] >= 0x80 &&
		    p[i + 1] <= 0x9f) {
			p[to++] = '?';
			i++;
		} else if (p[i] < 0x20 || p[i] == 0x7f)
			p[to++] = '?';
		else
			p[to++] = p[i];
	}
	return to;
}

/* Marks the cut, and does not leave half of a UTF-8 character before it. */
static size_t
cut(char *line, size_t n)
{
	n -= 3;
	while (n > 0 && ((unsigned char)line[n] & 0xc0) == 0x80)
		n--;
	memcpy(line + n, "...", 3);
	return n + 3;
}

static void
write_out(const char *text, size_t n)
{
	ssize_t done;

	do
		done = write(STDERR_FILENO, text, n);
	while (done < 0 && errno == EINTR);
}

static void
write_held(void)
{
	if (held.len > 0)
		write_out(held.text, held.len);
	held.len = 0;
}

/* Of warnings nothing is held back. */
static int
hold(int priority, const char *out, size_t n)
{
	if (!held.is_on || priority < LOG_INFO)
		return 0;
	if (n > sizeof(held.text) - held.len)
		write_held();
	memcpy(held.text + held.len, out, n);
	held.len += n;
	return 1;
}

/* One write(2) for the line, so that threads and children do not mix theirs. */
static void
write_stderr(int priority, const char *line, size_t n)
{
	char out[LINE_MAX_BYTES + 128];
	int head;

	if (log_is_journal)
		head = snprintf(out, 128, "<%d>", priority);
	else
		head = snprintf(out, 128, "%s%s%s",
		    log_ident != NULL ? log_ident : "",
		    log_ident != NULL ? ": " : "",
		    priority == LOG_WARNING ? "warning: " :
		    priority == LOG_ERR ? "fatal: " : "");
	if (head < 0 || head > 126)
		head = 0;
	memcpy(out + head, line, n);
	n += (size_t)head;
	out[n++] = '\n';
	if (hold(priority, out, n))
		return;
	write_held();
	write_out(out, n);
}

static void __attribute__((format(printf, 2, 0)))
say(int priority, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES + 1];
	int saved = errno, printed;
	size_t n;

	printed = vsnprintf(line, sizeof(line), fmt, ap);
	if (printed < 0)
		printed = snprintf(line, sizeof(line), "unprintable line");
	n = (size_t)printed;
	if (n > LINE_MAX_BYTES)
		n = cut(line, LINE_MAX_BYTES);
	n = clean(line, n);
	if (log_target == LOG_TO_SYSLOG)
		syslog(priority, "%.*s", (int)n, line);
	else
		write_stderr(priority, line, n);
	errno = saved;
}

void
log_flush(void)
{
	int saved = errno;

	write_held();
	errno = saved;
}

void
log_hold(int is_on)
{
	log_flush();
	held.is_on = is_on;
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!log_is_verbose)
		return;
	va_start(ap, fmt);
	say(LOG_DEBUG, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_INFO, fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_WARNING, fmt, ap);
	va_end(ap);
}

void
log_fatal(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_ERR, fmt, ap);
	va_end(ap);
	exit(status);
}
