#ifndef MILTER_SPOOL_H
#define MILTER_SPOOL_H

#include <stddef.h>

#include "lib/buf.h"

/*
 * A body on its way through: its first bytes are kept in memory, the others,
 * beyond a threshold, in a file that has no name and is gone when it is
 * closed.  So memory does not grow with the size of mail.
 */
#define SPOOL_WINDOW 65535	/* bytes of the file that are read at once */

enum spool_state {
	SPOOL_GOOD,
	SPOOL_OVER,		/* more than its ceiling */
	SPOOL_FAILED		/* no memory, no file, a full disk */
};

struct spool {
	enum spool_state state;
	struct buf	 head;		/* in memory */
	size_t		 len;		/* of all */
	size_t		 max;
	const char	*dir;		/* borrowed */
	int		 fd;		/* -1: there is no file */
	unsigned char	*window;
};

/* Owns nothing yet, and takes nothing. */
void spool_init(struct spool *);
/* Empty again: up to `max` bytes, of them `threshold` in memory. */
void spool_begin(struct spool *, size_t max, size_t threshold,
    const char *dir);
/* Gives memory and file back; as after spool_init().  NULL is fine. */
void spool_free(struct spool *);

/* Once it is not good it keeps nothing, and stays so. */
void spool_put(struct spool *, const unsigned char *, size_t);

/*
 * Of `len` bytes (1 or more, all of them there) from `at`, as many as can be
 * seen at once; 0: they cannot be read.  Valid until the next call.
 */
size_t spool_some(struct spool *, size_t at, size_t len,
    const unsigned char **);
/*
 * All of them: where they lie, or in `copy`, which must be empty and is the
 * caller's to free.  NULL: they cannot be read.
 */
const unsigned char *spool_all(struct spool *, size_t at, size_t len,
    struct buf *copy);

/* Can files be made in this folder?  0, or -1 and a sentence. */
int spool_check(const char *dir, char *why, size_t size);

#endif
