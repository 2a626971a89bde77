/* The routes. */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"

#include "acceptd/asset.h"
#include "acceptd/calls.h"
#include "acceptd/context.h"
#include "acceptd/form.h"
#include "acceptd/hooks.h"
#include "acceptd/offers.h"
#include "acceptd/page.h"
#include "acceptd/ways.h"
#include "acceptd/web.h"

#include "acceptd/site.h"

#define PART_SIZE (TOKEN_TEXT_MAX + 64)

enum {
	M_GET = 1 << WEB_GET, M_HEAD = 1 << WEB_HEAD, M_POST = 1 << WEB_POST
};

enum route {
	ROUTE_NONE, ROUTE_OFFER, ROUTE_OFFER_CARD, ROUTE_CALL,
	ROUTE_CALL_CARD, ROUTE_EVENTS, ROUTE_HANGUP, ROUTE_HOOK, ROUTE_ASSET,
	ROUTE_HEALTH, ROUTE_ROBOTS, ROUTE_WAY
};

/* By prefix and ending; what is between them is the route's part. */
static const struct {
	enum route	 route;
	const char	*prefix, *ending;	/* ending "*": anything */
	unsigned	 methods;
	const char	*allow;
} routes[] = {
	{ ROUTE_OFFER_CARD, "/o/", "/contact.vcf", M_GET | M_HEAD,
	    "GET, HEAD, OPTIONS" },
	{ ROUTE_OFFER, "/o/", "", M_GET | M_HEAD | M_POST,
	    "GET, HEAD, POST, OPTIONS" },
	{ ROUTE_CALL_CARD, "/c/", "/contact.vcf", M_GET | M_HEAD,
	    "GET, HEAD, OPTIONS" },
	{ ROUTE_EVENTS, "/c/", "/events", M_GET, "GET, OPTIONS" },
	{ ROUTE_HANGUP, "/c/", "/hangup", M_POST, "POST, OPTIONS" },
	{ ROUTE_CALL, "/c/", "", M_GET | M_HEAD, "GET, HEAD, OPTIONS" },
	{ ROUTE_HOOK, "/hook/", "*", M_POST, "POST, OPTIONS" },
	{ ROUTE_WAY, "/p/", "", M_GET | M_HEAD | M_POST,
	    "GET, HEAD, POST, OPTIONS" },
	{ ROUTE_ASSET, "/s/", "", M_GET | M_HEAD, "GET, HEAD, OPTIONS" },
	{ ROUTE_HEALTH, "/healthz", "", M_GET | M_HEAD,
	    "GET, HEAD, OPTIONS" },
	{ ROUTE_ROBOTS, "/robots.txt", "", M_GET | M_HEAD,
	    "GET, HEAD, OPTIONS" }
};
#define ROUTES (sizeof(routes) / sizeof(routes[0]))

/* The index in `routes`, or ROUTES.  `part` is what the path holds, raw. */
static size_t
find_route(const char *path, const char **part, size_t *part_len)
{
	size_t i, head, tail, len = strlen(path);

	for (i = 0; i < ROUTES; i++) {
		head = strlen(routes[i].prefix);
		if (strncmp(path, routes[i].prefix, head) != 0)
			continue;
		*part = path + head;
		*part_len = len - head;
		if (routes[i].ending[0] == '*')
			return i;
		tail = strlen(routes[i].ending);
		if (*part_len < tail ||
		    strcmp(path + len - tail, routes[i].ending) != 0)
			continue;
		*part_len -= tail;
		/* A word of its own has no part, all others have one. */
		if (memchr(*part, '/', *part_len) == NULL &&
		    (*part_len > 0) == (path[head - 1] == '/'))
			return i;
	}
	return ROUTES;
}

/*
 * The part, with what a mail program may have escaped, and without the
 * punctuation that it may have taken for a part of the address.
 */
static int
read_part(char dst[PART_SIZE], const char *part, size_t len)
{
	size_t n;

	if (form_unescape(part, len, dst, PART_SIZE) < 0)
		return -1;
	n = strlen(dst);
	while (n > 0 && strchr(".,;:!?)>]}'\"*", dst[n - 1]) != NULL)
		dst[--n] = '\0';
	return 0;
}

