#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/batch.h"
#include "bridge-client/call/exchange.h"
#include "bridge-client/journal/journal.h"

#include "bridge-client/call/prices.h"

#define ASKS_MAX	10000	/* more are not asked for */
#define RECALL_S	3600	/* after a start: of calls that ended since */
#define LONGEST_S	(5 * 3600)	/* no call takes longer */
#define WRITE_MS	1000	/* a record that could not be written */

static const int pause_s[] = { 60, 240, 1500 };
#define TRIES (sizeof(pause_s) / sizeof(pause_s[0]))

struct price_ask {
	struct price_ask	*next;
	struct prices		*prices;
	unsigned char		 call[CALL_ID_BYTES];
	enum leg		 leg;
	size_t			 provider;
	char			 ref[CALL_REF_MAX + 1];
	size_t			 n_tries;
	int64_t			 due_ms;	/* 0: it is being asked */
};

/* Of one call: what is to be written into its record. */
struct price_row {
	struct price_row	*next;
	unsigned char		 call[CALL_ID_BYTES];
	char			 price[2][CALL_PRICE_MAX + 1];	/* or "" */
	struct call		 c;	/* the record; dirty until written */
};

void
prices_init(struct prices *p, struct exchanges *all, struct journal *journal)
{
	memset(p, 0, sizeof(*p));
	p->all = all;
	p->journal = journal;
}

void
prices_free(struct prices *p)
{
	struct price_ask *a;
	struct price_row *r;

	while ((a = p->asks) != NULL) {
		p->asks = a->next;
		free(a);
	}
	while ((r = p->rows) != NULL) {
		p->rows = r->next;
		free(r);
	}
}

static struct price_row *
row_of(struct prices *p, const unsigned char id[CALL_ID_BYTES])
{
	struct price_row *r;

	for (r = p->rows; r != NULL; r = r->next)
		if (memcmp(r->call, id, CALL_ID_BYTES) == 0)
			return r;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	memcpy(r->call, id, CALL_ID_BYTES);
	r->c.is_dirty = 1;
	r->next = p->rows;
	p->rows = r;
	return r;
}

static void
set_price(struct prices *p, const unsigned char id[CALL_ID_BYTES],
    enum leg leg, const char *price)
{
	struct price_row *r = row_of(p, id);

	if (r != NULL)
		snprintf(r->price[leg], sizeof(r->price[leg]), "%s", price);
}

void
prices_told(struct prices *p, const struct provider_event *e)
{
	if (e->price[0] != '\0')
		set_price(p, e->call, e->leg, e->price);
}

static void
put_price(struct price_row *r, enum leg leg)
{
	char *dst = r->c.leg[leg].price, id[TOKEN_UUID_SIZE];

	if (r->price[leg][0] == '\0' || strcmp(dst, r->price[leg]) == 0)
		return;
	memcpy(dst, r->price[leg], sizeof(r->price[leg]));
	r->c.is_dirty = 1;
	token_uuid_text(r->call, id);
	log_debug("call=%s leg=%c price=\"%s\"", id, leg == LEG_A ? 'a' : 'b',
	    dst);
}

/* The record as the journal has it now: what was erased of it meanwhile stays
 * so. */
static void
fill(struct prices *p, struct price_row *r)
{
	int is_there = p->journal->op->get(p->journal, r->call, &r->c) ==
	    JOURNAL_OK && r->c.state == CALL_ENDED;

	r->c.is_dirty = 0;
	if (!is_there)
		return;
	put_price(r, LEG_A);
	put_price(r, LEG_B);
}

void
prices_gather(struct prices *p, struct batch *b, size_t n_open)
{
	struct price_row *r;
	size_t n = 0;

	for (r = p->rows; r != NULL; r = r->next)
		n++;
	if (n == 0 || b->retry_ms > clock_mono_ms() ||
	    batch_reserve(b, n_open + n) != 0)
		return;
	for (r = p->rows; r != NULL; r = r->next) {
		fill(p, r);
		if (r->c.is_dirty)
			batch_dirty(b, &r->c);
	}
}

void
prices_written(struct prices *p)
{
	struct price_row **at = &p->rows, *r;

	while ((r = *at) != NULL) {
		if (r->c.is_dirty) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		free(r);
	}
}

