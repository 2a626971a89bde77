/*
 * Journal, act, journal.  A turn: things happen, and the machine moves the
 * calls they concern (move()); what has changed becomes durable in one commit
 * (driver_turn_end()); then acts go out and people are told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"

#include "bridge-client/call/batch.h"
#include "bridge-client/call/due.h"
#include "bridge-client/call/idtable.h"
#include "bridge-client/call/lines.h"
#include "bridge-client/call/outbox.h"
#include "bridge-client/call/payment.h"
#include "bridge-client/call/prices.h"
#include "bridge-client/call/route.h"
#include "bridge-client/call/till.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/call/driver.h"

#define SWEEP_MS	60000
#define SWEEP_ROWS	4096

/* A call that is open, or is to be accepted at the end of the turn. */
struct entry {
	struct driver		*d;
	struct call		 c;
	struct outbox		 box;
	struct due		 due;
	struct idnode		 node;
	struct entry		*next_touched;
	struct watch_list	 watches;
	size_t			 provider[2];	/* of each leg; see route.h */
	int			 is_open;
	int			 is_touched;
};

struct driver {
	struct driver_conf	 conf;
	struct exchanges	 exchanges;
	struct lines		 lines;
	struct prices		 prices;
	struct batch		 batch;
	struct due_heap		 dues;
	struct idtable		 open;
	size_t			 n_pending;	/* acceptances in the batch */
	int			 is_short;	/* of memory, when it began */
	struct entry		*touched;	/* in the order of touching */
	struct entry		**last_touched;
	int64_t			 sweep_ms;
};

static void
touch(struct entry *e)
{
	if (e->is_touched || !e->is_open)
		return;
	e->is_touched = 1;
	e->next_touched = NULL;
	*e->d->last_touched = e;
	e->d->last_touched = &e->next_touched;
}

static void take_outcomes(void *);

static struct entry *
entry_new(struct driver *d)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->d = d;
	e->due.owner = e;
	e->box.all = &d->exchanges;
	e->box.call = &e->c;
	e->box.ready = take_outcomes;
	e->box.ctx = e;
	e->provider[0] = e->provider[1] = SIZE_MAX;
	return e;
}

static void
entry_free(struct entry *e)
{
	outbox_clear(&e->box);
	free(e);
}

/* Room for `n` more open calls, so that nothing fails later.  0, or -1. */
static int
reserve(struct driver *d, size_t n)
{
	return due_reserve(&d->dues, d->open.n + n) == 0 ?
	    batch_reserve(&d->batch, d->open.n + n) : -1;
}

static void
put_in(struct entry *e)
{
	e->node.id = e->c.acc.id;
	e->node.owner = e;
	idtable_add(&e->d->open, &e->node);
	e->is_open = 1;
	due_set(&e->d->dues, &e->due, call_due_ms(&e->c));
}

static void
take_out(struct entry *e)
{
	idtable_remove(&e->d->open, &e->node);
	e->is_open = 0;
	due_set(&e->d->dues, &e->due, 0);
}

static void move(struct entry *, struct call_event *);

static void
on_outcome(struct entry *e, const struct outbox_outcome *o)
{
	struct call_event ev = { .kind = o->pay != PAYER_NOTHING ? CALL_PAID :
	    CALL_OUTCOME, .leg = o->leg, .act = o->act, .reply = &o->reply,
	    .pay = o->pay, .paid = &o->paid };

	move(e, &ev);
}

static void
move(struct entry *e, struct call_event *ev)
{
	struct outbox_outcome none = { .reply.outcome = PROVIDER_NOT,
	    .paid.outcome = PAYER_NOT };
	struct call_actions actions;
	enum call_state was = e->c.state;
	size_t i;

	ev->now_ms = clock_mono_ms();
	ev->wall = clock_wall();
	machine_step(&e->c, ev, &actions);
	route_set(&e->c, &e->d->exchanges, e->provider);
	if (e->is_open) {
		if (e->c.state != was)
			call_log(&e->c, was);
		due_set(&e->d->dues, &e->due, call_due_ms(&e->c));
	}
	touch(e);
	for (i = 0; i < actions.n; i++) {
		if (outbox_add(&e->box, &actions.list[i],
		    e->provider[actions.list[i].leg]) == 0)
			continue;
		none.act = actions.list[i].act;
		none.leg = actions.list[i].leg;
		none.pay = actions.list[i].pay;
		on_outcome(e, &none);	/* out of memory: not done */
	}
}

