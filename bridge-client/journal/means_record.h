#ifndef BRIDGE_JOURNAL_MEANS_RECORD_H
#define BRIDGE_JOURNAL_MEANS_RECORD_H

#include <stddef.h>

#include "bridge-client/payer/means.h"

struct buf;

/*
 * Means of payment as rows of the journal, as bridge-client/journal/record.h: a
 * version, the fields, a CRC-32C over key and row.  DESIGN, section 8, draws
 * them.
 */
#define MEANS_RECORD_MAX	768
#define MEANS_KEY_MAX		(1 + TERMS_ACCOUNT_MAX)
struct means_key {
	unsigned char	bytes[MEANS_KEY_MAX];
	size_t		len;
};
/* Of a link its id says which; of the others the account. */
void means_record_key(struct means_key *, const struct means *);

/* Appends; a failure is the buffer's. */
void means_record_put(struct buf *, const struct means *);
/* 0, or -1: it is no such row, or stands under another key. */
int means_record_get(struct means *, const struct means_key *, const void *,
    size_t) __attribute__((warn_unused_result));

#endif
