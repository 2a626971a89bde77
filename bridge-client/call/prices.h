#ifndef BRIDGE_CALL_PRICES_H
#define BRIDGE_CALL_PRICES_H

#include <stddef.h>
#include <stdint.h>

struct batch;
struct call;
struct exchanges;
struct journal;
struct provider_event;

/*
 * What legs have cost, when it is known after the call has ended only: some
 * providers tell it late, some when they are asked (a minute later, five, half
 * an hour; after a restart likewise).  It goes into the record of the call.
 */
struct price_ask;
struct price_row;

struct prices {
	struct exchanges	*all;		/* borrowed */
	struct journal		*journal;	/* borrowed */
	struct price_ask	*asks;
	size_t			 n_asks;
	int64_t			 due_ms;	/* not later; 0: none is */
	struct price_row	*rows;		/* to be written */
};

void prices_init(struct prices *, struct exchanges *, struct journal *);
/* What is being asked goes on; it must not call back any more. */
void prices_free(struct prices *);

/* After a start: of calls that ended lately, as the journal has them. */
void prices_recall(struct prices *);
/* The call is over; its legs' providers, by their indexes. */
void prices_ended(struct prices *, const struct call *,
    const size_t provider[2]);
/* An event that bears a price, of a call that is not open any more. */
void prices_told(struct prices *, const struct provider_event *);

/* Puts the records that have changed into the batch, beside `n_open` others;
 * and forgets those that it has written. */
void prices_gather(struct prices *, struct batch *, size_t n_open);
void prices_written(struct prices *);

/* Asks those that are due; when to come again, monotonic ms, or 0. */
int64_t prices_wake(struct prices *);

#endif
