#ifndef BRIDGE_CALL_TILL_H
#define BRIDGE_CALL_TILL_H

#include <stdint.h>

#include "bridge-client/payer/payer.h"

struct call;

/*
 * What a call does about its money: a part of the call machine, and as pure.
 * What is to be asked of the payer is left in the call's pay_wants, one act at
 * a time; the machine gives it, and each brings one outcome.
 *
 * A hold is resolved once: taken, free, never held, or -- where the payer has
 * lost it, or has been silent for TILL_PATIENCE_MS -- lost, for a person to
 * look after.
 */
#define TILL_PATIENCE_MS	(24 * INT64_C(3600000))

enum till_says {
	TILL_WAIT,		/* for an outcome, or for the timer */
	TILL_HELD,		/* authorised: the telephones may ring */
	TILL_DECLINED,		/* it will not be */
	TILL_RAISED,		/* more is held: they may talk for longer */
	TILL_SETTLED		/* nothing is open any more */
};

/*
 * The call begins.  HELD: it may go on at once, because the ledger pays or
 * nobody does.
 */
enum till_says till_begin(struct call *, int64_t now_ms);

/* An outcome, or the time has come (pay_due_ms). */
enum till_says till_paid(struct call *, enum payer_act,
    const struct payer_reply *, int64_t now_ms);
enum till_says till_due(struct call *, int64_t now_ms);

/* They talk, and what is held is nearly used up: the next step is asked for. */
enum till_says till_more(struct call *, int64_t now_ms);

/* The payer knows more: 1, and what was to be asked later is due now, or 0. */
int till_hurry(struct call *, int64_t now_ms);

/* The end is known, which is all that the ledger waits for: what has it cost?
 * Once. */
void till_end(struct call *, int64_t now_ms);

/* Both legs are down: the payer's turn.  After a start, too; then it counts how
 * long ago the call has ended, so that no number of starts makes it endless. */
enum till_says till_settle(struct call *, int64_t now_ms);
void till_restored(struct call *, int64_t ago_s);

#endif
