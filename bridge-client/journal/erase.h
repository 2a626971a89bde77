#ifndef BRIDGE_JOURNAL_ERASE_H
#define BRIDGE_JOURNAL_ERASE_H

#include <stddef.h>

struct buf;
struct db;
struct journal_erased;
struct journal_erasure;
struct vault;

/*
 * Erasing what identifies people from the journal's rows (journal.h), and the
 * keys that could bring it back.  Day by day: where a row of the day is meant,
 * the day gets another key, its rows are written anew, erased or under that
 * key, and then the older key is deleted.  So nothing that LMDB has left on
 * the disk can be read, either.  A day without an open call that is meant
 * whole only loses its keys.
 *
 * It goes on a piece at a time, in transactions of its own; one that a crash
 * interrupts is finished by erase_resume(), but for the rows that were still
 * to be erased.
 */
struct erase;

struct erase_at {		/* all borrowed */
	struct db	*db;
	struct buf	*row;		/* scratch */
	struct vault	*vault;
};

/* NULL: out of memory. */
struct erase *erase_new(const struct erase_at *);
void erase_free(struct erase *);

/* From now on what is erased is to be deleted at its providers, too: each leg
 * that has a name there gets a row of ROWS_FORGETS, in the transaction that
 * erases it. */
void erase_elsewhere(struct erase *);

/* As journal.h has it: an enum journal_result. */
int erase_step(struct erase *, const struct journal_erasure *, size_t budget,
    struct journal_erased *) __attribute__((warn_unused_result));
/* Goes on with what was interrupted, if anything was. */
int erase_resume(struct erase *, size_t budget)
    __attribute__((warn_unused_result));

/* Seals the rows of a journal from before there was a vault: all, and once. */
int erase_convert(const struct erase_at *)
    __attribute__((warn_unused_result));

#endif
