#ifndef BRIDGE_JOURNAL_RECORD_H
#define BRIDGE_JOURNAL_RECORD_H

#include <stddef.h>
#include <stdint.h>

struct acceptance;
struct buf;
struct call;
struct vault;

/*
 * The rows of the journal as bytes: a version, the fields, and a CRC-32C over
 * the row's key and all bytes before, so that a row that was changed or that
 * stands under another key is seen.  Big-endian; times are 5 bytes, Unix
 * seconds.  DESIGN, section 8, draws them.
 *
 * Reading is strict: unknown version, values out of range, bytes left over, a
 * wrong checksum: refused, -1.
 */
#define RECORD_CALL_MAX		2048

/*
 * What identifies a person in a call's row is sealed
 * (bridge-client/journal/vault). Where the key is gone, or the vault NULL, the
 * call is read as erased; and a call that is erased is written so.
 */

/* Appends; a failure is the buffer's.  The key is the call's id.  -1: it
 * cannot be sealed (vault_error()), or the buffer is bad. */
int record_put_call(struct buf *, const struct call *, struct vault *)
    __attribute__((warn_unused_result));
/* What is not kept is zero. */
struct record_row {
	const unsigned char	*id;	/* 16 bytes: its key */
	const void		*data;
	size_t			 len;
};
int record_get_call(struct call *, const struct record_row *, struct vault *)
    __attribute__((warn_unused_result));
/* Only a look: was it written before there was a vault? */
int record_is_bare(const struct record_row *);
/* Only a look, without the checksum: may the call be open? */
int record_may_be_open(const void *, size_t);
/* Of a damaged row: whose use of which offer it would be (offer, a_hash), for
 * who can check that.  -1: it is too short. */
int record_guess(struct acceptance *, const struct record_row *)
    __attribute__((warn_unused_result));

/* What an offer has had of its uses.  The key is the offer's id. */
struct record_uses {
	uint8_t		uses;
	uint8_t		spent;
	uint8_t		is_open;
	uint16_t	attempts;
	int64_t		not_after;
	/* the number that pressed 1 first, hashed; zeros: none has */
	unsigned char	bound[16];
};
#define RECORD_USES_BYTES	15	/* unbound */
#define RECORD_USES_MAX		31
/* Its length. */
size_t record_put_uses(unsigned char dst[RECORD_USES_MAX],
    const unsigned char offer[16], const struct record_uses *);
int record_get_uses(struct record_uses *, const unsigned char offer[16],
    const void *, size_t) __attribute__((warn_unused_result));

/* Two times under any key: a revocation, a blocked number, the high water. */
struct record_times {
	int64_t		at;
	int64_t		until;
};
#define RECORD_TIMES_BYTES	15
void record_put_times(unsigned char dst[RECORD_TIMES_BYTES], const void *key,
    size_t, const struct record_times *);
int record_get_times(struct record_times *, const void *key, size_t,
    const void *, size_t) __attribute__((warn_unused_result));

#endif
