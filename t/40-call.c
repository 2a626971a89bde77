/*
 * The call machine: what is done, step by step, in the ordinary cases and in
 * odd ones.
 */
#include <stdio.h>
#include <string.h>

#include "bridge-client/machine.h"

#include "t/tap.h"

#define WALL	1790000000

static const char letters[] = {
	[PROVIDER_PROBE] = '?', [PROVIDER_RING] = 'R', [PROVIDER_PLAY] = 'P',
	[PROVIDER_HUSH] = 'H', [PROVIDER_BRIDGE] = 'B', [PROVIDER_HANG] = 'X',
	[PROVIDER_UNBRIDGE] = 'U', [PROVIDER_FIND] = 'F'
};

static struct acceptance acc = {
	.uses = 1, .ring_s = 25, .confirm_s = 10, .max_s = 600, .n_routes = 1,
	.joins = { 1 },
	.a_lang = "en", .b_lang = "de"
};

static int64_t now_ms;

/*
 * Steps: "event > actions > state".  Actions: a letter of the above and the
 * leg, PLAY with its prompts.  Events: "begin", "timer" (time goes on to when
 * the call is due), "cancel", "revoke", "resync", "restored"; an outcome
 * "done:RA", "refused:", "not:", "unknown:", of FIND "gone:FA", "ringing:FA",
 * "up:FA"; what is heard of a leg: "ringing:A" and the like.
 */
struct script {
	const char	*name;
	const char	*steps[40];
	const char	*end;
};

#define TO_ASKING_A \
	"begin > RA > starting", \
	"done:RA >  > ringing-a", \
	"ringing:A >  > ringing-a", \
	"answered:A > PA=a-offer,a-press > asking-a", \
	"done:PA >  > asking-a", \
	"spoken:A >  > asking-a"
#define TO_RINGING_B \
	TO_ASKING_A, \
	"key1:A > HA PA=a-wait RB > ringing-b", \
	"done:HA >  > ringing-b", \
	"done:PA >  > ringing-b", \
	"done:RB >  > ringing-b"
#define TO_ASKING_B \
	TO_RINGING_B, \
	"answered:B > PB=b-offer,b-press > asking-b", \
	"done:PB >  > asking-b"
#define TO_TALKING \
	TO_ASKING_B, \
	"key1:B > HA HB BA > bridging", \
	"done:HA >  > bridging", \
	"done:HB >  > bridging", \
	"done:BA >  > talking"