static void
move_by(struct entry *e, enum call_event_kind kind)
{
	struct call_event ev = { .kind = kind };

	move(e, &ev);
}

/* Tells the machine what has come of its acts. */
static void
take_outcomes(void *ctx)
{
	struct entry *e = ctx;
	struct outbox_outcome o;

	while (outbox_take(&e->box, &o))
		on_outcome(e, &o);
}

static int
is_ready(void *ctx, size_t provider)
{
	return lines_is_ready(&((struct driver *)ctx)->lines, provider);
}

int
driver_accept(struct driver *d, const struct acceptance *acc,
    driver_accepted_fn *fn, void *ctx)
{
	struct batch_accept *a;
	struct entry *e = entry_new(d);

	if (e == NULL || reserve(d, d->n_pending + 1) != 0 ||
	    (a = batch_accept(&d->batch, &e->c)) == NULL) {
		free(e);
		return -1;
	}
	d->n_pending++;
	call_init(&e->c, acc);
	a->fn = fn;
	a->fn_ctx = ctx;
	a->owner = e;
	if (route_begin(&e->c, &d->exchanges, is_ready, d) < 0)
		a->refusal = ASK_NO_PROVIDER;
	else
		move_by(e, CALL_BEGIN);
	d->conf.world.wake(d->conf.world.ctx, 0);
	return 0;
}

int
driver_get(struct driver *d, const unsigned char id[CALL_ID_BYTES],
    struct call *out)
{
	struct entry *e = idtable_find(&d->open, id);

	if (e != NULL) {
		*out = e->c;
		return 0;
	}
	return d->conf.journal->op->get(d->conf.journal, id, out) ==
	    JOURNAL_OK ? 0 : -1;
}

int
driver_hangup(struct driver *d, const unsigned char id[CALL_ID_BYTES],
    enum call_event_kind why)
{
	struct entry *e = idtable_find(&d->open, id);

	if (e != NULL)
		move_by(e, why);
	return e != NULL ? 0 : -1;
}

void
driver_news(struct driver *d, const unsigned char id[CALL_ID_BYTES])
{
	struct entry *e = idtable_find(&d->open, id);

	if (e != NULL && till_hurry(&e->c, clock_mono_ms()))
		move_by(e, CALL_TIMER);
}

int
driver_revoke(struct driver *d, const struct journal_revocation *what,
    int is_hangup, driver_revoked_fn *fn, void *ctx)
{
	struct batch_revoke *r = batch_revoke(&d->batch, what);

	if (r == NULL)
		return -1;
	r->is_hangup = is_hangup;
	r->fn = fn;
	r->fn_ctx = ctx;
	d->conf.world.wake(d->conf.world.ctx, 0);
	return 0;
}

void
driver_event(struct driver *d, size_t provider,
    const struct provider_event *pe)
{
	struct call_event ev = { .kind = CALL_PROVIDER, .provider = pe };
	struct entry *e;

	if (pe->kind == EVENT_NONE)
		return;
	if (pe->kind == EVENT_LOST || pe->kind == EVENT_ECHO) {
		(pe->kind == EVENT_LOST ? lines_lost : lines_echo)(&d->lines,
		    provider);
		return;
	}
	e = idtable_find(&d->open, pe->call);
	if (e != NULL && pe->kind == EVENT_ANSWERED)
		tally_answered(provider);
	if (e != NULL && e->provider[pe->leg] == provider)
		move(e, &ev);
	else if (pe->kind == EVENT_RINGING || pe->kind == EVENT_ANSWERED)
		lines_hang(&d->lines, provider, pe);
	else if (e == NULL)
		prices_told(&d->prices, pe);
}

void
driver_stream_up(struct driver *d, size_t provider)
{
	struct idnode *node = NULL;
	struct entry *e;

	lines_stream(&d->lines, provider, 1, "");
	while ((node = idtable_next(&d->open, node)) != NULL) {
		e = node->owner;
		if (e->provider[LEG_A] == provider ||
		    e->provider[LEG_B] == provider)
			move_by(e, CALL_RESYNC);
	}
}

void
driver_stream_down(struct driver *d, size_t provider, const char *why)
{
	lines_stream(&d->lines, provider, 0, why);
}

