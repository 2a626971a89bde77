#ifndef T_WORLD_H
#define T_WORLD_H

/*
 * A driver in the world of t/phones.h, with a journal that may be full.  At a
 * chosen point, before or after any commit and any request, the bridge dies.
 */
#include "lib/log.h"

#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/vault.h"

#include "t/phones.h"

/* What must be durable when a telephone is to ring. */
static void
check_ring(const char *text)
{
	unsigned char call[16];
	struct call c;
	int leg = text[5] == 'a' ? LEG_A : LEG_B;

	if (provider_read_id(text + 7, 32, call) != 0)
		abort();
	if (w.real->op->get(w.real, call, &c) != JOURNAL_OK)
		w.wrong = "rung without a record";
	else if (c.leg[leg].state != CALL_LEG_ASKED)
		w.wrong = "rung without its intent";
	else if (leg == LEG_B && !c.is_spent)
		w.wrong = "B rung and the use not spent";
}

static int
world_send(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	struct thing *t;
	struct buf url = r->url;	/* its text has no NUL of its own */

	(void)ctx;
	(void)provider;
	if (dies())
		return 0;	/* before it is sent; nobody hears of it */
	t = later(REQUEST, NET_MS);
	snprintf(t->text, sizeof(t->text), "%.*s", (int)url.len,
	    (const char *)url.data);
	t->fn = fn;
	t->ctx = done_ctx;
	w.n_sent++;
	if (strncmp(t->text, "RING", 4) == 0)
		check_ring(t->text);
	(void)dies();		/* after it */
	return 0;
}

static void
world_wake(void *ctx, int64_t in_ms)
{
	(void)ctx;
	w.alarm_ms = in_ms < 0 ? -1 : w.now_ms + in_ms;
}

/* The journal: the real one, that may be full, or the last thing. */

static enum journal_result
my_begin(struct journal *j)
{
	(void)j;
	return w.is_dead ? JOURNAL_BROKEN : w.real->op->begin(w.real);
}

static enum journal_result
my_commit(struct journal *j, int64_t wall)
{
	enum journal_result r;

	(void)j;
	if (w.is_full || dies()) {
		w.real->op->abort(w.real);
		return w.is_dead ? JOURNAL_BROKEN : JOURNAL_FULL;
	}
	r = w.real->op->commit(w.real, wall);
	w.n_commits++;
	(void)dies();
	return r;
}

static void
my_abort(struct journal *j)
{
	(void)j;
	w.real->op->abort(w.real);
}

static enum journal_result
my_accept(struct journal *j, const struct call *c)
{
	(void)j;
	return w.real->op->accept(w.real, c);
}

static enum journal_result
my_put(struct journal *j, struct call *c)
{
	(void)j;
	return w.real->op->put(w.real, c);
}

static enum journal_result
my_revoke(struct journal *j, const struct journal_revocation *r)
{
	(void)j;
	return w.real->op->revoke(w.real, r);
}

static enum journal_result
my_sweep(struct journal *j, int64_t wall, int64_t keep_s, size_t budget)
{
	(void)j;
	return w.real->op->sweep(w.real, wall, keep_s, budget);
}

static enum journal_result
my_tidy(struct journal *j, int64_t wall, int64_t keep_s, size_t budget)
{
	(void)j;
	return w.real->op->tidy(w.real, wall, keep_s, budget);
}

static enum journal_result
my_get(struct journal *j, const unsigned char id[16], struct call *out)
{
	(void)j;
	return w.real->op->get(w.real, id, out);
}

static enum journal_result
my_open_calls(struct journal *j, journal_call_fn *fn, void *ctx)
{
	(void)j;
	return w.real->op->open_calls(w.real, fn, ctx);
}

static int64_t
my_high(const struct journal *j)
{
	(void)j;
	return w.real->op->high(w.real);
}

