/*
 * Why a leg has gone: what is recorded is the true reason, in whatever order
 * the answer to RING, the events of its end and the answer to a question about
 * it come.  (Answers and events come by different ways.)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/provider.h"

#include "t/steps.h"

#define EVENTS	"t/data/ari/events"
#define LINES_MAX 16

/* Where only questions tell of it. */
static const struct script missed[] = {
	{ "the end was missed", { "begin > RA > starting",
	    "done:RA >  > ringing-a", "resync > FA > ringing-a",
	    "gone:FA >  > ringing-a", "timer > FA > ringing-a",
	    "gone:FA >  > ended" }, "unknown" },
	{ "the end was missed while A was asked", { TO_ASKING_A,
	    "resync > FA > asking-a", "gone:FA >  > asking-a",
	    "timer > FA > asking-a", "gone:FA >  > ended" }, "unknown" },
	{ "the end was missed while B was asked", { TO_ASKING_B,
	    "resync > FA FB > asking-b", "up:FA >  > asking-b",
	    "gone:FB >  > asking-b", "timer > FB > asking-b",
	    "gone:FB > HA PA=a-failed > parting" }, "unknown" },
	{ "it was late", { TO_ASKING_A, "resync > FA > asking-a",
	    "gone:FA >  > asking-a", "left:A >  > ended" }, "a-left" },
	{ "twice", { TO_RINGING_B,
	    "resync > FA FB > ringing-b", "up:FA >  > ringing-b",
	    "gone:FB >  > ringing-b", "ringing:B >  > ringing-b",
	    "resync > FA FB > ringing-b", "gone:FB >  > ringing-b",
	    "busy:B > HA PA=a-busy > parting" }, "b-busy" },
	{ "what cannot be spoken to", { TO_ASKING_A,
	    "resync > FA > asking-a", "up:FA >  > asking-a",
	    "key5:A > HA PA=a-offer,a-name,a-press > asking-a",
	    "done:HA >  > asking-a", "refused:PA > FA > asking-a",
	    "gone:FA >  > asking-a", "left:A >  > ended" }, "a-left" },
	{ "nobody asks why it went after its end was asked for", {
	    TO_ASKING_A, "cancel > XA > closing", "done:XA >  > closing",
	    "timer > FA > closing", "gone:FA >  > ended" }, "cancelled" },
};

/* The lines of that name, of this leg. */
struct heard {
	size_t			n;
	struct provider_event	event[LINES_MAX];
};

static void
read_lines(struct heard *h, const char *name, char leg)
{
	char *line = NULL, *at;
	size_t size = 0, len = strlen(name);
	FILE *f = fopen(EVENTS, "r");

	h->n = 0;
	while (f != NULL && h->n < LINES_MAX && getline(&line, &size, f) > 0) {
		if (strncmp(line, name, len) != 0 || line[len] != '\t')
			continue;
		at = strstr(line, "0e0f-a");
		if (at != NULL)
			at[5] = leg;
		if (provider_ari.event(line + len + 1, strlen(line + len + 1),
		    &h->event[h->n]) == 0)
			h->n++;
	}
	if (f != NULL)
		fclose(f);
	free(line);
}

static void
hear(struct call *c, const struct provider_event *e)
{
	struct call_event ev = { .kind = CALL_PROVIDER, .provider = e };
	struct call_actions out;

	do_step(c, &ev, &out);
}

/* The provider is asked, and knows of the leg no more. */
static void
ask(struct call *c, enum leg leg)
{
	struct call_actions out;
	size_t i;

	run_event(c, "resync", &out);
	for (i = 0; i < out.n; i++)
		if (out.list[i].act == PROVIDER_FIND)
			run_event(c, out.list[i].leg != leg ? leg == LEG_A ?
			    "up:FB" : "up:FA" : leg == LEG_A ? "gone:FA" :
			    "gone:FB", &(struct call_actions){ .n = 0 });
}

/*
 * All that is heard, the answer to RING before the `answered`-th event and a
 * question before the `asked`-th; how it ended then.
 */
