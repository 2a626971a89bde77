/*
 * The driver: what is durable before what, who is told what, and what comes
 * of calls when the provider, the journal or the clock is not well.
 */
#include "t/world.h"

static struct acceptance acc;

static void
is_recorded(enum call_state state, enum ask_end end, const char *name)
{
	struct call c = recorded(&acc);

	is_str(call_state_word(c.state), call_state_word(state), "%s: state",
	    name);
	is_str(ask_end_word(c.end), ask_end_word(end), "%s: end", name);
}

static void
is_over(enum ask_end end, const char *name)
{
	is_recorded(CALL_ENDED, end, name);
	is_int(n_phones(PHONE_RINGING) + n_phones(PHONE_UP), 0,
	    "%s: both legs are down", name);
	ok(most_rings() <= 1, "%s: nobody was rung twice", name);
	is_str(w.wrong, NULL, "%s: nothing wrong", name);
}

static void
finish_world(void)
{
	bridge_stop();
}

/* A call with these people. */
static void
test_people(void)
{
	static const struct {
		const char	*name;
		const char	*a_rings, *a_keys, *b_rings, *b_keys;
		int		 talk_s;
		enum ask_end	 end;
		int		 is_spent, b_rung;
	} cases[] = {
		{ "talk", NULL, "1", NULL, "1", 20, ASK_END_TALKED, 1, 1 },
		{ "talk to the limit", NULL, "1", NULL, "1", 0,
		    ASK_END_TALKED, 1, 1 },
		{ "A wrong, then right", NULL, "51", NULL, "21", 20,
		    ASK_END_TALKED, 1, 1 },
		{ "A busy", "busy", "", NULL, "", 0, ASK_END_A_BUSY, 0, 0 },
		{ "A declines", "declined", "", NULL, "", 0,
		    ASK_END_A_DECLINED, 0, 0 },
		{ "A rings out", "", "", NULL, "", 0, ASK_END_A_NO_ANSWER, 0,
		    0 },
		{ "A unreachable", "unreachable", "", NULL, "", 0,
		    ASK_END_A_UNREACHABLE, 0, 0 },
		{ "A silent", NULL, "", NULL, "1", 0, ASK_END_A_NO_KEY, 0, 0 },
		{ "A wrong thrice", NULL, "555", NULL, "1", 0,
		    ASK_END_A_NO_KEY, 0, 0 },
		{ "A presses 9", NULL, "9", NULL, "1", 0, ASK_END_A_BLOCKED,
		    0, 0 },
		{ "B busy", NULL, "1", "busy", "", 0, ASK_END_B_BUSY, 1, 1 },
		{ "B rings out", NULL, "1", "", "", 0, ASK_END_B_NO_ANSWER,
		    1, 1 },
		{ "B silent", NULL, "1", NULL, "", 0, ASK_END_B_NO_KEY, 1, 1 }
	};
	struct call c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_new();
		w.a_rings = cases[i].a_rings;
		w.a_keys = cases[i].a_keys;
		w.b_rings = cases[i].b_rings;
		w.b_keys = cases[i].b_keys;
		w.talk_s = cases[i].talk_s;
		make_acceptance(&acc, 1, 1);
		is_int(accept_now(&acc), ASK_OK, "%s: accepted",
		    cases[i].name);
		run_ms(1000 * 1000);
		is_over(cases[i].end, cases[i].name);
		c = recorded(&acc);
		is_int(c.is_spent, cases[i].is_spent, "%s: use",
		    cases[i].name);
		is_int(phone_of(acc.id, LEG_B)->rings, cases[i].b_rung,
		    "%s: B rung", cases[i].name);
		is_str(phone_of(acc.id, LEG_A)->to, "+442079460123",
		    "%s: A's number", cases[i].name);
		is_str(phone_of(acc.id, LEG_A)->caller, "+441632960000",
		    "%s: the account's number is shown", cases[i].name);
		finish_world();
	}
}