static int
my_usage(struct journal *j, uint64_t *used, uint64_t *max)
{
	(void)j;
	return w.real->op->usage(w.real, used, max);
}

static const char *
my_error(const struct journal *j)
{
	(void)j;
	return "as the test wants it";
}

static const struct journal_ops my_ops = {
	.error = my_error, .begin = my_begin, .commit = my_commit,
	.abort = my_abort, .accept = my_accept, .put = my_put,
	.revoke = my_revoke, .sweep = my_sweep, .tidy = my_tidy,
	.get = my_get,
	.open_calls = my_open_calls, .high = my_high, .usage = my_usage
};

/* Turns. */

static struct thing *
next_thing(void)
{
	struct thing *t, *first = NULL;

	for (t = w.thing; t < w.thing + w.n_things; t++)
		if (first == NULL || t->at_ms < first->at_ms ||
		    (t->at_ms == first->at_ms && t->order < first->order))
			first = t;
	return first;
}

static void
happen(struct thing t)
{
	struct thing *answer;
	char body[2];
	int status = 0, is_odd;

	switch (t.kind) {
	case REQUEST:
		is_odd = w.odd_act != NULL && strncmp(t.text, w.odd_act,
		    strlen(w.odd_act)) == 0;
		if (w.is_up && (!is_odd || w.odd_is_done))
			serve(t.text, &status, body);
		if (t.fn == NULL)
			break;		/* who asked is dead */
		answer = later(ANSWER, NET_MS);
		answer->fn = t.fn;
		answer->ctx = t.ctx;
		answer->status = is_odd ? w.odd_status : status;
		answer->is_sent = is_odd;
		snprintf(answer->text, sizeof(answer->text), "%s",
		    status == 200 ? body : "");
		if (is_odd)
			w.odd_act = NULL;
		break;
	case ANSWER:
		t.fn(t.ctx, t.status, t.is_sent, t.text, strlen(t.text), "");
		break;
	case EVENT:
		if (w.is_up && w.driver != NULL)
			driver_stream_text(w.driver, 0, t.text,
			    strlen(t.text));
		break;
	case PERSON:
		act(t.phone, t.text);
		break;
	}
}

/* The next thing, or the alarm; then the end of the turn.  0: nothing. */
static int
turn(int64_t until_ms)
{
	struct thing *t = next_thing(), now;
	int64_t at_ms = t != NULL ? t->at_ms : INT64_MAX;

	if (w.driver != NULL && w.alarm_ms >= 0 && w.alarm_ms < at_ms)
		at_ms = w.alarm_ms;
	if (at_ms > until_ms)
		return 0;
	set_clock(at_ms > w.now_ms ? at_ms : w.now_ms);
	if (t != NULL && t->at_ms == at_ms) {
		now = *t;
		*t = w.thing[--w.n_things];
		happen(now);
	} else {
		w.alarm_ms = -1;
		driver_wake(w.driver);
	}
	if (w.driver != NULL)
		driver_turn_end(w.driver);
	return 1;
}

/* Time goes on for so long, or until the bridge dies. */
static void
run_ms(int64_t ms)
{
	int64_t until_ms = w.now_ms + ms;

	while (!w.is_dead && turn(until_ms))
		continue;
	if (!w.is_dead)
		set_clock(until_ms);
}

/* The bridge. */

/* Outlives the bridge, as its files would. */
static struct vault *vault;

static void
bridge_start(void)
{
	struct driver_conf conf = { .journal = &w.j, .n_providers = 1,
	    .keep = { 90 * 86400, 86400 } };
	char why[256] = "";

	if (vault == NULL)
		vault = vault_open(NULL, why, sizeof(why));
	w.real = journal_lmdb_open(w.dir, vault, 8 << 20, why, sizeof(why));
	if (w.real == NULL)
		log_fatal(70, "%s", why);
	w.j.op = &my_ops;
	conf.world.send = world_send;
	conf.world.wake = world_wake;
	conf.provider[0].kind = &word_provider;
	conf.provider[0].conf = &word_conf;
	w.driver = driver_new(&conf, why, sizeof(why));
	if (w.driver == NULL)
		log_fatal(70, "%s", why);
	if (w.is_up)
		driver_stream_up(w.driver, 0);
	driver_turn_end(w.driver);
	run_ms(100);		/* the first probe */
}