static void
remember(struct visit *v, const struct web_request *r)
{
	const char *wished;
	struct form query;
	size_t len;

	snprintf(v->client, sizeof(v->client), "%s", r->client);
	if (r->accept_language != NULL) {
		/* A cut is made at a comma, so that no language is halved. */
		snprintf(v->accept_language, sizeof(v->accept_language), "%s",
		    r->accept_language);
		len = strlen(v->accept_language);
		if (len + 1 == sizeof(v->accept_language))
			while (len > 0 && v->accept_language[--len] != ',')
				v->accept_language[len] = '\0';
	}
	if (strlen(r->query) > FORM_MAX ||
	    form_parse(&query, r->query, strlen(r->query)) < 0)
		return;
	wished = form_get(&query, "lang");
	if (strspn(wished, "abcdefghijklmnopqrstuvwxyz-") == strlen(wished) &&
	    strlen(wished) < sizeof(v->lang))
		snprintf(v->lang, sizeof(v->lang), "%s", wished);
}

static enum visit_step
text(struct visit *v, const char *words)
{
	v->response.status = 200;
	v->response.type = "text/plain; charset=utf-8";
	buf_str(&v->response.body, words);
	return VISIT_RESPOND;
}

static enum visit_step
send_asset(const struct context *c, struct visit *v, const char *path)
{
	const struct asset *a = asset_find(c->assets, path);

	if (a == NULL)
		return context_note(c, v, PAGE_NOT_FOUND, 404);
	v->response.status = 200;
	v->response.type = a->type;
	v->response.is_lasting = 1;
	buf_put(&v->response.body, a->data, a->len);
	return VISIT_RESPOND;
}

static enum visit_step
enter(struct context *c, struct visit *v, enum route route,
    const struct web_request *r, const char *part)
{
	switch (route) {
	case ROUTE_OFFER:
		return r->method == WEB_POST ? offers_post(c, v, part, r) :
		    offers_get(c, v, part);
	case ROUTE_OFFER_CARD:
		return offers_card(c, v, part);
	case ROUTE_CALL_CARD:
		return calls_card(c, v, part);
	case ROUTE_CALL:
		return calls_get(c, v, part);
	case ROUTE_EVENTS:
		return calls_stream(c, v, part);
	case ROUTE_HANGUP:
		return calls_hangup(c, v, part, r);
	case ROUTE_HOOK:
		c->count.n[COUNT_HOOKS]++;
		return hooks_post(v, r);
	case ROUTE_WAY:
		return r->method == WEB_POST ? ways_post(c, v, part, r) :
		    ways_get(c, v, part);
	case ROUTE_ASSET:
		return send_asset(c, v, r->path);
	case ROUTE_HEALTH:
		return text(v, "ok\n");
	case ROUTE_ROBOTS:
		return text(v, "User-agent: *\nDisallow: /\n");
	case ROUTE_NONE:
		break;
	}
	return context_note(c, v, PAGE_NOT_FOUND, 404);
}

enum visit_step
site_begin(struct context *c, struct visit *v, const struct web_request *r)
{
	char part[PART_SIZE] = "";
	const char *raw = "";
	size_t len = 0, i;

	remember(v, r);
	i = find_route(r->path, &raw, &len);
	if (i == ROUTES)
		return context_note(c, v, PAGE_NOT_FOUND, 404);
	if (r->method == WEB_OPTIONS) {
		v->response.status = 204;
		v->response.allow = routes[i].allow;
		return VISIT_RESPOND;
	}
	if (!(routes[i].methods & 1u << r->method)) {
		v->response.allow = routes[i].allow;
		return context_note(c, v, PAGE_METHOD, 405);
	}
	if (routes[i].route != ROUTE_HOOK && read_part(part, raw, len) < 0)
		return context_note(c, v, PAGE_NOT_FOUND, 404);
	return enter(c, v, routes[i].route, r, part);
}

enum visit_step
site_answer(struct context *c, struct visit *v, const struct frame *f)
{
	switch (v->room) {
	case VISIT_CALL_SHOW:
	case VISIT_CALL_CARD:
	case VISIT_CALL_HANGUP:
		return calls_answer(c, v, f);
	case VISIT_HOOK:
		return hooks_answer(v, f);
	case VISIT_WAY:
		return ways_answer(c, v, f);
	case VISIT_NONE:
	case VISIT_OFFER_LOOK:
	case VISIT_OFFER_CHECK:
	case VISIT_OFFER_CONFIRM:
	case VISIT_OFFER_ACCEPT:
	case VISIT_OFFER_AGAIN:
	case VISIT_OFFER_CARD:
		break;
	}
	return offers_answer(c, v, f);
}

size_t
site_body_max(enum web_method method, const char *path)
{
	const char *part;
	size_t len, i;

	if (method != WEB_POST)
		return 0;
	i = find_route(path, &part, &len);
	if (i == ROUTES || !(routes[i].methods & M_POST))
		return 0;
	return routes[i].route == ROUTE_HOOK ? HOOKS_BODY_MAX : FORM_MAX;
}

int
site_wants_headers(const char *path)
{
	return strncmp(path, "/hook/", 6) == 0;
}
