/* /p/SECRET: a link by which means of payment are left. */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"

#include "acceptd/context.h"
#include "acceptd/page.h"
#include "acceptd/way_page.h"
#include "acceptd/web.h"

#include "acceptd/ways.h"

#define PATH_SIZE (ASK_SECRET_MAX + 4)

static enum visit_step
show(const struct context *c, struct visit *v, const struct ask_way *way,
    int status)
{
	struct way_page model = { way, NULL };
	char path[PATH_SIZE];
	struct page p;

	snprintf(path, sizeof(path), "/p/%s", v->secret);
	snprintf(v->offer_lang, sizeof(v->offer_lang), "%s", way->lang);
	context_page(c, v, way->state == ASK_WAY_OPEN &&
	    way->url[0] == '\0' ? path : NULL, &p);
	model.path = path;
	way_page_show(&v->response.body, &p, &model);
	return context_done(v, &p, status);
}

static enum visit_step
none(const struct context *c, struct visit *v)
{
	struct ask_way way = { .state = ASK_WAY_NONE };

	return show(c, v, &way, 404);
}

static enum visit_step
unreachable(struct context *c, struct visit *v)
{
	const struct page_refusal r = { ASK_UNREACHABLE, "", 0, NULL, NULL };

	return context_refuse(c, v, &r);
}

static enum visit_step
ask(const struct context *c, struct visit *v, const char *secret,
    int is_wanted)
{
	struct ask_means q = { .is_wanted = (uint8_t)is_wanted };

	if (!context_is_secret(secret))
		return none(c, v);
	snprintf(v->secret, sizeof(v->secret), "%s", secret);
	snprintf(q.secret, sizeof(q.secret), "%s", secret);
	buf_clear(&v->question);
	ask_put_means(&v->question, &q);
	v->verb = ASK_MEANS;
	v->room = VISIT_WAY;
	return VISIT_ASK;
}

enum visit_step
ways_get(struct context *c, struct visit *v, const char *secret)
{
	if (context_throttle(c, v, c->pages, v->client) < 0)
		return VISIT_RESPOND;
	return ask(c, v, secret, 0);
}

enum visit_step
ways_post(struct context *c, struct visit *v, const char *secret,
    const struct web_request *r)
{
	if (context_admit_post(c, v, r) < 0)
		return VISIT_RESPOND;
	return ask(c, v, secret, 1);
}

/* What a browser may be sent to; the bridge has seen to that already. */
static int
is_good(const struct ask_way *way)
{
	return way->url[0] == '\0' || strncmp(way->url, "https://", 8) == 0 ||
	    strncmp(way->url, "http://127.0.0.1:", 17) == 0 ||
	    strncmp(way->url, "http://[::1]:", 13) == 0;
}

enum visit_step
ways_answer(struct context *c, struct visit *v, const struct frame *f)
{
	static const int statuses[ASK_WAYS] = {
		[ASK_WAY_NONE] = 404, [ASK_WAY_OPEN] = 200,
		[ASK_WAY_USED] = 200, [ASK_WAY_LATER] = 503
	};
	struct ask_way way;

	if (f == NULL)
		return unreachable(c, v);
	if (ask_get_way(&way, f->body, f->len) < 0 || !is_good(&way)) {
		v->is_garbled = 1;
		return unreachable(c, v);
	}
	return show(c, v, &way, statuses[way.state]);
}