void
driver_stream_text(struct driver *d, size_t provider, const char *text,
    size_t len)
{
	struct provider_event ev;

	if (lines_read(&d->lines, provider, text, len, &ev) == 0)
		driver_event(d, provider, &ev);
}

struct watch *
driver_watch(struct driver *d, const unsigned char id[CALL_ID_BYTES],
    watch_fn *fn, void *ctx)
{
	struct entry *e = idtable_find(&d->open, id);

	return e == NULL ? NULL : watch_new(&e->watches, fn, ctx);
}

int
driver_each(const struct driver *d, journal_call_fn *fn, void *ctx)
{
	const struct idnode *node = NULL;
	int rc = 0;

	while (rc == 0 && (node = idtable_next(&d->open, node)) != NULL)
		rc = fn(ctx, &((const struct entry *)node->owner)->c);
	return rc;
}

/* The end of a turn. */

/* Over, and this is durable. */
static void
end(struct entry *e)
{
	struct driver *d = e->d;

	take_out(e);
	prices_ended(&d->prices, &e->c, e->provider);
	watch_tell(&e->watches, &e->c);
	if (d->conf.ended != NULL)
		d->conf.ended(d->conf.ended_ctx, &e->c);
	watch_close(&e->watches);
	entry_free(e);
}

/* What the ledger has said to a raise, durably. */
static void
hear_ledger(struct entry *e)
{
	const struct outbox_outcome o = { .pay = PAYER_RAISE, .paid.outcome =
	    e->c.ledger == CALL_LEDGER_YES ? PAYER_DONE : PAYER_REFUSED };

	e->c.ledger = CALL_LEDGER_NONE;
	on_outcome(e, &o);
}

/* After the commit, whether it went well or not. */
static void
let_go(struct entry *e)
{
	enum leg leg = e->c.state == CALL_RINGING_B ? LEG_B : LEG_A;
	enum outbox_ring ring = OUTBOX_RING;

	if (e->c.is_dirty)
		ring = OUTBOX_HOLD;
	else if (!lines_is_ready(&e->d->lines, e->provider[leg]))
		ring = OUTBOX_DROP;
	outbox_send(&e->box, ring);
	if (e->c.is_dirty) {
		touch(e);
	} else if (e->c.state == CALL_ENDED) {
		end(e);
		return;
	} else {
		watch_tell(&e->watches, &e->c);
		if (e->c.ledger != CALL_LEDGER_NONE)
			hear_ledger(e);
	}
	take_outcomes(e);
}

static void
has_accepted(struct driver *d, struct batch_accept *a)
{
	struct entry *e = a->owner;
	struct acceptance acc = e->c.acc;

	d->n_pending--;
	if (a->is_new) {
		put_in(e);
		call_log(&e->c, CALL_NEW);
		let_go(e);
	} else {
		entry_free(e);
	}
	a->fn(a->fn_ctx, &acc, a->refusal, a->is_new);
}

static void
has_revoked(struct driver *d, const struct batch_revoke *r)
{
	struct idnode *node = NULL;
	struct entry *e;
	uint32_t n = 0;

	while (r->refusal == ASK_OK &&
	    (node = idtable_next(&d->open, node)) != NULL) {
		e = node->owner;
		if (call_stage(&e->c) == ASK_STAGE_ENDED ||
		    !batch_is_revoked(r, &e->c.acc) ||
		    (e->c.state == CALL_TALKING && !r->is_hangup))
			continue;
		move_by(e, CALL_REVOKE);
		n++;
	}
	r->fn(r->fn_ctx, r->refusal, n);
}

/* Who has been touched; those that have changed go into the batch. */
static size_t
gather(struct driver *d)
{
	struct entry *e;
	size_t n = 0;

	for (e = d->touched; e != NULL; e = e->next_touched, n++)
		if (e->c.is_dirty)
			batch_dirty(&d->batch, &e->c);
	prices_gather(&d->prices, &d->batch, d->open.n);
	return n;
}

/* `ms` 0: never. */
static int64_t
sooner(int64_t at_ms, int64_t ms)
{
	return ms != 0 && ms < at_ms ? ms : at_ms;
}

