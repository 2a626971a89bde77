#ifndef BRIDGE_JOURNAL_RESTORE_H
#define BRIDGE_JOURNAL_RESTORE_H

#include <stddef.h>
#include <stdint.h>

struct db;
struct vault;

/*
 * A journal that is older than it has been: a backup that was put in its
 * place.  Uses, revocations and calls of the time between are lost with it.
 * And one that the clock has led into the future, where it has forgotten what
 * was past keeping: until that has come nothing would be accepted.
 */

/*
 * Is it one?  By the mark that `calloffer backup' leaves in what it writes,
 * and by the high-water mark outside (vault.h), held against the one inside.
 * `why` is empty before.
 * 0: no; 1: yes, and a sentence; -1: the journal cannot be read.
 */
int restore_is_needed(struct db *, struct vault *, char *why, size_t size)
    __attribute__((warn_unused_result));

struct restore_done {
	int64_t		before;		/* offers minted before are refused */
	uint32_t	n_open;		/* calls that were open */
};

/*
 * Makes it one to go on with: offers that were minted until now are refused,
 * for nobody knows what became of them; calls that were open have ended,
 * nobody knows how, and their legs are put down at the next start.  In one
 * transaction.  0; 1: it is neither, and nothing was done; -1, and a sentence.
 */
struct restore_place {
	const char	*dir;
	size_t		 map_size;
	struct vault	*vault;
};
int restore_journal(const struct restore_place *, int64_t wall,
    struct restore_done *, char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
