#ifndef BRIDGE_JOURNAL_VAULT_H
#define BRIDGE_JOURNAL_VAULT_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * What is kept away from the journal and from its backups.
 *
 * Day keys.  What identifies a person in the record of a call is sealed under
 * a key of the call's day (UTC, by the time in the call's id), and these keys
 * are kept away from the records and from their backups: a file for each, in a
 * directory of their own, "2026-11-23.0", made when it is first needed.  Who
 * deletes the file has erased that day; nothing brings it back.
 *
 * To erase less than a day, the day gets another key (the next generation,
 * "2026-11-23.1"); what is to be kept is sealed anew under it, and the older
 * key is deleted.  The newest key of a day is the one that seals.
 *
 * Sealed: 2 generation, 8 of the nonce, then XChaCha20-Poly1305 (IETF) of the
 * text, 16 bytes longer than it.  The nonce is the call's id and the 8 bytes,
 * which never come twice in the life of a process.
 */
struct vault;

#define VAULT_ID_BYTES	16
#define VAULT_MORE	26	/* bytes that sealing adds */
#define VAULT_TEXT_MAX	1024

enum vault_result {
	VAULT_OK = 0,
	VAULT_GONE,	/* its key is not here (any more): it is erased */
	VAULT_FAILED	/* vault_error() says why */
};

/*
 * The directory is made where it is missing (mode 0700).  `dir` NULL: the keys
 * live in memory, and go with it.  NULL, and a sentence in `why`.
 */
struct vault *vault_open(const char *dir, char *why, size_t size);
void vault_close(struct vault *);
/* Of the last that failed; "" after vault_seal() has gone well.  Who tells of a
 * failure that may not be the vault's forgets what was before, first. */
const char *vault_error(const struct vault *);
void vault_forget_error(struct vault *);

/* Appends.  The day's first key is durable before this returns. */
enum vault_result vault_seal(struct vault *,
    const unsigned char id[VAULT_ID_BYTES], const void *text, size_t len,
    struct buf *) __attribute__((warn_unused_result));
/* `*len` is the size of `text`, and then the length of what is in it.  What
 * was sealed under another key than the file now holds is GONE as well. */
enum vault_result vault_unseal(struct vault *,
    const unsigned char id[VAULT_ID_BYTES], const void *sealed, size_t n,
    unsigned char *text, size_t *len) __attribute__((warn_unused_result));

/* Days since 1970, of a call by its id. */
int32_t vault_day(const unsigned char id[VAULT_ID_BYTES]);

/* The first day after this one that has a key: 1, or 0. */
int vault_next_day(const struct vault *, int32_t after, int32_t *day);
/* Has the day more than one key? */
int vault_is_mixed(const struct vault *, int32_t day);

/* Can all its keys be read?  0, or -1. */
int vault_read(struct vault *, int32_t day)
    __attribute__((warn_unused_result));
/* Another key for this day, durable.  0, or -1. */
int vault_renew(struct vault *, int32_t day)
    __attribute__((warn_unused_result));
/* Deletes the older keys of the day; or all of it; or of all earlier days.
 * Durable.  0, or -1: some are still there. */
int vault_settle(struct vault *, int32_t day)
    __attribute__((warn_unused_result));
int vault_erase(struct vault *, int32_t day)
    __attribute__((warn_unused_result));
int vault_expire(struct vault *, int32_t before)
    __attribute__((warn_unused_result));
/* Forgets those whose files somebody has deleted. */
void vault_look(struct vault *);

/*
 * The high-water mark, in the file "high-water": a time that the journal has
 * certainly reached, Unix seconds.  A journal that has not is an older one.
 * 1, or 0: there is none; or -1: it cannot be read.
 */
int vault_high(struct vault *, int64_t *wall)
    __attribute__((warn_unused_result));
/* Durable.  0, or -1 and told in the log, too. */
int vault_set_high(struct vault *, int64_t wall);

#endif