/* Sets the alarm for what comes next. */
static void
set_alarm(struct driver *d)
{
	struct due *due = due_first(&d->dues);
	int64_t now_ms = clock_mono_ms(), at_ms;

	at_ms = sooner(d->sweep_ms, lines_wake(&d->lines));
	at_ms = sooner(at_ms, prices_wake(&d->prices));
	at_ms = sooner(at_ms, due != NULL ? due->at : 0);
	if (d->touched != NULL || d->n_pending > 0 || d->batch.revokes != NULL)
		at_ms = sooner(at_ms, d->batch.retry_ms != 0 ?
		    d->batch.retry_ms : now_ms);
	d->conf.world.wake(d->conf.world.ctx, at_ms <= now_ms ? 0 :
	    at_ms - now_ms);
}

void
driver_turn_end(struct driver *d)
{
	size_t n = gather(d);
	struct batch_revoke *r;
	struct batch_accept *a;
	struct batch done;
	struct entry *e;

	batch_write(&d->batch);
	prices_written(&d->prices);
	batch_take(&d->batch, &done);	/* callbacks may begin the next one */
	for (r = done.revokes; r != NULL; r = r->next)
		has_revoked(d, r);
	for (a = done.accepts; a != NULL; a = a->next)
		has_accepted(d, a);
	batch_free(&done);
	while (n-- > 0) {
		e = d->touched;
		d->touched = e->next_touched;
		if (d->touched == NULL)
			d->last_touched = &d->touched;
		e->is_touched = 0;
		let_go(e);
	}
	set_alarm(d);
}

void
driver_wake(struct driver *d)
{
	int64_t now_ms = clock_mono_ms();
	struct due *due;

	while ((due = due_first(&d->dues)) != NULL && due->at <= now_ms) {
		due_set(&d->dues, due, 0);
		move_by(due->owner, CALL_TIMER);
	}
	if (d->sweep_ms <= now_ms) {
		d->sweep_ms = now_ms + SWEEP_MS;
		batch_sweep(&d->batch, &d->conf.keep, SWEEP_ROWS);
	}
}

void
driver_health(struct driver *d, struct ask_health *out)
{
	batch_health(&d->batch, out);
	out->n_open_calls = (uint32_t)d->open.n;
	lines_health(&d->lines, out);
}

const struct lines *
driver_lines(const struct driver *d)
{
	return &d->lines;
}

/* Start and end. */

/* An open call of before.  Non-zero: no memory. */
static int
restore(void *ctx, const struct call *c)
{
	struct driver *d = ctx;
	struct entry *e = entry_new(d);

	if (e == NULL || reserve(d, 1) != 0) {
		free(e);
		d->is_short = 1;
		return 1;
	}
	e->c = *c;
	route_restore(&e->c, &d->exchanges, e->provider);
	put_in(e);
	move_by(e, CALL_RESTORED);
	return 0;
}

struct driver *
driver_new(const struct driver_conf *conf, char *why, size_t size)
{
	struct driver *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	d->conf = *conf;
	exchange_init(&d->exchanges, &conf->world, conf->provider,
	    conf->n_providers);
	lines_init(&d->lines, &d->exchanges);
	prices_init(&d->prices, &d->exchanges, d->conf.journal);
	batch_init(&d->batch, d->conf.journal);
	d->last_touched = &d->touched;
	d->sweep_ms = clock_mono_ms() + SWEEP_MS;
	if (conf->journal->op->open_calls(conf->journal, restore, d) ==
	    JOURNAL_OK && !d->is_short) {
		log_info("journal=open calls=%zu", d->open.n);
		prices_recall(&d->prices);
		set_alarm(d);
		return d;
	}
	snprintf(why, size, "the open calls cannot be read: %s", d->is_short ?
	    "out of memory" : d->conf.journal->op->error(d->conf.journal));
	driver_free(d);
	return NULL;
}

void
driver_free(struct driver *d)
{
	struct idnode *node, *next;
	struct batch_accept *a;
	struct entry *e;

	if (d == NULL)
		return;
	for (a = d->batch.accepts; a != NULL; a = a->next)
		entry_free(a->owner);
	for (node = idtable_next(&d->open, NULL); node != NULL; node = next) {
		next = idtable_next(&d->open, node);
		e = node->owner;
		watch_close(&e->watches);
		entry_free(e);
	}
	prices_free(&d->prices);
	exchange_free_all(&d->exchanges);
	payment_free_all(&d->exchanges.payments);
	batch_free(&d->batch);
	due_free(&d->dues);
	free(d);
}
