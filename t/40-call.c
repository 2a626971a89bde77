/*
 * The call machine: what is done, step by step, in the ordinary cases and in
 * odd ones.
 */
#include <stdio.h>
#include <string.h>

#include "t/steps.h"

static const struct script scripts[] = {
	{ "A hangs up after talking", { TO_TALKING,
	    "left:A > XB > closing", "done:XB >  > closing",
	    "left:B > UA > closing", UNBRIDGED }, "talked" },
	{ "B hangs up after talking", { TO_TALKING,
	    "left:B > XA > closing", "left:A > UA > closing", UNBRIDGED },
	    "talked" },
	{ "the limit ends it", { TO_TALKING,
	    "done:UA >  > talking",	/* nobody asked for that */
	    "timer > FA FB > talking", "up:FA >  > talking",
	    "up:FB >  > talking",
	    "late > XA XB > closing", "left:A >  > closing",
	    "left:B > UA > closing", UNBRIDGED }, "talked" },
	{ "a leg that has gone unheard of", { TO_TALKING,
	    "timer > FA FB > talking", "up:FA >  > talking",
	    "gone:FB > XA > closing", "left:A > UA > closing", UNBRIDGED },
	    "talked" },
	{ "A is busy", { "begin > RA > starting", "done:RA >  > ringing-a",
	    "busy:A >  > ended" }, "a-busy" },
	{ "A is busy before the provider has answered", {
	    "begin > RA > starting", "busy:A >  > ended",
	    "done:RA >  > ended" }, "a-busy" },
	{ "A declines", { "begin > RA > starting", "declined:A >  > ended" },
	    "a-declined" },
	{ "A's network says so", { "begin > RA > starting",
	    "unreachable:A >  > ended" }, "a-unreachable" },
	{ "A does not answer", { "begin > RA > starting",
	    "done:RA >  > ringing-a", "timer > XA > closing",
	    "done:XA >  > closing", "cancelled:A >  > ended" },
	    "a-no-answer" },
	{ "A says nothing", { TO_ASKING_A,
	    "timer > PA=a-press > asking-a", "done:PA >  > asking-a",
	    "spoken:A >  > asking-a", "timer > XA > closing",
	    "left:A >  > ended" }, "a-no-key" },
	{ "A presses wrong keys", { TO_ASKING_A,
	    "key5:A > HA PA=a-offer,a-name,a-press > asking-a",
	    "spoken:A >  > asking-a",	/* that was the hushed one's end */
	    "done:HA >  > asking-a", "done:PA >  > asking-a",
	    "key#:A > HA PA=a-offer,a-name,a-press > asking-a",
	    "key0:A > XA > closing", "left:A >  > ended" }, "a-no-key" },
	{ "A presses 9", { TO_ASKING_A,
	    "key9:A > HA PA=a-blocked > parting", "done:HA >  > parting",
	    "done:PA >  > parting", "key1:A >  > parting",
	    "spoken:A > XA > closing", "left:A >  > ended" }, "a-blocked" },
	{ "A leaves during the prompt", { TO_ASKING_A,
	    "left:A >  > ended" }, "a-left" },
	{ "A leaves while B rings", { TO_RINGING_B,
	    "left:A > XB > closing", "cancelled:B >  > ended" }, "a-left" },
	{ "A leaves while B is asked", { TO_ASKING_B,
	    "left:A > XB > closing", "left:B >  > ended" }, "a-left" },
	{ "A hears a word now and then", { TO_RINGING_B,
	    "spoken:A >  > ringing-b", "timer > PA=a-wait > ringing-b",
	    "done:PA >  > ringing-b", "spoken:A >  > ringing-b",
	    "timer > PA=a-wait > ringing-b" }, NULL },
	{ "B is busy", { TO_RINGING_B,
	    "busy:B > HA PA=a-busy > parting", "done:HA >  > parting",
	    "done:PA >  > parting", "spoken:A > XA > closing",
	    "left:A >  > ended" }, "b-busy" },
	{ "B declines", { TO_RINGING_B,
	    "declined:B > HA PA=a-declined > parting",
	    "left:A >  > ended" }, "b-declined" },
	{ "B does not answer", { TO_RINGING_B,
	    "timer > XB HA PA=a-no-answer > parting",
	    "cancelled:B >  > parting", "timer > XA > closing",
	    "left:A >  > ended" }, "b-no-answer" },
	{ "B says nothing", { TO_ASKING_B, "spoken:B >  > asking-b",
	    "timer > PB=b-press > asking-b", "done:PB >  > asking-b",
	    "spoken:B >  > asking-b",
	    "timer > XB HA PA=a-no-answer > parting" }, "b-no-key" },
	{ "B hangs up when asked", { TO_ASKING_B,
	    "left:B > HA PA=a-declined > parting" }, "b-declined" },
	{ "9 means nothing on B", { TO_ASKING_B,
	    "key9:B > HB PB=b-offer,b-reference,b-press > asking-b" }, NULL },
	{ "A cannot be bridged", { TO_ASKING_B,
	    "key1:B > HA HB BA > bridging", "done:HA >  > bridging",
	    "done:HB >  > bridging",
	    "refused:BA > XB HA PA=a-failed > parting" }, "provider" },
	{ "bridging is tried again where it certainly was not done", {
	    TO_ASKING_B, "key1:B > HA HB BA > bridging",
	    "not:BA >  > bridging", "timer > BA > bridging",
	    "done:BA >  > talking" }, NULL },
	{ "where twice is as once an unknown one, too", {
	    TO_ASKING_B, "key1:B > HA HB BA > bridging",
	    "doubtful:BA >  > bridging", "timer > BA > bridging",
	    "doubtful:BA >  > bridging", "timer > BA > bridging",
	    "doubtful:BA > XB HA PA=a-failed > parting" }, "provider" },
	{ "else it is not repeated", {
	    TO_ASKING_B, "key1:B > HA HB BA > bridging",
	    "unknown:BA > XB HA PA=a-failed > parting" }, "provider" },
	{ "refused", { "begin > RA > starting", "refused:RA >  > ended" },
	    "provider" },
	{ "certainly not, three times", { "begin > RA > starting",
	    "not:RA >  > starting", "timer > RA > starting",
	    "not:RA >  > starting", "timer > RA > starting",
	    "not:RA >  > ended" }, "provider" },
	{ "unknown, found, goes on", { "begin > RA > starting",
	    "unknown:RA > FA > starting", "gone:FA >  > starting",
	    "timer > FA > starting", "ringing:FA >  > ringing-a",
	    "answered:A > PA=a-offer,a-name,a-press > asking-a" }, NULL },
	{ "unknown, and answered", { "begin > RA > starting",
	    "unknown:RA > FA > starting",
	    "up:FA > PA=a-offer,a-name,a-press > asking-a" }, NULL },
	{ "an answer from before it rang says nothing", { TO_ASKING_A,
	    "key1:A > HA PA=a-wait RB > ringing-b",
	    "unknown:RB > FB > ringing-b", "ringing:B >  > ringing-b",
	    "gone:FB > FB > ringing-b", "ringing:FB >  > ringing-b",
	    "answered:B > PB=b-offer,b-reference,b-press > asking-b" }, NULL },
	{ "nor does one from before it was made", { "begin > RA > starting",
	    "cancel > XA > closing", "done:XA >  > closing",
	    "timer > FA > closing", "done:RA > XA > closing",
	    "gone:FA > FA > closing", "gone:FA >  > ended" }, "cancelled" },
	{ "unknown, comes after the end", { "begin > RA > starting",
	    "unknown:RA > FA > starting", "cancel > XA > closing",
	    "gone:FA >  > closing", "done:XA >  > closing",
	    "timer > FA > closing", "gone:FA >  > closing",
	    "ringing:A > XA > closing", "done:XA >  > closing",
	    "cancelled:A >  > ended" }, "cancelled" },
	{ "B unknown, never seen", { TO_ASKING_A,
	    "key1:A > HA PA=a-wait RB > ringing-b",
	    "unknown:RB > FB > ringing-b", "gone:FB >  > ringing-b",
	    "late > XB HA PA=a-failed > parting" }, "provider" },
	{ "B refused", { TO_ASKING_A,
	    "key1:A > HA PA=a-wait RB > ringing-b",
	    "refused:RB > HA PA=a-failed > parting" }, "provider" },
	{ "cancelled before it was sent", { "begin > RA > starting",
	    "cancel > XA > closing", "not:RA >  > ended" }, "cancelled" },
	{ "cancelled, the answer to RING later", { "begin > RA > starting",
	    "cancel > XA > closing", "done:XA >  > closing",
	    "done:RA > XA > closing", "cancelled:A >  > ended" },
	    "cancelled" },
	{ "cancelled while B rings", { TO_RINGING_B,
	    "cancel > XA XB > closing", "left:A >  > closing",
	    "cancelled:B >  > ended" }, "cancelled" },
	{ "hung up from the page while talking", { TO_TALKING,
	    "cancel > XA XB > closing" }, "talked" },
	{ "revoked while talking", { TO_TALKING,
	    "revoke > XA XB > closing" }, "revoked" },
	{ "a HANG that nobody answers is asked about, and repeated", {
	    TO_ASKING_A, "cancel > XA > closing", "unknown:XA >  > closing",
	    "timer > FA > closing", "up:FA > XA > closing",
	    "unknown:XA >  > closing", "timer > FA > closing",
	    "unknown:FA >  > closing", "timer > FA > closing",
	    "gone:FA >  > ended" }, "cancelled" },
	{ "the answer was missed", { "begin > RA > starting",
	    "done:RA >  > ringing-a", "resync > FA > ringing-a",
	    "up:FA > PA=a-offer,a-name,a-press > asking-a" }, NULL },
	{ "a key before the answer is no consent", {
	    "begin > RA > starting", "done:RA >  > ringing-a",
	    "key1:A > PA=a-offer,a-name,a-press > asking-a",
	    "answered:A >  > asking-a" }, NULL },
	{ "B's key does not count for A", { TO_ASKING_A,
	    "key1:B >  > asking-a" }, NULL },
	{ "a prompt is missing", { "begin > RA > starting",
	    "answered:A > PA=a-offer,a-name,a-press > asking-a",
	    "done:PA >  > asking-a", "failed:A > XA > closing" },
	    "provider" },
	{ "everything twice", { "begin > RA > starting",
	    "begin >  > starting", "done:RA >  > ringing-a",
	    "done:RA >  > ringing-a", "ringing:A >  > ringing-a",
	    "answered:A > PA=a-offer,a-name,a-press > asking-a",
	    "answered:A >  > asking-a", "ringing:A >  > asking-a",
	    "key1:A > HA PA=a-wait RB > ringing-b",
	    "key1:A >  > ringing-b", "answered:A >  > ringing-b",
	    "answered:B > PB=b-offer,b-reference,b-press > asking-b",
	    "answered:B >  > asking-b", "key1:B > HA HB BA > bridging",
	    "key1:B >  > bridging", "done:BA >  > talking",
	    "done:BA >  > talking", "left:A > XB > closing",
	    "left:A >  > closing", "cancel >  > closing",
	    "left:B > UA > closing", "done:UA >  > ended",
	    "left:B >  > ended", "cancel >  > ended", "timer >  > ended",
	    "key1:A >  > ended" }, "talked" },
	{ "restored while starting", { "begin > RA > starting",
	    "restored > XA > closing", "done:XA >  > closing",
	    "timer > FA > closing", "gone:FA >  > closing",
	    "late > FA > closing", "gone:FA >  > ended" }, "unknown" },
	{ "restored while B rings", { TO_RINGING_B,
	    "restored > XA XB > closing" }, "unknown" },
	{ "restored while talking: may go on", { TO_TALKING,
	    "restored > FA FB > talking", "up:FA >  > talking",
	    "up:FB >  > talking", "left:B > XA > closing" }, "talked" },
	{ "restored while talking: B has gone", { TO_TALKING,
	    "restored > FA FB > talking", "up:FA >  > talking",
	    "gone:FB > XA > closing" }, "talked" },
	{ "restored while parting", { TO_RINGING_B,
	    "busy:B > HA PA=a-busy > parting", "restored > XA > closing",
	    "gone:XA >  > closing" }, "b-busy" },
	{ "restored while closing", { TO_ASKING_A, "cancel > XA > closing",
	    "restored > XA > closing", "done:XA >  > closing",
	    "timer > FA > closing", "gone:FA >  > ended" }, "cancelled" },
	{ "nothing before it begins", { "cancel >  > new", "timer >  > new",
	    "answered:A >  > new", "restored >  > new" }, NULL }
};

