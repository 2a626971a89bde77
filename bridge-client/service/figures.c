#include <stddef.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/scrape.h"

#include "bridge-client/call/driver.h"
#include "bridge-client/call/exchange.h"
#include "bridge-client/call/lines.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/net/post.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/service/service.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/service/figures.h"

#define NAME		"calloffer_bridge_"
#define N_OUTCOMES	(PROVIDER_UNKNOWN + 1)
#define N_VERDICTS	(PROVIDER_FORGED + 1)
#define N_NOTICES	(POST_UNKNOWN + 1)

_Static_assert(N_OUTCOMES <= TALLY_WORDS_MAX && N_VERDICTS <= TALLY_WORDS_MAX &&
    N_NOTICES <= TALLY_WORDS_MAX, "each is counted");
_Static_assert(WORLD_PROVIDERS_MAX <= TALLY_PROVIDERS_MAX, "all of them");

/* NULL: is never counted. */
static const char *const outcome_words[N_OUTCOMES] = {
	[PROVIDER_DONE] = "done", [PROVIDER_REFUSED] = "refused",
	[PROVIDER_NOT] = "not-done", [PROVIDER_UNKNOWN] = "unknown"
};
static const char *const verdict_words[N_VERDICTS] = {
	[PROVIDER_AUTHENTIC] = "authentic", [PROVIDER_STALE] = "stale",
	[PROVIDER_FORGED] = "forged"
};
static const char *const notice_words[N_NOTICES] = {
	[POST_DONE] = "sent", [POST_NOT] = "put-off",
	[POST_REFUSED] = "refused", [POST_UNKNOWN] = "unknown"
};
static const char *const status_words[TALLY_STATUSES] = {
	[TALLY_NO_ANSWER] = "none", [TALLY_2XX] = "2xx", [TALLY_4XX] = "4xx",
	[TALLY_429] = "429", [TALLY_5XX] = "5xx"
};

/* What has been counted. */

static void
put_calls(struct buf *b, const struct tally *t)
{
	unsigned i;

	scrape_head(b, NAME "acceptances_total", "counter", "Acceptances by "
	    "what was answered; again: of a call that was there already");
	for (i = 0; i < ASK_REFUSALS; i++)
		scrape_sample(b, NAME "acceptances_total", SCRAPE_LABELS(
		    { "outcome", ask_refusal_word(i) }), t->acceptances[i]);
	scrape_sample(b, NAME "acceptances_total", SCRAPE_LABELS(
	    { "outcome", "again" }), t->again);
	scrape_head(b, NAME "calls_ended_total", "counter",
	    "Calls that are over by how they ended");
	for (i = ASK_END_NONE + 1; i < ASK_ENDS; i++)
		scrape_sample(b, NAME "calls_ended_total", SCRAPE_LABELS(
		    { "end", ask_end_word(i) }), t->ends[i]);
	scrape_head(b, NAME "notices_total", "counter",
	    "Attempts to mail a notice by what came of them");
	for (i = 0; i < N_NOTICES; i++)
		scrape_sample(b, NAME "notices_total", SCRAPE_LABELS(
		    { "outcome", notice_words[i] }), t->notices[i]);
}

static void
put_commits(struct buf *b, const struct tally *t)
{
	const struct scrape_histogram took = {
	    .name = NAME "journal_commit_seconds", .end = tally_commit_us,
	    .n = TALLY_COMMIT_ENDS, .count = t->took, .sum = t->took_us,
	    .unit = 1e-6 };
	const struct scrape_histogram rows = {
	    .name = NAME "journal_commit_calls", .end = tally_commit_rows,
	    .n = TALLY_ROWS_ENDS, .count = t->rows, .sum = t->n_rows,
	    .unit = 1 };

	scrape_head(b, took.name, "histogram",
	    "Until a commit of the journal was on the disk");
	scrape_histogram(b, &took);
	scrape_head(b, rows.name, "histogram",
	    "Calls whose records share a commit");
	scrape_histogram(b, &rows);
	scrape_counter(b, NAME "journal_commit_failures_total",
	    "Commits that came to nothing", t->no_commits);
}

/* What is counted of each provider by a word. */
struct by_word {
	const char		*name, *help, *label;
	const char *const	*word;
	size_t			 n;
	size_t			 offset;	/* in struct tally_provider */
};

static const struct by_word by_word[] = {
	{ NAME "legs_total", "Legs asked for by what came of that", "outcome",
	    outcome_words, N_OUTCOMES,
	    offsetof(struct tally_provider, rung) },
	{ NAME "provider_requests_total", "Requests by the HTTP status of "
	    "their answers", "status", status_words, TALLY_STATUSES,
	    offsetof(struct tally_provider, requests) },
	{ NAME "provider_hooks_total", "Webhooks by whether they were the "
	    "provider's", "verdict", verdict_words, N_VERDICTS,
	    offsetof(struct tally_provider, hooks) },
};

static void
put_by_word(struct buf *b, const struct by_word *w, const char *provider,
    const struct tally_provider *p)
{
	const uint64_t *count = (const uint64_t *)(const void *)
	    ((const char *)p + w->offset);
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->word[i] != NULL)
			scrape_sample(b, w->name, SCRAPE_LABELS(
			    { "provider", provider },
			    { w->label, w->word[i] }), count[i]);
}

struct names {
	const char	*name[WORLD_PROVIDERS_MAX];
	size_t		 n;
};

