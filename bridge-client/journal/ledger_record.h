#ifndef BRIDGE_JOURNAL_LEDGER_RECORD_H
#define BRIDGE_JOURNAL_LEDGER_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "bridge-client/call/call.h"
#include "bridge-client/journal/ledger.h"

struct buf;

/*
 * The ledger's rows as bytes, as bridge-client/journal/record.h has the
 * others: a version, the fields, a CRC-32C over the row's key and all bytes
 * before. DESIGN, section 8, draws them.  Reading is strict: -1.
 */
#define LEDGER_RECORD_MAX	512

/* What an account is known by. */
#define LEDGER_KEY_MAX	(LEDGER_NAME_MAX + MONEY_CURRENCY_SIZE)
struct ledger_key {
	unsigned char	bytes[LEDGER_KEY_MAX];
	size_t		len;
};
void ledger_record_key(struct ledger_key *, const char *name,
    const char *currency);
/* An entry by its number. */
#define LEDGER_NUMBER_BYTES	8
void ledger_record_number(unsigned char key[LEDGER_NUMBER_BYTES], uint64_t);

/* What has become of the money of a call, or of a top-up (CALL_PAY_TAKEN, its
 * payer ""): by its id. */
struct ledger_hold {
	struct call_fare fare;
	uint8_t		 pay;		/* enum call_pay */
	int64_t		 at;		/* of the last change */
	int64_t		 cost;
	int64_t		 raise;		/* see call.h */
	char		 account[TERMS_ACCOUNT_MAX + 1];
	char		 ref[CALL_REF_MAX + 1];
};

/* Append; a failure is the buffer's. */
void ledger_record_put_account(struct buf *, const struct ledger_account *);
void ledger_record_put_entry(struct buf *, const struct ledger_entry *);
void ledger_record_put_hold(struct buf *, const unsigned char id[16],
    const struct ledger_hold *);

int ledger_record_get_account(struct ledger_account *, const void *key, size_t,
    const void *, size_t) __attribute__((warn_unused_result));
int ledger_record_get_entry(struct ledger_entry *, const void *key, size_t,
    const void *, size_t) __attribute__((warn_unused_result));
int ledger_record_get_hold(struct ledger_hold *, const unsigned char id[16],
    const void *, size_t) __attribute__((warn_unused_result));

#endif