/* The other provider, where the first certainly has not rung. */
static void
test_routes(void)
{
	struct acceptance two = acc;
	struct call_actions out;
	struct call c;

	two.n_routes = 2;
	call_init(&c, &two);
	run_event(&c, "begin", &out);
	run_event(&c, "refused:RA", &out);
	ok(out.n == 1 && out.list[0].act == PROVIDER_RING &&
	    c.leg[LEG_A].route_at == 1, "refused: the next provider is asked");
	run_event(&c, "unknown:RA", &out);
	ok(out.n == 1 && out.list[0].act == PROVIDER_FIND &&
	    c.leg[LEG_A].route_at == 1, "unknown: nobody else is");
}

/* What no trunk took has rung nobody, whenever that is heard. */
static void
test_unrung(void)
{
	static const struct script scripts2[] = {
		{ "not taken, and nobody else", { "begin > RA > starting",
		    "done:RA >  > ringing-a", "unrung:A >  > ringing-a",
		    "timer > RA > ringing-a", "done:RA >  > ringing-a",
		    "unrung:A >  > ended" }, "a-unreachable" },
		{ "heard before RING's answer", { "begin > RA > starting",
		    "unrung:A >  > starting", "timer >  > starting",
		    "done:RA >  > starting", "timer > RA > starting",
		    "done:RA >  > ringing-a", "ringing:A >  > ringing-a",
		    "unrung:A >  > ended" }, "a-unreachable" },
		{ "it has rung", { "begin > RA > starting",
		    "done:RA >  > ringing-a", "ringing:A >  > ringing-a",
		    "unrung:A >  > ended" }, "a-unreachable" },
		{ "B, while A waits", { TO_RINGING_B,
		    "unrung:B >  > ringing-b", "timer > RB > ringing-b",
		    "done:RB >  > ringing-b",
		    "answered:B > PB=b-offer,b-reference,b-press > asking-b" },
		    NULL },
		{ "A is put down meanwhile", { "begin > RA > starting",
		    "done:RA >  > ringing-a", "unrung:A >  > ringing-a",
		    "cancel >  > ended" }, "cancelled" },
	};
	struct acceptance kept = acc;
	size_t i;

	acc.n_routes = 2;
	acc.joins[0] = acc.joins[1] = 3;
	for (i = 0; i < sizeof(scripts2) / sizeof(scripts2[0]); i++)
		run_script(&scripts2[i]);
	acc = kept;
}