static void
put_providers(struct buf *b, const struct tally *t, const struct names *who)
{
	struct scrape_histogram took = {
	    .name = NAME "provider_request_seconds", .end = tally_request_ms,
	    .n = TALLY_REQUEST_ENDS, .unit = 1e-3 };
	size_t i, k;

	for (k = 0; k < sizeof(by_word) / sizeof(by_word[0]); k++) {
		scrape_head(b, by_word[k].name, "counter", by_word[k].help);
		for (i = 0; i < who->n; i++)
			put_by_word(b, &by_word[k], who->name[i],
			    &t->provider[i]);
	}
	scrape_head(b, NAME "legs_answered_total", "counter",
	    "Legs that were answered");
	for (i = 0; i < who->n; i++)
		scrape_sample(b, NAME "legs_answered_total", SCRAPE_LABELS(
		    { "provider", who->name[i] }), t->provider[i].answered);
	scrape_head(b, took.name, "histogram",
	    "From a request to its answer, or until it was given up");
	for (i = 0; i < who->n; i++) {
		took.labels = SCRAPE_LABELS({ "provider", who->name[i] });
		took.count = t->provider[i].took;
		took.sum = t->provider[i].took_ms;
		scrape_histogram(b, &took);
	}
}

/* What is the case. */

static void
put_journal(struct buf *b, const struct ask_health *h)
{
	scrape_gauge(b, NAME "open_calls", "Calls that are not over",
	    h->n_open_calls);
	scrape_gauge(b, NAME "journal_up", "1 while it can be written",
	    h->is_journal_ok);
	scrape_gauge(b, NAME "journal_used_bytes", "Of the journal's size",
	    (int64_t)h->journal_used);
	scrape_gauge(b, NAME "journal_size_bytes", "What it may grow to",
	    (int64_t)h->journal_max);
	scrape_gauge(b, NAME "stopped", "1 while nothing can be accepted, for "
	    "the clock is wrong or somebody has said so", h->is_stopped);
}

/* One of each provider, by the field at this offset of struct lines_now. */
struct line_gauge {
	const char	*name, *help;
	size_t		 offset;
	int		 is_of_streams;	/* only of those that have one */
};

static void
put_lines(struct buf *b, const struct lines *l, const struct names *who)
{
	static const struct line_gauge gauges[] = {
		{ NAME "provider_up", "1 while calls can be made by it",
		    offsetof(struct lines_now, is_ready), 0 },
		{ NAME "provider_stream_up", "1 while the stream of its "
		    "events is up", offsetof(struct lines_now, is_stream_up),
		    1 },
		{ NAME "provider_waiting_requests", "Requests that wait for "
		    "their turn", offsetof(struct lines_now, n_waiting), 0 },
		{ NAME "provider_unanswered_requests", "Requests that are "
		    "sent, and not answered",
		    offsetof(struct lines_now, n_unanswered), 0 },
	};
	const struct line_gauge *g;
	struct lines_now now;
	unsigned value;
	size_t i;

	for (g = gauges; g < gauges + sizeof(gauges) / sizeof(gauges[0]);
	    g++) {
		scrape_head(b, g->name, "gauge", g->help);
		for (i = 0; i < who->n; i++) {
			lines_look(l, i, &now);
			memcpy(&value, (const char *)&now + g->offset,
			    sizeof(value));
			if (now.has_stream || !g->is_of_streams)
				scrape_sample(b, g->name, SCRAPE_LABELS(
				    { "provider", who->name[i] }), value);
		}
	}
}

static void
put_caps(struct buf *b, const struct service *s)
{
	const struct conf_sections *all = &s->contract->account_sections;
	const struct contract_account *a;
	size_t i;

	scrape_head(b, NAME "account_open_calls", "gauge",
	    "Calls of the account that are not over");
	for (i = 0; i < all->n; i++) {
		a = all->section[i].data;
		scrape_sample(b, NAME "account_open_calls", SCRAPE_LABELS(
		    { "account", a->name }), guard_open(s->guard, a->name));
	}
	scrape_head(b, NAME "account_open_calls_limit", "gauge",
	    "How many it may have, its at_once");
	for (i = 0; i < all->n; i++) {
		a = all->section[i].data;
		scrape_sample(b, NAME "account_open_calls_limit",
		    SCRAPE_LABELS({ "account", a->name }),
		    (uint64_t)a->at_once);
	}
	scrape_gauge(b, NAME "caps_events", "Events of the last day that the "
	    "caps remember", (int64_t)guard_events(s->guard));
	scrape_gauge(b, NAME "caps_events_limit", "How many they can, then "
	    "nothing is accepted", GUARD_EVENTS_MAX);
}

void
figures_put(void *figures, struct buf *b)
{
	const struct figures *f = figures;
	const struct service *s = f->service;
	const struct tally *t = tally_all();
	struct ask_health h;
	struct names who = { .n = 0 };

	memset(&h, 0, sizeof(h));
	driver_health(s->driver, &h);
	h.is_stopped |= (uint8_t)contract_is_stopped(s->contract);
	for (; who.n < h.n_providers; who.n++)
		who.name[who.n] = h.provider[who.n].name;
	scrape_program(b, "calloffer_bridge", f->started);
	put_calls(b, t);
	put_commits(b, t);
	put_journal(b, &h);
	put_caps(b, s);
	if (who.n == 0)
		return;		/* families without a sample say nothing */
	put_providers(b, t, &who);
	put_lines(b, driver_lines(s->driver), &who);
}
