#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/provider/provider.h"

#include "bridge-client/call/lines.h"

#define READY_MS	30000	/* between two probes of one that answers, */
#define FIRST_MS	1000	/* at first, when its stream has come up */
#define RETRY_MS	2000	/* .. that does not */
#define LOST_MS		5000	/* .. whose events somebody else gets */
#define ECHO_MS		2000	/* an event, once asked for, comes in time */
#define BAD_MAX		2	/* then the stream is opened anew */
#define GHOST_MS	1000	/* so late comes what was given up */
#define GIVEN_UP_MAX	3	/* two bridges must not play for ever */
#define SOON_MS		5000	/* a provider that wants to be left alone for
				   longer is not there */

static size_t
index_of(const struct line *line)
{
	return (size_t)(line - line->all->line);
}

static const struct world_provider *
provider_of(const struct line *line)
{
	return &line->all->exchanges->provider[index_of(line)];
}

void
lines_init(struct lines *l, struct exchanges *exchanges)
{
	size_t i;

	memset(l, 0, sizeof(*l));
	l->exchanges = exchanges;
	for (i = 0; i < exchanges->n; i++) {
		l->line[i].all = l;
		l->line[i].due_ms = clock_mono_ms();
		l->line[i].pause_ms = FIRST_MS;
		snprintf(l->line[i].detail, sizeof(l->line[i].detail),
		    "not connected yet");
	}
}

int
lines_is_ready(const struct lines *l, size_t provider)
{
	int64_t soon_ms = clock_mono_ms() + SOON_MS;

	return provider < l->exchanges->n && l->line[provider].is_ready &&
	    pace_due_ms(&l->exchanges->pace[provider], 0) <= soon_ms;
}

/* Where its events come by a stream, that must be up. */
static int
is_joined(const struct line *line)
{
	return provider_of(line)->kind->stream == NULL || line->is_stream_up;
}

static struct listener *
listener_of(const struct line *line)
{
	return &line->all->exchanges->listener[index_of(line)];
}

/* Changes, and tells of it once. */
static void
set_ready(struct line *line, int is_ready, const char *detail)
{
	const char *name = provider_of(line)->conf->name;
	int is_new = line->is_ready != is_ready ||
	    strcmp(line->detail, detail) != 0;

	if (is_ready)
		listener_begin(listener_of(line), clock_mono_ms());
	else
		listener_end(listener_of(line));
	line->is_ready = is_ready;
	snprintf(line->detail, sizeof(line->detail), "%s", detail);
	if (is_new && is_ready)
		log_info("provider=%s state=ready", name);
	else if (is_new)
		log_warn("provider=%s state=down why=\"%s\"", name, detail);
}

void
lines_stream(struct lines *l, size_t provider, int is_up, const char *why)
{
	struct line *line = &l->line[provider];

	if (!is_up && !line->is_stream_up && line->n_given_up < GIVEN_UP_MAX)
		line->n_given_up++;
	listener_end(listener_of(line));
	line->is_stream_up = is_up;
	line->up_ms = clock_mono_ms();
	line->is_lost = line->is_awaited = 0;
	line->pause_ms = FIRST_MS;
	line->due_ms = clock_mono_ms();
	if (!is_up)
		set_ready(line, 0, why);
}

void
lines_lost(struct lines *l, size_t provider)
{
	const struct world *w = &l->exchanges->world;
	struct line *line = &l->line[provider];
	int64_t now_ms = clock_mono_ms();

	line->is_awaited = 0;
	set_ready(line, 0, "another program has taken over our events");
	if (now_ms - line->up_ms < GHOST_MS && line->n_given_up > 0) {
		line->n_given_up--;
		line->due_ms = now_ms + RETRY_MS;
		w->listen(w->ctx, provider);
		return;
	}
	line->is_lost = 1;
	line->due_ms = now_ms + LOST_MS;
}

/*
 * While somebody listens, he is left in peace: two bridges that took the events
 * from each other in turn would both be deaf.
 */
static void
is_probed_lost(struct line *line, int is_heard)
{
	const struct world *w = &line->all->exchanges->world;

	line->due_ms = clock_mono_ms() + LOST_MS;
	if (!is_heard)
		w->listen(w->ctx, index_of(line));
}

/*
 * The stream is up, and the provider says that nobody listens, or nothing comes
 * by it.  (Asterisk drops an application when its old listener's connection
 * ends a moment after the new one's began, as where we have died and come back
 * at once.  It goes on to name the application while calls of it are alive.)
 */
static void
is_deaf(struct line *line)
{
	const struct world *w = &line->all->exchanges->world;

	line->n_bad = 0;
	if (provider_of(line)->kind->stream != NULL)
		w->listen(w->ctx, index_of(line));
}