/* Likewise B, by those whose legs can be joined with A's. */
static void
test_routes_of_b(void)
{
	static const struct {
		const char	*name;
		uint8_t		 joins;		/* of A's */
		const char	*outcomes[5];	/* of RING B, in their order */
		const char	*routes;	/* by which, each time */
		enum call_state	 state;
	} cases[] = {
		{ "nobody else can be joined", 2, { "refused:RB" }, "",
		    CALL_PARTING },
		{ "the list in its order", 7, { "refused:RB", "refused:RB",
		    "refused:RB" }, "02", CALL_PARTING },
		{ "but for those that cannot", 6, { "refused:RB",
		    "refused:RB" }, "2", CALL_PARTING },
		{ "certainly not, thrice", 3, { "not:RB", "timer", "not:RB",
		    "timer", "not:RB" }, "110", CALL_RINGING_B },
		{ "unknown", 7, { "unknown:RB", "gone:FB" }, "",
		    CALL_RINGING_B },
	};
	struct acceptance three = acc;
	struct call_actions out;
	char routes[8];
	size_t i, j, n;
	struct call c;

	three.n_routes = 3;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		three.joins[1] = cases[i].joins;
		call_init(&c, &three);
		run_event(&c, "begin", &out);
		run_event(&c, "refused:RA", &out);
		run_event(&c, "done:RA", &out);
		run_event(&c, "answered:A", &out);
		run_event(&c, "key1:A", &out);
		is_int(c.leg[LEG_B].route_at, 1, "%s: B goes first as A does",
		    cases[i].name);
		n = 0;
		for (j = 0; j < 5 && cases[i].outcomes[j] != NULL; j++) {
			run_event(&c, cases[i].outcomes[j], &out);
			if (out.n == 1 && out.list[0].act == PROVIDER_RING)
				routes[n++] = (char)('0' +
				    c.leg[LEG_B].route_at);
		}
		routes[n] = '\0';
		is_str(routes, cases[i].routes, "%s: by whom", cases[i].name);
		is_str(call_state_word(c.state),
		    call_state_word(cases[i].state), "%s", cases[i].name);
	}
}

