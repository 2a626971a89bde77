#include <stdio.h>
#include <stdlib.h>

#include "lib/loop.h"

#include "bridge-client/call/driver.h"
#include "bridge-client/call/world.h"
#include "bridge-client/net/rest.h"
#include "bridge-client/net/rest_stream.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/talk.h"

#include "bridge-client/provider/trunk.h"

#define URL_MAX 2048

struct line {
	struct trunk			*trunk;
	size_t				 index;
	const struct provider		*kind;
	const struct provider_conf	*conf;
	struct rest_account		*account;
	struct rest_stream		*stream;	/* NULL: by webhook */
	struct talk			*talk;	/* NULL: by HTTP alone */
};

struct trunk {
	struct loop		*loop;
	struct loop_timer	*alarm;
	struct driver		*driver;
	size_t			 n;
	struct line		 line[WORLD_PROVIDERS_MAX];
};

static void
on_alarm(void *ctx)
{
	struct trunk *t = ctx;

	if (t->driver != NULL)
		driver_wake(t->driver);
}

static void
on_turn_end(void *ctx)
{
	struct trunk *t = ctx;

	driver_turn_end(t->driver);
}

static int
send_request(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	struct trunk *t = ctx;
	struct line *line = &t->line[provider];

	if (line->talk != NULL && talk_send(line->talk, r, fn, done_ctx) == 0)
		return 0;
	return rest_send(line->account, r, fn, done_ctx);
}

static void
wake(void *ctx, int64_t in_ms)
{
	struct trunk *t = ctx;

	loop_timer_arm(t->alarm, in_ms);
}

static void
listen_again(void *ctx, size_t provider)
{
	struct trunk *t = ctx;

	rest_stream_again(t->line[provider].stream,
	    "nobody heard its events: opened anew");
}

static void
on_up(void *ctx)
{
	struct line *line = ctx;

	if (line->talk != NULL)
		talk_up(line->talk);
	driver_stream_up(line->trunk->driver, line->index);
}

static void
on_down(void *ctx, const char *why)
{
	struct line *line = ctx;

	if (line->talk != NULL)
		talk_down(line->talk);
	driver_stream_down(line->trunk->driver, line->index, why);
}

static void
on_text(void *ctx, const char *text, size_t len)
{
	struct line *line = ctx;

	if (line->talk == NULL || !talk_heard(line->talk, text, len))
		driver_stream_text(line->trunk->driver, line->index, text, len);
}

static const struct rest_stream_fn stream_fn = { on_up, on_down, on_text };

struct trunk *
trunk_open(struct loop *loop, struct rest *rest,
    const struct trunk_provider *providers, size_t n, char *why, size_t size)
{
	struct trunk *t = calloc(1, sizeof(*t));
	struct line *line;
	size_t i;

	if (t == NULL || n > WORLD_PROVIDERS_MAX)
		goto fail;
	t->loop = loop;
	t->alarm = loop_timer_new(loop, on_alarm, t);
	if (t->alarm == NULL)
		goto fail;
	for (i = 0; i < n; i++) {
		line = &t->line[t->n++];
		line->trunk = t;
		line->index = i;
		line->kind = providers[i].kind;
		line->conf = providers[i].conf;
		line->account = rest_account_new(rest, &providers[i].account);
		if (line->account == NULL)
			goto fail;
	}
	return t;
fail:
	snprintf(why, size, n > WORLD_PROVIDERS_MAX ? "too many providers" :
	    "out of memory");
	trunk_close(t);
	return NULL;
}

void
trunk_world(struct trunk *t, struct world *out)
{
	out->ctx = t;
	out->send = send_request;
	out->wake = wake;
	out->listen = listen_again;
}

static int
say(void *ctx, const void *text, size_t len)
{
	struct line *line = ctx;

	return rest_stream_say(line->stream, text, len);
}

/* 0 also where requests go by HTTP alone. */
static int
open_talk(struct line *line)
{
	const struct talk_conf conf = { .loop = line->trunk->loop,
		.kind = line->kind, .conf = line->conf, .say = say,
		.ctx = line };

	if (line->kind->say == NULL)
		return 0;
	line->talk = talk_new(&conf);
	return line->talk != NULL ? 0 : -1;
}

/* 0 also where there is no stream to open. */
static int
open_stream(struct line *line)
{
	char path[URL_MAX], url[URL_MAX];

	if (line->kind->stream == NULL)
		return 0;
	if (line->kind->stream(line->conf, path, sizeof(path)) != 0 ||
	    (size_t)snprintf(url, sizeof(url), "%s%s", line->conf->url, path) >=
	    sizeof(url) || open_talk(line) == -1)
		return -1;
	line->stream = rest_stream_open(line->account, url, &stream_fn, line);
	return line->stream != NULL ? 0 : -1;
}

int
trunk_start(struct trunk *t, struct driver *d)
{
	size_t i;

	t->driver = d;
	for (i = 0; i < t->n; i++)
		if (open_stream(&t->line[i]) != 0)
			return -1;
	loop_at_turn_end(t->loop, on_turn_end, t);
	loop_timer_arm(t->alarm, 0);
	return 0;
}

void
trunk_close(struct trunk *t)
{
	size_t i;

	if (t == NULL)
		return;
	if (t->driver != NULL)
		loop_at_turn_end(t->loop, NULL, NULL);
	for (i = 0; i < t->n; i++) {
		talk_free(t->line[i].talk);
		rest_stream_close(t->line[i].stream);
		rest_account_free(t->line[i].account);
	}
	loop_timer_free(t->alarm);
	free(t);
}
