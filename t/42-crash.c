/*
 * The bridge dies: before and after every commit and every request of a call.
 * After a start no telephone has been rung twice, every call reaches its end
 * in the journal, both legs are down, and the use is spent if and only if A
 * had agreed.
 */
#include "t/world.h"

#define LONG_MS	(400 * 1000)	/* more than any of these calls */

static struct acceptance acc;

static const struct {
	const char	*name;
	const char	*a_rings, *a_keys, *b_rings, *b_keys;
	int		 talk_s;
} people[] = {
	{ "talk", NULL, "1", NULL, "1", 20 },
	{ "talk to the limit", NULL, "1", NULL, "1", 0 },
	{ "B busy", NULL, "1", "busy", "", 0 },
	{ "B silent", NULL, "1", NULL, "", 0 },
	{ "A silent", NULL, "", NULL, "", 0 },
	{ "A presses 9", NULL, "9", NULL, "", 0 },
	{ "A rings out", "", "", NULL, "", 0 }
};
#define PEOPLE (sizeof(people) / sizeof(people[0]))

static void
begin(size_t i)
{
	world_new();
	w.a_rings = people[i].a_rings;
	w.a_keys = people[i].a_keys;
	w.b_rings = people[i].b_rings;
	w.b_keys = people[i].b_keys;
	w.talk_s = people[i].talk_s;
	make_acceptance(&acc, 1, 1);
	acc.max_s = 90;
}

/* How many points such a call passes. */
static int
n_points(size_t i)
{
	int n;

	begin(i);
	w.point = 0;
	accept_now(&acc);
	while (recorded(&acc).state != CALL_ENDED && w.now_ms < 10 * LONG_MS)
		run_ms(1000);
	n = w.point;
	bridge_stop();
	return n;
}

/* What is wrong, when all is over; NULL: nothing. */
static const char *
judge(enum ask_refusal answer)
{
	struct call c = recorded(&acc);
	struct journal_key key = { acc.offer, acc.tag, acc.offeror };
	struct journal_offer o;

	if (w.wrong != NULL)
		return w.wrong;
	if (most_rings() > 1)
		return "a telephone was rung twice";
	if (n_phones(PHONE_RINGING) + n_phones(PHONE_UP) > 0)
		return "a leg is still there";
	if (answer == ASK_OK && c.state == CALL_NEW)
		return "an acceptance that was answered is lost";
	if (c.state != CALL_NEW && c.state != CALL_ENDED)
		return "the call does not end";
	if (c.state == CALL_ENDED && c.end == ASK_END_NONE)
		return "the call has no end";
	if (w.real->op->look(w.real, &key, &o) != JOURNAL_OK || o.is_open)
		return "the offer is not free again";
	if (o.spent != c.is_spent)
		return "the use and the call do not agree";
	if (phone_of(acc.id, LEG_B)->rings > 0 && o.spent != 1)
		return "B was rung and no use spent";
	return NULL;
}

/*
 * Dies at this point of the call; then, when `again` is set, at that point of
 * what comes after the start.
 */
static const char *
crash(size_t i, int at, int again)
{
	enum ask_refusal answer;
	const char *wrong;

	begin(i);
	w.point = 0;
	w.die_at = at;
	answer = accept_now(&acc);
	if (w.is_dead)
		answer = ASK_REFUSALS;	/* nobody was told */
	run_ms(LONG_MS);
	bridge_stop();
	run_ms(300);
	bridge_start();
	if (again != 0) {
		w.point = 0;
		w.die_at = again;
		run_ms(LONG_MS);
		bridge_stop();
		run_ms(300);
		bridge_start();
	}
	run_ms(LONG_MS);
	wrong = judge(answer);
	bridge_stop();
	return wrong;
}

static void
test_points(size_t i)
{
	int at, n = n_points(i), n_wrong = 0;
	const char *wrong;

	for (at = 1; at <= n; at++) {
		wrong = crash(i, at, 0);
		if (wrong == NULL)
			wrong = crash(i, at, 1 + at % 6);
		if (wrong == NULL)
			continue;
		ok(0, "%s: point %d of %d: %s", people[i].name, at, n, wrong);
		n_wrong++;
	}
	is_int(n_wrong, 0, "%s: dies at each of %d points", people[i].name, n);
	ok(n > 10, "%s: there are enough", people[i].name);
}