/* A switchboard answers: who is wanted hears all of it, time and again. */
static void
test_extension(void)
{
	static const struct script script = { "an extension", { TO_RINGING_B,
	    "answered:B > PB=b-offer,b-reference,b-press > asking-b",
	    "done:PB >  > asking-b", "spoken:B >  > asking-b",
	    "timer > PB=b-offer,b-reference,b-press > asking-b",
	    "done:PB >  > asking-b", "spoken:B >  > asking-b",
	    "timer > PB=b-offer,b-reference,b-press > asking-b",
	    "done:PB >  > asking-b", "key1:B > HA HB BA > bridging" }, NULL };
	struct acceptance kept = acc;
	struct call c;
	int usual_s;

	call_init(&c, &acc);
	usual_s = call_leg_max_s(&c, LEG_A);
	snprintf(acc.b.ext, sizeof(acc.b.ext), "42");
	run_script(&script);
	call_init(&c, &acc);
	is_int(call_leg_max_s(&c, LEG_A), usual_s + CALL_WRONG_MAX *
	    acc.ring_s, "the leg's limit leaves room for it");
	is_int(call_rounds(&c, LEG_A), 2, "A is asked twice");
	is_int(call_rounds(&c, LEG_B), 4, "B for as long as it might ring");
	acc = kept;
}

