#ifndef BRIDGE_JOURNAL_ROWS_H
#define BRIDGE_JOURNAL_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/db.h"

#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/record.h"

struct buf;
struct call;
struct vault;

/*
 * The rows of the LMDB journal, one at a time, in the caller's transaction.
 * JOURNAL_DAMAGED where a row does not pass record.h.
 */
enum rows_table {
	ROWS_BLOCKED,	/* hash of a number -> times */
	ROWS_CALLS,	/* call id -> call */
	ROWS_META,	/* "high" -> times */
	ROWS_REVOKED,	/* enum ask_revoke_by and what -> times */
	ROWS_USES,	/* offer id -> uses */
	/* see ledger_record.h */
	ROWS_ACCOUNTS,	/* name, currency -> account */
	ROWS_ENTRIES,	/* number -> entry */
	ROWS_HOLDS,	/* call id -> hold */
	ROWS_NOTICES,	/* see notices.c -> times */
	ROWS_MEANS,	/* see means_record.h */
	ROWS_FORGETS,	/* call id, leg, tries -> times */
	ROWS_TABLES
};
/* Names for db_open(), in that order. */
extern const char *const rows_tables[ROWS_TABLES + 1];

#define ROWS_KEY_MAX 255
struct rows_key {
	unsigned char	bytes[ROWS_KEY_MAX];
	size_t		len;
};

/* Of ROWS_META; DESIGN, section 8, says what they hold. */
extern const struct rows_key rows_high, rows_jump, rows_sealed, rows_copy,
    rows_restored;

enum journal_result rows_result(enum db_result);

/*
 * Is there room for something new?  A part of the map is kept for what goes on:
 * calls that have to end, and the sweep, which needs pages to give some back.
 */
int rows_has_room(struct db *);
/* Bytes.  0, or -1. */
int rows_usage(struct db *, uint64_t *used, uint64_t *max);

/* What is private is sealed; see record.h. */
enum journal_result rows_get_call(struct db_txn *, struct vault *,
    const unsigned char id[JOURNAL_ID_BYTES], struct call *);
/* `scratch` is overwritten. */
enum journal_result rows_put_call(struct db_txn *, struct buf *scratch,
    struct vault *, const struct call *);
/* `*u` is zero where there is none (JOURNAL_NOT_FOUND). */
enum journal_result rows_get_uses(struct db_txn *,
    const unsigned char offer[JOURNAL_ID_BYTES], struct record_uses *u);
/* What they say of the offer; all else stays. */
void rows_offer_of(struct journal_offer *, const struct record_uses *);
enum journal_result rows_put_uses(struct db_txn *,
    const unsigned char offer[JOURNAL_ID_BYTES], const struct record_uses *);
enum journal_result rows_get_times(struct db_txn *, enum rows_table,
    const struct rows_key *, struct record_times *);
enum journal_result rows_put_times(struct db_txn *, enum rows_table,
    const struct rows_key *, const struct record_times *);
/* Likewise, but no time that is there already becomes earlier. */
enum journal_result rows_raise_times(struct db_txn *, enum rows_table,
    const struct rows_key *, const struct record_times *);

int rows_has_any(struct db_txn *, enum rows_table);

void rows_key_of(struct rows_key *, const void *, size_t);
void rows_key_of_revocation(struct rows_key *,
    const struct journal_revocation *);
void rows_key_of_forget(struct rows_key *, const struct journal_forget *);
/* Before every id that was made at this time or later. */
void rows_key_of_time(struct rows_key *, int64_t wall);
/* Before that of every call that was accepted at this time or later. */
void rows_key_of_accepted(struct rows_key *, int64_t wall);

/* JOURNAL_BLOCKED, or OK: the number, by its hash, is not.  Outside of a
 * transaction. */
enum journal_result rows_is_blocked(struct db *,
    const unsigned char hash[16]);

/* JOURNAL_OK: not revoked.  A row that cannot be read counts as one. */
enum journal_result rows_is_revoked(struct db_txn *,
    const struct journal_key *);

#endif