static void
test_acceptances(void)
{
	struct answers a = { 0 };
	struct acceptance other;
	unsigned i;

	world_new();
	make_acceptance(&acc, 1, 1);
	for (i = 0; i < 50; i++) {
		make_acceptance(&other, i, 1);
		is_int(driver_accept(w.driver, &other, on_accepted, &a), 0,
		    "taken");
	}
	is_int(a.n, 0, "nobody is told before the end of the turn");
	is_int(w.n_commits, 0, "nothing is committed before");
	driver_turn_end(w.driver);
	is_int(w.n_commits, 1, "50 acceptances, one commit");
	ok(a.n == 50 && a.by[ASK_OK] == 1 && a.by[ASK_IN_CALL] == 49,
	    "one call, 49 clear answers");
	memset(&a, 0, sizeof(a));
	make_acceptance(&other, 0, 1);
	for (i = 0; i < 2; i++)
		is_int(driver_accept(w.driver, &other, on_accepted, &a), 0,
		    "the page sent again");
	driver_turn_end(w.driver);
	ok(a.by[ASK_OK] == 2 && a.n_new == 0, "same call, same answer");
	make_acceptance(&other, 77, 2);
	memset(&a, 0, sizeof(a));
	for (i = 0; i < 2; i++)
		is_int(driver_accept(w.driver, &other, on_accepted, &a), 0,
		    "a double click");
	driver_turn_end(w.driver);
	ok(a.by[ASK_OK] == 2 && a.n_new == 1, "one of them made the call");
	run_ms(100 * 1000);
	is_int(w.n_phones, 4, "two calls, four telephones");
	is_int(most_rings(), 1, "each once");
	make_acceptance(&other, 88, 2);
	is_int(accept_now(&other), ASK_USED_UP, "used up");
	finish_world();
}

static void
test_provider_down(void)
{
	world_new();
	make_acceptance(&acc, 1, 1);
	driver_stream_down(w.driver, 0, "cut");
	is_int(accept_now(&acc), ASK_NO_PROVIDER, "no stream, no call");
	is_int(recorded(&acc).accepted_at, 0, "nothing is recorded");
	driver_stream_up(w.driver, 0);
	driver_turn_end(w.driver);
	run_ms(100);
	is_int(accept_now(&acc), ASK_OK, "then it is accepted");
	run_ms(15 * 1000);
	is_recorded(CALL_TALKING, ASK_END_NONE, "talking");
	driver_stream_down(w.driver, 0, "cut");
	w.is_up = 0;
	phone_goes(phone_of(acc.id, LEG_B), "left");	/* nobody hears it */
	run_ms(5000);
	is_recorded(CALL_TALKING, ASK_END_NONE, "calls survive");
	w.is_up = 1;
	driver_stream_up(w.driver, 0);
	driver_turn_end(w.driver);
	run_ms(5000);
	is_over(ASK_END_TALKED, "what was missed is asked for");
	finish_world();
}

/* Odd answers to one request. */
static void
test_odd(void)
{
	static const struct {
		const char	*name, *act;
		int		 status, is_done;
		enum ask_end	 end;
	} cases[] = {
		{ "RING refused", "RING a", 400, 0, ASK_END_PROVIDER },
		{ "RING not now", "RING a", 503, 0, ASK_END_TALKED },
		{ "RING, no answer, but it rings", "RING a", 0, 1,
		    ASK_END_TALKED },
		{ "RING, no answer, and never rings", "RING a", 0, 0,
		    ASK_END_PROVIDER },
		{ "RING B refused", "RING b", 400, 0, ASK_END_PROVIDER },
		{ "RING B, no answer, but it rings", "RING b", 0, 1,
		    ASK_END_TALKED },
		{ "PLAY refused", "PLAY a", 404, 0, ASK_END_A_NO_KEY },
		{ "BRIDGE refused", "BRIDGE", 400, 0, ASK_END_PROVIDER },
		{ "BRIDGE unknown", "BRIDGE", 0, 1, ASK_END_PROVIDER },
		{ "HANG unknown", "HANG", 0, 0, ASK_END_TALKED },
		{ "HANG refused", "HANG", 400, 0, ASK_END_TALKED },
		{ "HUSH refused", "HUSH", 400, 0, ASK_END_TALKED },
		{ "UNBRIDGE unknown", "UNBRIDGE", 0, 0, ASK_END_TALKED }
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_new();
		w.odd_act = cases[i].act;
		w.odd_status = cases[i].status;
		w.odd_is_done = cases[i].is_done;
		make_acceptance(&acc, 1, 1);
		is_int(accept_now(&acc), ASK_OK, "%s", cases[i].name);
		run_ms(1000 * 1000);
		is_over(cases[i].end, cases[i].name);
		is_str(w.odd_act, NULL, "%s: it came to that", cases[i].name);
		finish_world();
	}
}