static void
is_good(struct line *line)
{
	line->is_awaited = 0;
	line->n_bad = 0;
	if (clock_mono_ms() - line->up_ms >= GHOST_MS)
		line->n_given_up = 0;
	line->due_ms = clock_mono_ms() + line->pause_ms;
	line->pause_ms = line->pause_ms * 2 < READY_MS ? line->pause_ms * 2 :
	    READY_MS;
	set_ready(line, 1, "");
}

void
lines_echo(struct lines *l, size_t provider)
{
	l->line[provider].is_heard = 1;
	if (l->line[provider].is_awaited)
		is_good(&l->line[provider]);
}

static void
is_not_heard(struct line *line)
{
	line->is_awaited = 0;
	line->due_ms = clock_mono_ms() + RETRY_MS;
	set_ready(line, 0, "its events do not come");
	is_deaf(line);
}

static void
is_probed(void *ctx, const struct provider_reply *r)
{
	struct line *line = ctx;
	int is_done = r->outcome == PROVIDER_DONE;

	line->is_probed = 0;
	if (line->is_lost) {
		is_probed_lost(line, is_done);
		return;
	}
	line->due_ms = clock_mono_ms() + (is_done ? ECHO_MS : RETRY_MS);
	if (!is_joined(line))
		return;
	if (is_done && provider_of(line)->kind->is_echoed && !line->is_heard) {
		line->is_awaited = 1;
	} else if (is_done) {
		is_good(line);
	} else {
		set_ready(line, 0, r->detail);
		if (++line->n_bad >= BAD_MAX)
			is_deaf(line);
	}
}

static void
probe(struct line *line)
{
	struct provider_intent in;
	struct exchange_owner owner = { line, is_probed, NULL, 0 };
	struct provider_reply now;

	memset(&in, 0, sizeof(in));
	in.act = PROVIDER_PROBE;
	line->due_ms = 0;
	line->is_probed = 1;
	line->is_heard = 0;
	if (exchange_begin(line->all->exchanges, index_of(line), &in, &owner,
	    &now) == NULL)
		is_probed(line, &now);
}

int64_t
lines_wake(struct lines *l)
{
	int64_t now_ms = clock_mono_ms(), next_ms = 0, wait_ms;
	struct line *line;
	size_t i;

	for (i = 0; i < l->exchanges->n; i++) {
		line = &l->line[i];
		if (!is_joined(line))
			line->due_ms = 0;
		else if (!line->is_probed && line->due_ms != 0 &&
		    line->due_ms <= now_ms)
			(line->is_awaited ? is_not_heard : probe)(line);
		/* While it is being asked its answer is waited for. */
		if (!line->is_probed && line->due_ms != 0 &&
		    (next_ms == 0 || line->due_ms < next_ms))
			next_ms = line->due_ms;
	}
	wait_ms = exchange_wake(l->exchanges);
	return wait_ms != 0 && (next_ms == 0 || wait_ms < next_ms) ? wait_ms :
	    next_ms;
}

int
lines_read(const struct lines *l, size_t provider, const char *text,
    size_t len, struct provider_event *out)
{
	const struct world_provider *p = &l->exchanges->provider[provider];

	memset(out, 0, sizeof(*out));
	if (p->kind->event(text, len, out) == 0)
		return 0;
	log_debug("provider=%s event=not-understood", p->conf->name);
	return -1;
}

void
lines_hang(struct lines *l, size_t provider, const struct provider_event *ev)
{
	struct provider_intent in = { .act = PROVIDER_HANG, .leg = ev->leg,
	    .ref = ev->ref };
	const struct exchange_owner nobody = { NULL, NULL, NULL, 0 };
	struct provider_reply now;
	char id[TOKEN_UUID_SIZE];

	memcpy(in.call, ev->call, sizeof(in.call));
	token_uuid_text(ev->call, id);
	log_debug("call=%s leg=%c state=stray", id,
	    ev->leg == LEG_A ? 'a' : 'b');
	(void)exchange_begin(l->exchanges, provider, &in, &nobody, &now);
}

void
lines_health(const struct lines *l, struct ask_health *out)
{
	struct ask_health_provider *p;
	const struct line *line;

	out->n_providers = (uint16_t)l->exchanges->n;
	for (line = l->line; line < l->line + l->exchanges->n; line++) {
		p = &out->provider[index_of(line)];
		snprintf(p->name, sizeof(p->name), "%s",
		    provider_of(line)->conf->name);
		snprintf(p->detail, sizeof(p->detail), "%s", line->detail);
		p->is_ready = line->is_ready != 0;
	}
}

void
lines_look(const struct lines *l, size_t provider, struct lines_now *now)
{
	const struct line *line = &l->line[provider];

	now->is_ready = line->is_ready != 0;
	now->is_stream_up = line->is_stream_up != 0;
	now->has_stream = provider_of(line)->kind->stream != NULL;
	now->n_waiting = (unsigned)exchange_n_waiting(l->exchanges, provider);
	now->n_unanswered = l->exchanges->n_sent[provider];
}