/* What was sent still arrives; answers find nobody. */
static void
bridge_stop(void)
{
	size_t i;

	for (i = 0; i < w.n_things; )
		if (w.thing[i].kind == ANSWER)
			w.thing[i] = w.thing[--w.n_things];
		else
			i++;
	for (i = 0; i < w.n_things; i++)
		w.thing[i].fn = NULL;
	driver_free(w.driver);
	w.driver = NULL;
	w.alarm_ms = -1;
	w.real->op->close(w.real);
	w.real = NULL;
	w.is_dead = w.die_at = 0;
}

/* A new world with a running bridge. */
static void
world_new(void)
{
	static unsigned n;

	memset(&w, 0, sizeof(w));
	w.is_up = 1;
	w.a_keys = w.b_keys = "1";
	w.talk_s = 20;
	snprintf(w.dir, sizeof(w.dir), "%s/w%u", tap_dir(), n++);
	vault_close(vault);
	vault = NULL;
	set_clock(1000000);
	bridge_start();
}

/* Acceptances. */

static void
make_acceptance(struct acceptance *a, unsigned n, unsigned offer)
{
	const char *why;
	int i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < 6; i++)
		a->id[i] = a->offer[i] = (unsigned char)
		    ((uint64_t)WALL * 1000 >> (40 - 8 * i));
	a->id[6] = a->offer[6] = 0x70;
	a->id[14] = (unsigned char)(n >> 8);
	a->id[15] = (unsigned char)n;
	a->offer[15] = (unsigned char)offer;
	memset(a->tag, (int)offer, sizeof(a->tag));
	memset(a->a_hash, (int)n + 1, sizeof(a->a_hash));
	a->uses = 1;
	a->not_after = WALL + 86400;
	snprintf(a->account, sizeof(a->account), "acme");
	snprintf(a->offeror, sizeof(a->offeror), "ann@example.com");
	if (tel_parse(&a->a, "+442079460123", 13, &why) != 0 ||
	    tel_parse(&a->b, "+442079460999", 13, &why) != 0)
		abort();
	snprintf(a->caller, sizeof(a->caller), "+441632960000");
	snprintf(a->a_lang, sizeof(a->a_lang), "en");
	snprintf(a->b_lang, sizeof(a->b_lang), "en");
	a->ring_s = 25;
	a->confirm_s = 10;
	a->max_s = 600;
	a->n_routes = 1;
}

struct answers {
	unsigned	 n, n_new;
	unsigned	 by[ASK_REFUSALS];
};

static void
on_accepted(void *ctx, const struct acceptance *acc, enum ask_refusal r,
    int is_new)
{
	struct answers *a = ctx;

	(void)acc;
	a->n++;
	a->n_new += is_new != 0;
	a->by[r]++;
}

static enum ask_refusal
accept_now(const struct acceptance *acc)
{
	struct answers a = { 0 };
	enum ask_refusal r;

	if (driver_accept(w.driver, acc, on_accepted, &a) != 0)
		return ASK_REFUSALS;
	driver_turn_end(w.driver);
	for (r = ASK_OK; r < ASK_REFUSALS; r++)
		if (a.by[r] != 0)
			return r;
	return ASK_REFUSALS;
}

/* The call as the journal has it. */
static struct call
recorded(const struct acceptance *acc)
{
	struct call c;

	if (w.real->op->get(w.real, acc->id, &c) != JOURNAL_OK)
		memset(&c, 0, sizeof(c));
	return c;
}

#endif
