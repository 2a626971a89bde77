#ifndef MILTER_HOOKS_H
#define MILTER_HOOKS_H

#include <stddef.h>

struct settings;

/*
 * The one door to libmilter: its callbacks, and how it is started and ended.
 * What is done with a message is milter/message's business.
 */

/* Opens the socket.  Before privileges are dropped.  -1: `why` says what. */
int hooks_listen(const struct settings *, char *why, size_t size)
    __attribute__((warn_unused_result));

/*
 * Serves until the process ends.  libmilter takes SIGTERM, SIGINT and SIGHUP
 * for a wish to stop: block them in the calling thread, and have them handled
 * in another one.  Comes back on failure only: -1.
 */
int hooks_run(void);

/* Messages that are between MAIL FROM and their end. */
size_t hooks_busy(void);

#endif
