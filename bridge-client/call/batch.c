#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/service/tally.h"

#include "bridge-client/call/batch.h"

#define CLOCK_BACK_S	60	/* so far the wall clock may go back */
#define RETRY_MS	1000

void
batch_init(struct batch *b, struct journal *j)
{
	memset(b, 0, sizeof(*b));
	b->journal = j;
	b->last = &b->accepts;
}

struct batch_accept *
batch_accept(struct batch *b, struct call *c)
{
	struct batch_accept *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->c = c;
	*b->last = a;
	b->last = &a->next;
	return a;
}

struct batch_revoke *
batch_revoke(struct batch *b, const struct journal_revocation *what)
{
	struct batch_revoke *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->what = *what;
	if (what->id != NULL) {
		memcpy(r->id, what->id, sizeof(r->id));
		r->what.id = r->id;
	}
	if (what->sender != NULL) {
		snprintf(r->sender, sizeof(r->sender), "%s", what->sender);
		r->what.sender = r->sender;
	}
	r->next = b->revokes;
	b->revokes = r;
	return r;
}

int
batch_reserve(struct batch *b, size_t n)
{
	struct call **v;

	if (n <= b->size)
		return 0;
	n += n / 2 + 16;
	v = realloc(b->dirty, n * sizeof(*v));
	if (v == NULL)
		return -1;
	b->dirty = v;
	b->size = n;
	return 0;
}

void
batch_dirty(struct batch *b, struct call *c)
{
	b->dirty[b->n_dirty++] = c;
}

static int
is_lost(enum journal_result r)
{
	return r == JOURNAL_FULL || r == JOURNAL_BROKEN;
}

static void
judge(struct batch_accept *a, enum journal_result r)
{
	static const enum ask_refusal refusal[] = {
		[JOURNAL_OK] = ASK_OK,
		[JOURNAL_SAME] = ASK_OK,
		[JOURNAL_USED_UP] = ASK_USED_UP,
		[JOURNAL_REVOKED] = ASK_REVOKED,
		[JOURNAL_IN_CALL] = ASK_IN_CALL,
		[JOURNAL_TOO_MANY] = ASK_TOO_MANY,
		[JOURNAL_BLOCKED] = ASK_NUMBER_DENIED,
		[JOURNAL_BOUND] = ASK_NUMBER_DENIED,
		[JOURNAL_UNPAID] = ASK_UNPAID,
		[JOURNAL_NOT_FOUND] = ASK_STOPPED,
		[JOURNAL_DAMAGED] = ASK_STOPPED,
		[JOURNAL_FULL] = ASK_STORE_FULL,
		[JOURNAL_BROKEN] = ASK_STORE_FULL
	};

	a->refusal = refusal[r];
	a->is_new = r == JOURNAL_OK;
}

static enum journal_result
put_dirty(struct batch *b)
{
	struct journal *j = b->journal;
	char id[TOKEN_UUID_SIZE];
	enum journal_result r;
	size_t i;

	for (i = 0; i < b->n_dirty; i++) {
		r = j->op->put(j, b->dirty[i]);
		if (is_lost(r))
			return r;
		b->dirty[i]->ledger = CALL_LEDGER_NONE;
		if (b->dirty[i]->raise != 0 && call_is_prepaid(b->dirty[i]))
			b->dirty[i]->ledger = r == JOURNAL_OK ?
			    CALL_LEDGER_YES : CALL_LEDGER_NO;
		if (r == JOURNAL_OK || r == JOURNAL_UNPAID)
			continue;
		token_uuid_text(b->dirty[i]->acc.id, id);
		log_warn("call=%s record=lost", id);
	}
	return JOURNAL_OK;
}

/* Revocations first: what comes in the same turn is revoked already. */
static enum journal_result
put_new(struct batch *b)
{
	struct journal *j = b->journal;
	struct batch_revoke *v;
	struct batch_accept *a;
	enum journal_result r;

	for (v = b->revokes; v != NULL; v = v->next) {
		r = j->op->revoke(j, &v->what);
		if (r != JOURNAL_OK)
			return r;
	}
	for (a = b->accepts; a != NULL; a = a->next) {
		if (a->refusal != ASK_OK)
			continue;
		a->is_tried = 1;
		r = j->op->accept(j, a->c);
		if (is_lost(r))
			return r;
		judge(a, r);
	}
	return JOURNAL_OK;
}

static enum journal_result
commit(struct batch *b, int64_t wall, int with_new)
{
	struct journal *j = b->journal;
	struct batch_accept *a;
	enum journal_result r;
	size_t i, n = b->n_dirty;
	int64_t begun_us;

	r = j->op->begin(j);
	if (r != JOURNAL_OK)
		return r;
	for (a = with_new ? b->accepts : NULL; a != NULL; a = a->next)
		n += a->refusal == ASK_OK;
	if (with_new)
		r = put_new(b);
	if (r == JOURNAL_OK)
		r = put_dirty(b);
	if (r != JOURNAL_OK) {
		j->op->abort(j);
		return r;
	}
	begun_us = clock_mono_us();
	r = j->op->commit(j, wall);
	if (r != JOURNAL_OK)
		return r;
	tally_commit(n, clock_mono_us() - begun_us);
	for (i = 0; i < b->n_dirty; i++)
		b->dirty[i]->is_dirty = 0;
	for (a = b->accepts; a != NULL; a = a->next)
		a->c->is_dirty &= !a->is_new;
	return JOURNAL_OK;
}

