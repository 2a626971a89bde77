#ifndef ADMIN_SIBLING_H
#define ADMIN_SIBLING_H

#include <stddef.h>

struct buf;

/*
 * The other programs of the same installation: next to this one (as built),
 * or in ../sbin beside its directory (as installed).  Powers stay with them:
 * this tool only starts them.
 */

struct sibling_run {
	const char	*name;
	const char	*user;		/* NULL: as who runs this */
	const char *const *argv;	/* argv[0] is the program's own */
};

/*
 * Becomes that program, as the user `user` where this process is root and
 * there is one: so it sees what the daemon would see.  Returns only in
 * failure, with an exit status.
 */
int sibling_become(const struct sibling_run *);

/*
 * Runs it likewise and gathers what it says on both its outputs, for at most
 * SIBLING_WAIT_MS.  Its exit status, or -1 with a sentence: it could not be
 * run, did not end in time, or was ended by a signal.
 */
#define SIBLING_WAIT_MS 10000
int sibling_hear(const struct sibling_run *, struct buf *said, char *why,
    size_t size) __attribute__((warn_unused_result));

/*
 * Calls `fn` in a child that is `user`, as above.  What it returned, 0..255,
 * or -1: there is no such user, or the child failed.
 */
int sibling_as(const char *user, int (*fn)(const void *), const void *ctx)
    __attribute__((warn_unused_result));

#endif