/* A waits while B is rung by one after the other of those that can join him. */
static void
test_limits(void)
{
	static const struct {
		uint8_t	n_routes, joins, at;
		int	rings;			/* of B that A waits for */
	} cases[] = {
		{ 1, 1, 0, 1 }, { 3, 1, 0, 1 }, { 3, 7, 0, 3 }, { 3, 6, 1, 2 },
		{ 3, 0, 2, 1 }, { 0, 0, 0, CALL_ROUTES_MAX },
	};
	struct acceptance several = acc;
	struct call c;
	int once, b;
	size_t i;

	call_init(&c, &acc);
	once = call_leg_max_s(&c, LEG_A);
	b = call_leg_max_s(&c, LEG_B);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		several.n_routes = cases[i].n_routes;
		several.joins[cases[i].at] = cases[i].joins;
		call_init(&c, &several);
		c.leg[LEG_A].route_at = cases[i].at;
		is_int(call_leg_max_s(&c, LEG_A), once + (cases[i].rings - 1) *
		    (acc.ring_s + CALL_RING_GRACE_S),
		    "A's limit, where B may be rung by %d", cases[i].rings);
		is_int(call_leg_max_s(&c, LEG_B), b, "B's is the same");
	}
}

static void
test_facts(void)
{
	struct call c;

	call_init(&c, &acc);
	ok(call_leg_max_s(&c, LEG_A) > call_leg_max_s(&c, LEG_B) &&
	    call_leg_max_s(&c, LEG_B) > (int)acc.max_s + acc.ring_s,
	    "a leg's limit leaves room for all that comes before talking");
	c.state = CALL_PARTING;
	is_int(call_stage(&c), ASK_STAGE_ENDED, "parting: ended, for people");
	c.talk_at = WALL;
	is_int(call_talk_s(&c, WALL + 7), 7, "talking");
	c.ended_at = WALL + 5;
	is_int(call_talk_s(&c, WALL + 7), 5, "has talked");
}