/* New things have come to nothing. */
static void
refuse(struct batch *b)
{
	struct batch_revoke *v;
	struct batch_accept *a;

	for (v = b->revokes; v != NULL; v = v->next)
		v->refusal = ASK_STORE_FULL;
	for (a = b->accepts; a != NULL; a = a->next) {
		if (a->refusal != ASK_OK && !a->is_tried)
			continue;	/* it was refused for its own sake */
		a->refusal = ASK_STORE_FULL;
		a->is_new = 0;
	}
}

/* Is there anything to write?  Acceptances are stopped by a wrong clock. */
static int
has_new(struct batch *b, int is_clock_right)
{
	struct batch_accept *a;
	int n = 0;

	for (a = b->accepts; a != NULL; a = a->next) {
		if (a->refusal == ASK_OK && !is_clock_right)
			a->refusal = ASK_STOPPED;
		n += a->refusal == ASK_OK;
	}
	return n > 0 || b->revokes != NULL;
}

void
batch_write(struct batch *b)
{
	int64_t now_ms = clock_mono_ms(), wall = clock_wall();
	int is_new = has_new(b, batch_is_clock_right(b));
	enum journal_result r;

	if (!is_new && b->n_dirty == 0)
		return;
	if (b->retry_ms != 0 && now_ms < b->retry_ms) {
		refuse(b);
		return;
	}
	r = commit(b, wall, is_new);
	if (r != JOURNAL_OK)
		tally_no_commit();
	if (r != JOURNAL_OK && b->retry_ms == 0)
		log_warn("journal=%s why=\"%s\"", r == JOURNAL_FULL ? "full" :
		    "broken", b->journal->op->error(b->journal));
	if (r != JOURNAL_OK && is_new) {
		refuse(b);
		if (b->n_dirty > 0)
			(void)commit(b, wall, 0);
	}
	if (r == JOURNAL_OK && b->retry_ms != 0)
		log_info("journal=ok");
	b->retry_ms = r == JOURNAL_OK ? 0 : now_ms + RETRY_MS;
}

int
batch_is_clock_right(const struct batch *b)
{
	return clock_wall() >= b->journal->op->high(b->journal) - CLOCK_BACK_S;
}

int
batch_is_revoked(const struct batch_revoke *r, const struct acceptance *acc)
{
	if (r->what.by == ASK_BY_OFFER)
		return memcmp(r->id, acc->offer, sizeof(acc->offer)) == 0;
	if (r->what.by == ASK_BY_TAG)
		return memcmp(r->id, acc->tag, sizeof(acc->tag)) == 0;
	return strcmp(r->sender, acc->offeror) == 0 &&
	    token_offer_ms(acc->offer) / 1000 < r->what.at;
}

void
batch_health(const struct batch *b, struct ask_health *out)
{
	struct journal *j = b->journal;

	out->is_journal_ok = b->retry_ms == 0;
	out->is_stopped = !batch_is_clock_right(b);
	out->journal_used = out->journal_max = 0;
	if (j->op->usage(j, &out->journal_used, &out->journal_max) != 0)
		out->is_journal_ok = 0;
}

void
batch_sweep(struct batch *b, const struct journal_keep *keep, size_t budget)
{
	struct journal *j = b->journal;

	if (j->op->tidy(j, clock_wall(), keep->numbers_s, budget) !=
	    JOURNAL_OK)
		log_warn("journal=not-tidied why=\"%s\"", j->op->error(j));
	/* Also when it is full: that may end so. */
	if (j->op->begin(j) != JOURNAL_OK)
		return;
	if (j->op->sweep(j, clock_wall(), keep->calls_s, budget) != JOURNAL_OK)
		j->op->abort(j);
	else if (j->op->commit(j, clock_wall()) != JOURNAL_OK)
		log_warn("journal=not-swept why=\"%s\"", j->op->error(j));
}

void
batch_take(struct batch *b, struct batch *done)
{
	*done = *b;
	done->dirty = NULL;
	done->last = NULL;
	b->revokes = NULL;
	b->accepts = NULL;
	b->last = &b->accepts;
	b->n_dirty = 0;
}

void
batch_free(struct batch *b)
{
	struct batch_accept *a;
	struct batch_revoke *v;

	while ((a = b->accepts) != NULL) {
		b->accepts = a->next;
		free(a);
	}
	while ((v = b->revokes) != NULL) {
		b->revokes = v->next;
		free(v);
	}
	free(b->dirty);
	batch_init(b, b->journal);
}
