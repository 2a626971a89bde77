#ifndef MILTER_COUNT_H
#define MILTER_COUNT_H

#include <stddef.h>
#include <stdint.h>

#include "milter/reason.h"

struct buf;

/*
 * What has happened since the start, as text for a collector (Prometheus text
 * format 0.0.4).  Any number of threads may count at once.
 */
enum count_outcome {
	COUNT_INSERTED,
	COUNT_WOULD_INSERT,	/* a dry run */
	COUNT_REFUSED,
	COUNT_SKIPPED,
	COUNT_FAILED,
	COUNT_NONE,		/* nobody asked */
	COUNT_OUTCOMES
};

/* "inserted", "would-insert", ...: as the log has it. */
const char *count_word(enum count_outcome);

/* A message is done.  REASON_NONE where it got its button. */
void count_message(enum count_outcome, enum reason);

/* A body that was searched for a place. */
struct count_rewrite {
	int64_t	us;		/* that it took */
	size_t	bytes;		/* of the body */
	size_t	added;
	int	is_spooled;	/* in part */
};
void count_rewrite(const struct count_rewrite *);

/* A connection of the mail server begins (1) or ends (-1). */
void count_session(int);
/* A reload: 1 taken, 0 refused. */
void count_reload(int is_good);

/* What does not count up, as it is just now. */
struct count_now {
	size_t	busy;			/* messages under way */
	size_t	offerors;
	int64_t	table_written;		/* Unix time of its file */
	int64_t	conf_read;		/* Unix time */
	int64_t	started;
};
void count_print(struct buf *, const struct count_now *);

#endif