#define UNBRIDGED \
	"done:UA >  > ended"

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
	    "key5:A > HA PA=a-offer,a-press > asking-a",
	    "spoken:A >  > asking-a",	/* that was the hushed one's end */
	    "done:HA >  > asking-a", "done:PA >  > asking-a",
	    "key#:A > HA PA=a-offer,a-press > asking-a",
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
	    "key9:B > HB PB=b-offer,b-press > asking-b" }, NULL },
	{ "A cannot be bridged", { TO_ASKING_B,
	    "key1:B > HA HB BA > bridging", "done:HA >  > bridging",
	    "done:HB >  > bridging",
	    "refused:BA > XB HA PA=a-failed > parting" }, "provider" },
	{ "bridging is tried again where it certainly was not done", {
	    TO_ASKING_B, "key1:B > HA HB BA > bridging",
	    "not:BA >  > bridging", "timer > BA > bridging",
	    "done:BA >  > talking" }, NULL },
	{ "refused", { "begin > RA > starting", "refused:RA >  > ended" },
	    "provider" },
	{ "certainly not, three times", { "begin > RA > starting",
	    "not:RA >  > starting", "timer > RA > starting",
	    "not:RA >  > starting", "timer > RA > starting",
	    "not:RA >  > ended" }, "provider" },
	{ "unknown, found, goes on", { "begin > RA > starting",
	    "unknown:RA > FA > starting", "gone:FA >  > starting",
	    "timer > FA > starting", "ringing:FA >  > ringing-a",
	    "answered:A > PA=a-offer,a-press > asking-a" }, NULL },
	{ "unknown, and answered", { "begin > RA > starting",
	    "unknown:RA > FA > starting",
	    "up:FA > PA=a-offer,a-press > asking-a" }, NULL },
	{ "an answer from before it rang says nothing", { TO_ASKING_A,
	    "key1:A > HA PA=a-wait RB > ringing-b",
	    "unknown:RB > FB > ringing-b", "ringing:B >  > ringing-b",
	    "gone:FB > FB > ringing-b", "ringing:FB >  > ringing-b",
	    "answered:B > PB=b-offer,b-press > asking-b" }, NULL },
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
	    "up:FA > PA=a-offer,a-press > asking-a" }, NULL },
	{ "the end was missed", { "begin > RA > starting",
	    "done:RA >  > ringing-a", "resync > FA > ringing-a",
	    "gone:FA >  > ended" }, "unknown" },
	{ "the end was missed while A was asked", { TO_ASKING_A,
	    "resync > FA > asking-a", "gone:FA >  > ended" }, "unknown" },
	{ "the end was missed while B was asked", { TO_ASKING_B,
	    "resync > FA FB > asking-b", "up:FA >  > asking-b",
	    "gone:FB > HA PA=a-failed > parting" }, "unknown" },
	{ "a key before the answer is no consent", {
	    "begin > RA > starting", "done:RA >  > ringing-a",
	    "key1:A > PA=a-offer,a-press > asking-a",
	    "answered:A >  > asking-a" }, NULL },
	{ "B's key does not count for A", { TO_ASKING_A,
	    "key1:B >  > asking-a" }, NULL },
	{ "a prompt is missing", { "begin > RA > starting",
	    "answered:A > PA=a-offer,a-press > asking-a",
	    "done:PA >  > asking-a", "failed:A > XA > closing" },
	    "provider" },
	{ "everything twice", { "begin > RA > starting",
	    "begin >  > starting", "done:RA >  > ringing-a",
	    "done:RA >  > ringing-a", "ringing:A >  > ringing-a",
	    "answered:A > PA=a-offer,a-press > asking-a",
	    "answered:A >  > asking-a", "ringing:A >  > asking-a",
	    "key1:A > HA PA=a-wait RB > ringing-b",
	    "key1:A >  > ringing-b", "answered:A >  > ringing-b",
	    "answered:B > PB=b-offer,b-press > asking-b",
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

static void
do_step(struct call *c, struct call_event *ev, struct call_actions *out)
{
	ev->now_ms = now_ms;
	ev->wall = WALL + now_ms / 1000;
	machine_step(c, ev, out);
}

/* Only what the journal keeps. */
static void
forget(struct call *c)
{
	int i;

	c->is_dirty = c->tries = c->waits = 0;
	c->due_ms = c->bridge_ms = 0;
	c->acc.n_routes = 0;
	for (i = 0; i < 2; i++) {
		c->leg[i].waits = c->leg[i].tries = 0;
		c->leg[i].n_prompts = c->leg[i].n_wrong = 0;
		c->leg[i].speaking = NULL;
		c->leg[i].asked_ms = c->leg[i].due_ms = 0;
		c->leg[i].prompt_ms = 0;
	}
}

static int
find_word(const char *const *words, size_t n, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (words[i] != NULL && strlen(words[i]) == len &&
		    memcmp(words[i], word, len) == 0)
			return (int)i;
	return -1;
}
#define FIND_WORD(words, word, len) \
	find_word(words, sizeof(words) / sizeof(words[0]), word, len)

/* An outcome or what is heard of a leg: "done:RA", "busy:B". */
static int
read_leg_event(const char *word, size_t len, struct call_event *ev,
    struct provider_reply *reply, struct provider_event *pe)
{
	static const char *const outcomes[] = {
		[PROVIDER_DONE] = "done", [PROVIDER_REFUSED] = "refused",
		[PROVIDER_NOT] = "not", [PROVIDER_UNKNOWN] = "unknown"
	};
	static const char *const found[] = { "gone", "ringing", "up" };
	static const char *const kinds[] = {
		[EVENT_RINGING] = "ringing", [EVENT_ANSWERED] = "answered",
		[EVENT_SPOKEN] = "spoken"
	};
	static const char *const causes[] = { "left", "busy", "declined",
	    "no-answer", "unreachable", "network", "cancelled" };
	const char *leg = word + len + 1;
	const char *act;
	int i;

	if (leg[0] != '\0' && leg[1] != '\0' && leg[1] != ' ') {
		act = memchr(letters, leg[0], sizeof(letters));
		ev->kind = CALL_OUTCOME;
		ev->act = (enum provider_act)(act - letters);
		ev->leg = leg[1] == 'A' ? LEG_A : LEG_B;
		ev->reply = reply;
		if ((i = FIND_WORD(outcomes, word, len)) >= 0)
			reply->outcome = (enum provider_outcome)i;
		else if ((i = FIND_WORD(found, word, len)) >= 0)
			reply->found = (enum provider_found)i;
		return i;
	}
	ev->kind = CALL_PROVIDER;
	ev->provider = pe;
	pe->leg = leg[0] == 'A' ? LEG_A : LEG_B;
	if (len == 4 && memcmp(word, "key", 3) == 0) {
		pe->kind = EVENT_KEY;
		pe->key = word[3];
		return 0;
	}
	if (len == 6 && memcmp(word, "unrung", 6) == 0) {
		pe->kind = EVENT_GONE;
		pe->cause = CAUSE_FAILED;
		pe->is_unrung = 1;
		return 0;
	}
	if (len == 6 && memcmp(word, "failed", 6) == 0) {
		pe->kind = EVENT_SPOKEN;
		pe->cause = CAUSE_FAILED;
		return 0;
	}
	if ((i = FIND_WORD(causes, word, len)) >= 0) {
		pe->kind = EVENT_GONE;
		pe->cause = (enum provider_cause)i;
	} else if ((i = FIND_WORD(kinds, word, len)) >= 0) {
		pe->kind = (enum provider_event_kind)i;
	}
	return i;
}

static int
run_event(struct call *c, const char *text, struct call_actions *out)
{
	static const char *const plain[] = {
		[CALL_BEGIN] = "begin", [CALL_RESTORED] = "restored",
		[CALL_TIMER] = "timer", [CALL_CANCEL] = "cancel",
		[CALL_REVOKE] = "revoke", [CALL_RESYNC] = "resync"
	};
	struct provider_reply reply = { .outcome = PROVIDER_DONE };
	struct provider_event pe = { .kind = EVENT_NONE };
	struct call_event ev = { .kind = CALL_TIMER };
	size_t len = strcspn(text, ": ");
	int i;

	if (text[len] == ':') {
		if (read_leg_event(text, len, &ev, &reply, &pe) < 0)
			return -1;
	} else if (len == 4 && memcmp(text, "late", 4) == 0) {
		now_ms += 601000;
	} else {
		i = FIND_WORD(plain, text, len);
		if (i < 0)
			return -1;
		ev.kind = (enum call_event_kind)i;
		if (ev.kind == CALL_TIMER && call_due_ms(c) > now_ms)
			now_ms = call_due_ms(c);
		if (ev.kind == CALL_RESTORED)
			forget(c);
	}
	do_step(c, &ev, out);
	return 0;
}

static void
print_actions(const struct call_actions *a, char *dst, size_t size)
{
	size_t i, n = 0;

	dst[0] = '\0';
	for (i = 0; i < a->n; i++)
		n += (size_t)snprintf(dst + n, size - n, "%s%c%c%s%s",
		    i > 0 ? " " : "", letters[a->list[i].act],
		    a->list[i].leg == LEG_A ? 'A' : 'B',
		    a->list[i].prompt != NULL ? "=" : "",
		    a->list[i].prompt != NULL ? a->list[i].prompt : "");
}

static void
run_script(const struct script *s)
{
	struct call_actions out;
	char got[256], actions[200];
	struct call c;
	size_t i, len;

	now_ms = 1000000;
	call_init(&c, &acc);
	for (i = 0; i < 40 && s->steps[i] != NULL; i++) {
		if (run_event(&c, s->steps[i], &out) != 0) {
			ok(0, "%s: \"%s\" is no step", s->name, s->steps[i]);
			return;
		}
		print_actions(&out, actions, sizeof(actions));
		len = strcspn(s->steps[i], " ");
		snprintf(got, sizeof(got), "%.*s > %s > %s", (int)len,
		    s->steps[i], actions, call_state_word(c.state));
		if (strcmp(got, s->steps[i]) != 0) {
			is_str(got, s->steps[i], "%s: step %zu", s->name, i);
			return;
		}
	}
	is_str(ask_end_word(c.end), s->end != NULL ? s->end :
	    ask_end_word(ASK_END_NONE), "%s", s->name);
}

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
		    "answered:B > PB=b-offer,b-press > asking-b" }, NULL },
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
	    "answered:B > PB=b-offer,b-press > asking-b",
	    "done:PB >  > asking-b", "spoken:B >  > asking-b",
	    "timer > PB=b-offer,b-press > asking-b",
	    "done:PB >  > asking-b", "spoken:B >  > asking-b",
	    "timer > PB=b-offer,b-press > asking-b",
	    "done:PB >  > asking-b", "key1:B > HA HB BA > bridging" }, NULL };
	struct acceptance kept = acc;
	struct call c;
	int usual_s;

	call_init(&c, &acc);
	usual_s = step_leg_max_s(&c, LEG_A);
	snprintf(acc.b.ext, sizeof(acc.b.ext), "42");
	run_script(&script);
	call_init(&c, &acc);
	is_int(step_leg_max_s(&c, LEG_A), usual_s + STEP_WRONG_MAX *
	    acc.ring_s, "the leg's limit leaves room for it");
	is_int(step_rounds(&c, LEG_A), 2, "A is asked twice");
	is_int(step_rounds(&c, LEG_B), 4, "B for as long as it might ring");
	acc = kept;
}

static void
test_facts(void)
{
	struct call c;

	call_init(&c, &acc);
	ok(step_leg_max_s(&c, LEG_A) > step_leg_max_s(&c, LEG_B) &&
	    step_leg_max_s(&c, LEG_B) > (int)acc.max_s + acc.ring_s,
	    "a leg's limit leaves room for all that comes before talking");
	c.state = CALL_PARTING;
	is_int(call_stage(&c), ASK_STAGE_ENDED, "parting: ended, for people");
	c.talk_at = WALL;
	is_int(call_talk_s(&c, WALL + 7), 7, "talking");
	c.ended_at = WALL + 5;
	is_int(call_talk_s(&c, WALL + 7), 5, "has talked");
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
	test_extension();
	return tap_done();
}