static const char *
end_of(const struct heard *h, enum leg leg, size_t answered, size_t asked)
{
	static const char *const before[] = { "begin", "done:RA", "answered:A",
	    "done:PA", "key1:A", "done:HA", "done:PA" };
	struct call_actions out;
	struct call c;
	size_t i;

	call_init(&c, &acc);
	for (i = 0; i < (leg == LEG_A ? 1 : 7); i++)
		run_event(&c, before[i], &out);
	for (i = 0; i <= h->n; i++) {
		if (i == answered)
			run_event(&c, leg == LEG_A ? "done:RA" : "done:RB",
			    &out);
		if (i == asked)
			ask(&c, leg);
		if (i < h->n)
			hear(&c, &h->event[i]);
	}
	return ask_end_word(c.end);
}

static void
in_all_orders(const struct heard *h, enum leg leg, const char *want,
    const char *name)
{
	size_t answered, asked, n = 0;
	const char *end = want;

	for (answered = 0; answered <= h->n; answered++)
		for (asked = 0; asked <= h->n + 1; asked++, n++) {
			end = end_of(h, leg, answered, asked);
			if (strcmp(end, want) == 0)
				continue;
			is_str(end, want, "%s: RING answered before event %zu, "
			    "asked before event %zu", name, answered, asked);
			return;
		}
	is_str(end, want, "%s, leg %c, in %zu orders", name,
	    leg == LEG_A ? 'A' : 'B', n);
}

/* As Asterisk told it. */
static void
test_told(void)
{
	static const struct {
		const char	*name, *end[2];
	} cases[] = {
		{ "486", { "a-busy", "b-busy" } },
		{ "600", { "a-busy", "b-busy" } },
		{ "603", { "a-declined", "b-declined" } },
		{ "480", { "a-no-answer", "b-no-answer" } },
		{ "404", { "a-unreachable", "b-unreachable" } },
		{ "503", { "a-unreachable", "b-unreachable" } },
		{ "180", { "a-no-answer", "b-no-answer" } },
		{ "201", { "a-left", "b-declined" } },
	};
	struct provider_event last;
	struct heard h;
	size_t i;
	int leg;

	for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		leg = i & 1;
		read_lines(&h, cases[i / 2].name, leg == LEG_A ? 'a' : 'b');
		ok(h.n > 1, "%s: %zu events", cases[i / 2].name, h.n);
		in_all_orders(&h, (enum leg)leg, cases[i / 2].end[leg],
		    cases[i / 2].name);
		last = h.event[h.n - 1];
		h.event[h.n - 1] = h.event[h.n - 2];
		h.event[h.n - 2] = last;
		in_all_orders(&h, (enum leg)leg, cases[i / 2].end[leg],
		    "the last two the other way");
	}
}

/* Who is asked says why by himself. */
static void
test_found(void)
{
	static const struct {
		const char	*provider, *word, *end;
	} cases[] = {
		{ "bandwidth", "busy", "a-busy" },
		{ "bandwidth", "timeout", "a-no-answer" },
		{ "bandwidth", "of-next-year", "a-unreachable" },
		{ "twilio", "busy", "a-busy" },
		{ "twilio", "no-answer", "a-no-answer" },
		{ "twilio", "failed", "a-unreachable" },
		{ "twilio", "completed", "a-left" },
		{ "twilio", "of-next-year", "none" },
		{ "signalwire", "busy", "a-busy" },
		{ "vonage", "busy", "a-busy" },
		{ "vonage", "rejected", "a-declined" },
		{ "vonage", "timeout", "a-no-answer" },
		{ "vonage", "of-next-year", "none" },
	};
	struct provider_intent in = { .act = PROVIDER_FIND, .ref = "x" };
	struct provider_reply reply;
	struct call_event ev = { .kind = CALL_OUTCOME, .act = PROVIDER_FIND,
	    .reply = &reply };
	struct call_actions out;
	char body[128];
	struct call c;
	size_t i, p;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (p = 0; strcmp(provider_all[p]->name, cases[i].provider);)
			p++;
		snprintf(body, sizeof(body), "{\"status\":\"%s\","
		    "\"state\":\"disconnected\",\"disconnectCause\":\"%s\"}",
		    cases[i].word, cases[i].word);
		provider_all[p]->reply(&in, 0, 200, 1, body, strlen(body),
		    &reply);
		call_init(&c, &acc);
		run_event(&c, "begin", &out);
		run_event(&c, "done:RA", &out);
		run_event(&c, "resync", &out);
		do_step(&c, &ev, &out);
		is_str(ask_end_word(c.end), cases[i].end, "%s: %s",
		    cases[i].provider, cases[i].word);
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(missed) / sizeof(missed[0]); i++)
		run_script(&missed[i]);
	test_told();
	test_found();
	return tap_done();
}
