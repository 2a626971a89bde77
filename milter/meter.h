#ifndef MILTER_METER_H
#define MILTER_METER_H

#include <stddef.h>

struct settings;

/*
 * Where a collector reads the counts (milter/count.h): a small web server in a
 * thread of its own, on a Unix socket or on loopback.  It takes one connection
 * at a time, two seconds each.
 */

/*
 * Listens at the settings' `metrics`.  Before privileges are dropped.  The
 * descriptor; -1: `why` says what.
 */
int meter_listen(const struct settings *, char *why, size_t size)
    __attribute__((warn_unused_result));

/*
 * Starts the thread.  `busy`: how many messages are under way.  In the calling
 * thread no signal may be let through that is not for it.
 */
int meter_start(int fd, size_t (*busy)(void), char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