/* An older journal was put in the place of a newer one: its open calls have
 * ended, and nobody knows how. */
static void
test_older_journal(void)
{
	struct call_event ev = { .kind = CALL_RESTORED };
	struct call_actions out;
	struct call c;

	call_init(&c, &acc);
	snprintf(c.acc.fare.payer, sizeof(c.acc.fare.payer), CALL_PREPAID);
	c.acc.fare.hold = c.hold = 5;
	c.pay = CALL_PAY_HELD;
	c.state = CALL_CLOSING;
	c.end = ASK_END_UNKNOWN;
	c.talk_at = c.ended_at = WALL;
	do_step(&c, &ev, &out);
	is_str(call_state_word(c.state), "ended", "prepaid: nobody is asked");
	is_int(c.pay, CALL_PAY_FREE, "the hold is free at once");
	is_int(out.n, 0, "and nothing is left to do");
}

/* A payer who is silent through one start after the other is not asked for
 * ever: a call that is open for two days would not be found again. */
static void
test_silent_payer(void)
{
	static const struct { int64_t ago_h, lost_h; } cases[] = {
		{ 0, 24 }, { 10, 14 }, { 23, 1 }, { 40, 1 }, { -5, 24 }
	};
	struct call_event ev = { .kind = CALL_RESTORED };
	struct payer_reply reply = { .outcome = PAYER_UNKNOWN };
	struct call_actions out;
	struct call c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		call_init(&c, &acc);
		snprintf(c.acc.fare.payer, sizeof(c.acc.fare.payer), "bank");
		c.acc.fare.hold = c.hold = c.cost = 5;
		c.pay = CALL_PAY_TAKING;
		c.state = CALL_SETTLING;
		c.end = ASK_END_TALKED;
		now_ms = 1000000;
		c.ended_at = WALL + now_ms / 1000 - cases[i].ago_h * 3600;
		ev.kind = CALL_RESTORED;
		do_step(&c, &ev, &out);
		while (c.state == CALL_SETTLING && out.n == 1) {
			ev.kind = CALL_PAID;
			ev.pay = out.list[0].pay;
			ev.paid = &reply;
			do_step(&c, &ev, &out);
			now_ms = call_due_ms(&c);
			ev.kind = CALL_TIMER;
			do_step(&c, &ev, &out);
		}
		is_int(c.pay, CALL_PAY_LOST, "lost in the end");
		is_int((now_ms - 1000000) / 3600000, cases[i].lost_h,
		    "ended %d hours ago: after %d", (int)cases[i].ago_h,
		    (int)cases[i].lost_h);
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		run_script(&scripts[i]);
	test_routes();
	test_routes_of_b();
	test_unrung();
	test_facts();
	test_older_journal();
	test_silent_payer();
	test_limits();
	test_extension();
	return tap_done();
}
