#ifndef BRIDGE_PAYER_FARE_H
#define BRIDGE_PAYER_FARE_H

#include <stdint.h>

#include "lib/ask.h"

struct acceptance;
struct contract_account;
struct journal;

struct fare_ask {
	const struct contract_account	*account;
	struct journal			*journal;
	int64_t				 wall;	/* now */
	int64_t				 most;	/* the caps leave so much */
};

/*
 * What a call may cost, and who pays: by the account's rates for both numbers,
 * now.  The hold is what the longest talk costs, or what there is, if that is
 * less; and the acceptance's longest talk becomes what the hold pays for.  So
 * a call never costs more than was held, nor than the caps leave.  Where the
 * account has its holds step by step (hold_for), the hold is that of the first
 * step, and the longest talk what the caps leave.
 *
 * ASK_OK, also where nobody pays.  ASK_NUMBER_DENIED: one of the numbers has
 * no price.  ASK_UNPAID: not even the shortest talk can be paid.  ASK_STOPPED:
 * the ledger cannot be read.
 */
enum ask_refusal fare_make(struct acceptance *, const struct fare_ask *)
    __attribute__((warn_unused_result));

#endif