static void
test_full(void)
{
	struct acceptance other;
	struct ask_health h;

	world_new();
	make_acceptance(&acc, 1, 1);
	make_acceptance(&other, 2, 2);
	w.is_full = 1;
	is_int(accept_now(&acc), ASK_STORE_FULL, "full: refused");
	is_int(accept_now(&acc), ASK_STORE_FULL, "again");
	is_int(recorded(&acc).accepted_at, 0, "nothing is recorded");
	run_ms(5000);
	is_int(w.n_phones, 0, "nothing rings");
	w.is_full = 0;
	is_int(accept_now(&acc), ASK_OK, "room: accepted");
	run_ms(3000);
	is_recorded(CALL_ASKING_A, ASK_END_NONE, "asked");
	w.is_full = 1;
	run_ms(3000);
	is_recorded(CALL_ASKING_A, ASK_END_NONE, "the key is not on record");
	ok(w.n_plays == 2, "but A hears that he must wait");
	is_int(phone_of(acc.id, LEG_B)->rings, 0, "and B is not rung");
	is_int(accept_now(&other), ASK_STORE_FULL, "others are refused");
	memset(&h, 0, sizeof(h));
	driver_health(w.driver, &h);
	ok(!h.is_journal_ok && h.n_open_calls == 1, "health says so");
	w.is_full = 0;
	run_ms(2000);
	is_recorded(CALL_RINGING_B, ASK_END_NONE, "room: on record");
	is_int(phone_of(acc.id, LEG_B)->rings, 1, "and B rings");
	is_int(accept_now(&other), ASK_OK, "others are accepted");
	run_ms(1000 * 1000);
	is_over(ASK_END_TALKED, "it went well");
	finish_world();
	world_new();
	make_acceptance(&acc, 1, 1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	run_ms(3000);
	w.is_full = 1;
	run_ms(200 * 1000);
	is_int(n_phones(PHONE_UP), 0, "full for long: all are down");
	is_int(phone_of(acc.id, LEG_B)->rings, 0, "B has not been rung");
	w.is_full = 0;
	run_ms(2000);
	is_over(ASK_END_PROVIDER, "recorded when there is room");
	finish_world();
}

/* When A, who says nothing, is asked again. */
static int64_t
asked_again_ms(int is_full)
{
	int64_t ms;

	world_new();
	w.a_keys = "";
	make_acceptance(&acc, 1, 1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	w.is_full = is_full;
	while (w.n_plays < 2 && w.now_ms < 1100000)
		run_ms(1);
	ms = w.now_ms;
	w.is_full = 0;
	run_ms(1000 * 1000);
	finish_world();
	return ms;
}

static void
test_prompt_while_full(void)
{
	int64_t ms = asked_again_ms(0);

	ok(ms < 1100000, "A is asked again");
	is_int(asked_again_ms(1), ms, "and no later while the disk is full");
}

static void
test_clock(void)
{
	struct acceptance other;

	world_new();
	make_acceptance(&acc, 1, 1);
	make_acceptance(&other, 2, 2);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	w.skew_s = -70;
	set_clock(w.now_ms);
	is_int(accept_now(&other), ASK_STOPPED, "the clock has gone back");
	run_ms(5000);
	is_int(phone_of(acc.id, LEG_B)->rings, 1, "calls go on");
	w.skew_s = -50;
	set_clock(w.now_ms);
	is_int(accept_now(&other), ASK_OK, "less than a minute: accepted");
	finish_world();
}

struct heard {
	char		 stages[64];	/* a digit each */
	struct watch	*watch;		/* given back at the end */
};

static void
on_stage(void *ctx, const struct call *c)
{
	struct heard *h = ctx;
	size_t n = strlen(h->stages);

	snprintf(h->stages + n, sizeof(h->stages) - n, "%d",
	    (int)call_stage(c));
	if (call_stage(c) == ASK_STAGE_ENDED && h->watch != NULL) {
		watch_free(h->watch);
		h->watch = NULL;
	}
}

static void
test_watch(void)
{
	struct heard h[3] = { { "", NULL } };
	struct call c;

	world_new();
	make_acceptance(&acc, 1, 1);
	ok(driver_watch(w.driver, acc.id, on_stage, &h[0]) == NULL,
	    "no call, no watch");
	is_int(driver_get(w.driver, acc.id, &c), -1, "no call");
	is_int(driver_hangup(w.driver, acc.id, CALL_CANCEL), -1, "no call");
	is_int(accept_now(&acc), ASK_OK, "accepted");
	h[0].watch = driver_watch(w.driver, acc.id, on_stage, &h[0]);
	h[1].watch = driver_watch(w.driver, acc.id, on_stage, &h[1]);
	h[2].watch = driver_watch(w.driver, acc.id, on_stage, &h[2]);
	ok(h[0].watch != NULL && h[1].watch != NULL, "watched");
	run_ms(3000);
	is_int(driver_get(w.driver, acc.id, &c), 0, "a call");
	is_int(c.state, CALL_ASKING_A, "as it is");
	watch_free(h[1].watch);
	h[1].watch = NULL;
	run_ms(7000);
	is_int(driver_hangup(w.driver, acc.id, CALL_CANCEL), 0, "hung up");
	driver_turn_end(w.driver);
	run_ms(5000);
	is_str(h[0].stages, "234567", "each stage is told once");
	is_str(h[1].stages, "23", "until it is given back");
	is_str(h[2].stages, h[0].stages, "everybody is");
	is_over(ASK_END_TALKED, "hung up from the page");
	is_int(driver_get(w.driver, acc.id, &c), 0, "from the journal");
	is_int(c.state, CALL_ENDED, "ended");
	is_int(driver_hangup(w.driver, acc.id, CALL_CANCEL), -1, "too late");
	finish_world();
}

struct revoked {
	int		 n;
	enum ask_refusal refusal;
	uint32_t	 n_hung_up;
};

static void
on_revoked(void *ctx, enum ask_refusal refusal, uint32_t n)
{
	struct revoked *r = ctx;

	r->n++;
	r->refusal = refusal;
	r->n_hung_up = n;
}

static struct revoked
revoke(enum ask_revoke_by by, int is_hangup)
{
	struct journal_revocation what = { .by = (uint8_t)by,
	    .at = WALL + 1 + w.skew_s, .keep_until = WALL + 86400 };
	struct revoked r = { 0, ASK_OK, 0 };

	what.id = by == ASK_BY_OFFER ? acc.offer : by == ASK_BY_TAG ?
	    acc.tag : NULL;
	what.sender = by == ASK_BY_SENDER ? acc.offeror : NULL;
	is_int(driver_revoke(w.driver, &what, is_hangup, on_revoked, &r), 0,
	    "revoke");
	is_int(r.n, 0, "told at the end of the turn");
	driver_turn_end(w.driver);
	is_int(r.n, 1, "told");
	return r;
}

static void
test_revoke(void)
{
	static const struct {
		enum ask_revoke_by	 by;
		int64_t			 after_ms;
		int			 is_hangup;
		uint32_t		 n_hung_up;
		enum ask_end		 end;
	} cases[] = {
		{ ASK_BY_OFFER, 1000, 0, 1, ASK_END_REVOKED },
		{ ASK_BY_TAG, 7000, 0, 1, ASK_END_REVOKED },
		{ ASK_BY_SENDER, 12000, 0, 0, ASK_END_TALKED },
		{ ASK_BY_SENDER, 12000, 1, 1, ASK_END_REVOKED }
	};
	struct acceptance other;
	struct revoked r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_new();
		make_acceptance(&acc, 1, 1);
		make_acceptance(&other, 2, 1);
		is_int(accept_now(&acc), ASK_OK, "accepted");
		run_ms(cases[i].after_ms);
		r = revoke(cases[i].by, cases[i].is_hangup);
		is_int(r.refusal, ASK_OK, "revoked");
		is_int(r.n_hung_up, cases[i].n_hung_up, "hung up");
		run_ms(100 * 1000);
		is_over(cases[i].end, "revoked");
		other.uses = 9;
		is_int(accept_now(&other), ASK_REVOKED, "for good");
		finish_world();
	}
	world_new();
	make_acceptance(&acc, 1, 1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	w.is_full = 1;
	r = revoke(ASK_BY_OFFER, 1);
	ok(r.refusal == ASK_STORE_FULL && r.n_hung_up == 0,
	    "full: not revoked, nothing done");
	finish_world();
	world_new();
	revoke(ASK_BY_SENDER, 0);
	w.skew_s = -3600;
	set_clock(w.now_ms);
	revoke(ASK_BY_SENDER, 0);
	w.skew_s = 0;
	set_clock(w.now_ms);
	is_int(accept_now(&acc), ASK_REVOKED,
	    "again by a clock that is set back: nothing is given back");
	finish_world();
}

/* A leg that comes when its call is over is not left alone. */
static void
test_stray(void)
{
	struct phone *p;

	world_new();
	make_acceptance(&acc, 1, 1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	w.a_rings = "busy";
	run_ms(100 * 1000);
	is_over(ASK_END_A_BUSY, "over");
	p = phone_of(acc.id, LEG_B);
	w.b_rings = "";
	phone_rings(p);
	run_ms(1000);
	is_int(p->state, PHONE_GONE, "a late leg is hung up");
	is_recorded(CALL_ENDED, ASK_END_A_BUSY, "nothing else has changed");
	finish_world();
}

int
main(void)
{
	test_people();
	test_acceptances();
	test_provider_down();
	test_odd();
	test_full();
	test_prompt_while_full();
	test_clock();
	test_watch();
	test_revoke();
	test_stray();
	return tap_done();
}
