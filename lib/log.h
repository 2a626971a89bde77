#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>

/*
 * One event, one line.  Lines are `key=value` words after the id of the
 * message, offer or call they are about.  Never a key, a token or a whole
 * number: see tel_redact().
 *
 * Until log_open() lines go to stderr.  errno is preserved by every call.
 * Control characters in the finished line are replaced by '?', so that no
 * value from outside can forge a second line.  A line is cut at 1,000 bytes.
 */

enum log_to {
	/* plain; with <N> priorities where JOURNAL_STREAM is set */
	LOG_TO_STDERR,
	LOG_TO_SYSLOG	/* facility mail */
};

/* `ident` is borrowed for ever: give a literal. */
void log_open(const char *ident, enum log_to to, int is_verbose);

/*
 * While they are held this thread's lines to stderr are gathered, and written
 * together: by log_flush(), before a warning, and when they are held no more.
 * lib/loop does so for each turn: what a crash in the middle of one takes along
 * is what happened in it.  Whoever answers in a turn flushes before, so that
 * the log is never behind what somebody was told.
 */
void log_hold(int is_on);
void log_flush(void);

/* Only shown when verbose. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The normal life of the program. */
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A person should act. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Say why and exit with `status` (see sysexits(3)).  For main before the jail
 * closes, and for a broken invariant of our own; never for input.
 */
_Noreturn void log_fatal(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