/* Asking. */

/* `ms` 0: it is being asked. */
static void
is_due(struct prices *p, int64_t ms)
{
	if (ms != 0 && (p->due_ms == 0 || ms < p->due_ms))
		p->due_ms = ms;
}

static void
ask_later(struct prices *p, const struct call *c, enum leg leg, size_t provider)
{
	struct price_ask *a;

	if (provider >= p->all->n || c->leg[leg].price[0] != '\0' ||
	    c->leg[leg].ref[0] == '\0' || p->n_asks >= ASKS_MAX ||
	    !p->all->provider[provider].kind->has_late_price)
		return;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return;
	a->prices = p;
	memcpy(a->call, c->acc.id, sizeof(a->call));
	a->leg = leg;
	a->provider = provider;
	memcpy(a->ref, c->leg[leg].ref, sizeof(a->ref));
	a->due_ms = clock_mono_ms() + pause_s[0] * INT64_C(1000);
	is_due(p, a->due_ms);
	a->next = p->asks;
	p->asks = a;
	p->n_asks++;
}

void
prices_ended(struct prices *p, const struct call *c, const size_t provider[2])
{
	ask_later(p, c, LEG_A, provider[LEG_A]);
	ask_later(p, c, LEG_B, provider[LEG_B]);
}

static int
recall_one(void *ctx, const struct call *c)
{
	struct prices *p = ctx;
	const size_t provider[2] = { exchange_find(p->all, c->provider),
	    exchange_find(p->all, c->b_provider) };

	if (c->state == CALL_ENDED && c->ended_at + RECALL_S >= clock_wall())
		prices_ended(p, c, provider);
	return 0;
}

void
prices_recall(struct prices *p)
{
	size_t i;

	for (i = 0; i < p->all->n; i++)
		if (p->all->provider[i].kind->has_late_price)
			break;
	if (i < p->all->n && p->journal->op->scan(p->journal, clock_wall() -
	    RECALL_S - LONGEST_S, recall_one, p) != JOURNAL_OK)
		log_warn("prices of before the start are not asked for: %s",
		    p->journal->op->error(p->journal));
}

static void
drop(struct price_ask *a)
{
	struct prices *p = a->prices;
	struct price_ask **at = &p->asks;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	p->n_asks--;
	free(a);
}

static void
on_found(void *ctx, const struct provider_reply *r)
{
	struct price_ask *a = ctx;

	if (r->outcome == PROVIDER_DONE && r->price[0] != '\0')
		set_price(a->prices, a->call, a->leg, r->price);
	else if (++a->n_tries < TRIES) {
		a->due_ms = clock_mono_ms() +
		    pause_s[a->n_tries] * INT64_C(1000);
		is_due(a->prices, a->due_ms);
		return;
	}
	drop(a);
}

static void
ask(struct price_ask *a)
{
	struct provider_intent in = { .act = PROVIDER_FIND, .leg = a->leg,
	    .ref = a->ref };
	struct exchange_owner owner = { a, on_found, NULL, 0 };
	struct provider_reply now;

	memcpy(in.call, a->call, sizeof(in.call));
	a->due_ms = 0;
	if (exchange_begin(a->prices->all, a->provider, &in, &owner, &now) ==
	    NULL)
		on_found(a, &now);
}

/* All of them are looked at only when one is due, not each turn. */
static void
ask_due(struct prices *p, int64_t now_ms)
{
	struct price_ask *a, *next;

	p->due_ms = 0;
	for (a = p->asks; a != NULL; a = next) {
		next = a->next;
		if (a->due_ms != 0 && a->due_ms <= now_ms)
			ask(a);
	}
	for (a = p->asks; a != NULL; a = a->next)
		is_due(p, a->due_ms);
}

int64_t
prices_wake(struct prices *p)
{
	int64_t now_ms = clock_mono_ms();

	if (p->due_ms != 0 && p->due_ms <= now_ms)
		ask_due(p, now_ms);
	return p->rows != NULL && (p->due_ms == 0 ||
	    now_ms + WRITE_MS < p->due_ms) ? now_ms + WRITE_MS : p->due_ms;
}