/* Who was talking goes on talking, to the same limit. */
static void
test_adoption(void)
{
	struct call c;
	int64_t began_ms;

	begin(1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	run_ms(30 * 1000);
	c = recorded(&acc);
	is_int(c.state, CALL_TALKING, "talking");
	began_ms = (c.talk_at - WALL) * 1000;
	bridge_stop();
	run_ms(20 * 1000);
	bridge_start();
	run_ms(1000);
	is_int(recorded(&acc).state, CALL_TALKING, "after a start: talking");
	is_int(n_phones(PHONE_UP), 2, "both are still there");
	run_ms(began_ms + 89 * 1000 - w.now_ms);
	is_int(n_phones(PHONE_UP), 2, "to the limit");
	run_ms(3000);
	is_int(n_phones(PHONE_UP), 0, "not beyond it");
	is_int(recorded(&acc).end, ASK_END_TALKED, "talked");
	is_str(w.wrong, NULL, "nothing wrong");
	bridge_stop();
	begin(1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	run_ms(30 * 1000);
	bridge_stop();
	phone_goes(phone_of(acc.id, LEG_A), "left");
	run_ms(1000);
	bridge_start();
	run_ms(5000);
	is_int(n_phones(PHONE_UP), 0, "A left while nobody was there");
	is_int(recorded(&acc).end, ASK_END_TALKED, "talked");
	bridge_stop();
}

/* Where the end is one of money they hear half a minute before that it is near,
 * whoever was talking at a start, too. */
static void
test_warning(void)
{
	static const struct tariff_rate rate = { 0, 0, 1, 1 };
	int64_t began_ms;
	int is_new, n;

	for (is_new = 0; is_new < 2; is_new++) {
		begin(1);
		snprintf(acc.fare.payer, sizeof(acc.fare.payer), CALL_PREPAID);
		snprintf(acc.fare.currency, sizeof(acc.fare.currency), "EUR");
		acc.fare.rate[0] = acc.fare.rate[1] = rate;
		is_int(accept_now(&acc), ASK_OK, "accepted");
		run_ms(30 * 1000);
		is_int(recorded(&acc).state, CALL_TALKING, "talking");
		began_ms = (recorded(&acc).talk_at - WALL) * 1000;
		if (is_new) {
			bridge_stop();
			bridge_start();
		}
		n = w.n_plays;
		run_ms(began_ms + 59 * 1000 - w.now_ms);
		is_int(w.n_plays, n, "they hear nothing but one another");
		run_ms(3000);
		is_int(w.n_plays, n + 2, "%s: both hear that it ends soon",
		    is_new ? "after a start" : "as it began");
		if (is_new) {
			bridge_stop();
			bridge_start();
		}
		run_ms(60 * 1000);
		is_int(w.n_plays, n + 2, "once");
		is_int(recorded(&acc).end, ASK_END_TALKED, "and it does");
		bridge_stop();
	}
}

/* The wall clock leaps while the bridge is down: nobody is taken for gone. */
static void
test_leap(void)
{
	struct phone *p;

	begin(1);
	is_int(accept_now(&acc), ASK_OK, "accepted");
	run_ms(30 * 1000);
	bridge_stop();
	w.skew_s = 3600;
	w.is_up = 0;
	set_clock(w.now_ms);
	bridge_start();
	run_ms(20 * 1000);
	p = phone_of(acc.id, LEG_A);
	is_int(p->state, PHONE_UP, "nobody could be told to hang up");
	is_int(recorded(&acc).end, ASK_END_TALKED, "over by the clock");
	is_int(recorded(&acc).state, CALL_CLOSING, "but not gone");
	w.is_up = 1;
	run_ms(20 * 1000);
	is_int(p->state, PHONE_GONE, "put down as soon as it can be");
	is_int(recorded(&acc).state, CALL_ENDED, "ended");
	bridge_stop();
}

/* What was being done when it died is found late. */
static void
test_late(void)
{
	struct phone *p;

	begin(0);
	w.point = 0;
	w.die_at = 3;		/* after the commit, before RING goes out */
	accept_now(&acc);
	ok(w.is_dead && w.n_sent == 1, "dies with the intent on record");
	bridge_stop();
	bridge_start();
	run_ms(5000);
	is_int(recorded(&acc).state, CALL_CLOSING, "it is looked for");
	is_int(call_stage(&(struct call){ .state = CALL_CLOSING }),
	    ASK_STAGE_ENDED, "for people it has ended");
	p = phone_of(acc.id, LEG_A);
	phone_rings(p);		/* the request comes after all */
	run_ms(5000);
	is_int(p->state, PHONE_GONE, "and hung up as soon as it appears");
	is_int(recorded(&acc).state, CALL_ENDED, "ended");
	is_int(recorded(&acc).end, ASK_END_UNKNOWN, "nobody can tell how");
	bridge_stop();
}

int
main(void)
{
	size_t i;

	for (i = 0; i < PEOPLE; i++)
		test_points(i);
	test_adoption();
	test_warning();
	test_leap();
	test_late();
	return tap_done();
}
