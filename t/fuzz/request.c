/*
 * A request on its whole way through the site: head, form, and what the bridge
 * says to it.
 *
 *	METHOD TARGET \n NAME: VALUE \n ... \n BODY \x1e ANSWER \x1e ANSWER ..
 *
 * Whatever it is: only a POST asks for a call, for its end or for a page of the
 * payer's, and only one of ours; the response has a status and headers of one
 * line each; a page holds no element but those that pages have, and leads
 * nowhere but to ours and to the payer's.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptd/asset.h"
#include "acceptd/calls.h"
#include "acceptd/context.h"
#include "acceptd/lang.h"
#include "acceptd/limit.h"
#include "acceptd/settings.h"
#include "acceptd/site.h"
#include "acceptd/strict.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/key.h"
#include "lib/recent.h"
#include "lib/scan.h"
#include "lib/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define NOW		1795900000
/* Of Alice, until NOW + 60; nobody signed it. */
#define TOKEN \
	"AQEREREREREREQBrC0KcERERERERcRGREREREREREQVBbGljZQBAERERERER" \
	"ERERERERERERERERERERERERERERERERERERERERERERERERERERERERERER" \
	"ERERERERERERERERERERERERERERERERERERERERERERERERERERERERERER" \
	"ERERERERERERERERERERERERERERERERERERERERE"
#define URL		"https://call.example.org"
#define SIZE		32768
#define ANSWERS		4

static struct settings settings;
static struct asset_set assets;
static struct key_ring keys;
static struct context context;

static void
open_site(void)
{
	unsigned char digest[TOKEN_DIGEST_BYTES];
	char why[256];

	clock_fake(NOW * INT64_C(1000), 1000000);
	settings.base_url = (char *)URL;
	settings.site_name = (char *)"Test";
	context.settings = &settings;
	context.assets = &assets;
	context.keys = &keys;
	context.langs = lang_load("etc/lang", why, sizeof(why));
	context.seen = recent_new(16, 0);
	context.pages = limit_new(1000000000, 1000, 64);
	context.posts = limit_new(1000000000, 1000, 64);
	context.offers = limit_new(1000000000, 1000, 64);
	if (context.langs == NULL || asset_load(&assets, "etc/web", why,
	    sizeof(why)) < 0)
		abort();
	token_digest(digest, TOKEN, strlen(TOKEN));
	recent_add(context.seen, digest, NULL);
}

/* Cuts the text at the first `c`; what is behind it, or NULL. */
static char *
cut(char *text, char c)
{
	char *end = strchr(text, c);

	if (end == NULL)
		return NULL;
	*end = '\0';
	return end + 1;
}

static void
take_header(struct web_request *r, const char *name, const char *value)
{
	size_t len = strlen(name);

	if (scan_is(name, len, "accept-language"))
		r->accept_language = value;
	else if (scan_is(name, len, "content-type"))
		r->content_type = value;
	else if (scan_is(name, len, "origin"))
		r->origin = value;
	else if (scan_is(name, len, "sec-fetch-site"))
		r->fetch_site = value;
}

/* As the door does it.  0: no request of ours. */
static int
take_head(struct web_request *r, char *head)
{
	char *next = cut(head, '\n'), *target = cut(head, ' '), *line, *value;
	struct strict s;

	if (target == NULL)
		return 0;
	strict_begin(&s, "HTTP/1.1", target);
	while ((line = next) != NULL) {
		next = cut(line, '\n');
		value = cut(line, ':');
		if (value == NULL)
			return 0;
		value += strspn(value, " \t");
		strict_header(&s, line, value);
		take_header(r, line, value);
	}
	if (!strict_is_good(&s))
		return 0;
	r->method = web_method(head);
	r->path = target;
	r->query = cut(target, '?');
	if (r->query == NULL)
		r->query = "";
	r->headers = "x: y\n";
	return s.length <= site_body_max(r->method, target);
}

static void
check_header(void *ctx, const char *name, const char *value)
{
	(void)ctx;
	if (name[0] == '\0' || strpbrk(name, "\r\n: ") != NULL ||
	    strpbrk(value, "\r\n") != NULL)
		abort();
}

/* What follows `href="'. */
static int
is_good_place(const char *url)
{
	static const char *const good[] = { "/", "?", "#", "tel:+",
	    "https://", "http://127.0.0.1:", "http://[::1]:" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strncmp(url, good[i], strlen(good[i])) == 0)
			return 1;
	return 0;
}

static void
check_page(struct buf *b)
{
	static const char *const foreign[] = { "<img", "<fuzz", "<iframe" };
	const char *text = buf_cstr(b), *p;
	size_t i;
	int n = 0;

	for (p = text; (p = strstr(p, "<script")) != NULL; p++)
		n++;
	if (n != 1)
		abort();
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strstr(text, foreign[i]) != NULL)
			abort();
	for (p = text; (p = strstr(p, "href=\"")) != NULL; p++)
		if (!is_good_place(p + strlen("href=\"")))
			abort();
}

static void
check_response(struct visit *v)
{
	const struct web_response *r = &v->response;

	if (r->status < 200 || r->status > 599 || !buf_ok(&r->body))
		abort();
	if (r->location[0] != '\0' && strncmp(r->location, "/c/", 3) != 0)
		abort();
	web_response_headers(r, check_header, NULL);
	if (r->is_page && r->type != NULL && strncmp(r->type, "text/html",
	    9) == 0)
		check_page(&v->response.body);
}

/* A page of the payer's is made by asking for one. */
static int
is_look(const struct visit *v)
{
	return v->verb == ASK_LOOK || v->verb == ASK_STATUS ||
	    (v->verb == ASK_MEANS &&
	    v->question.data[v->question.len - 1] == 0);
}

/* Nothing rings, ends or is made but by a form of ours. */
static void
check_question(const struct visit *v, const struct web_request *r)
{
	if (is_look(v))
		return;
	if (r->method != WEB_POST)
		abort();
	if (v->verb == ASK_HOOK)
		return;
	if (r->origin != NULL && strcmp(r->origin, URL) != 0 &&
	    strcmp(r->origin, "null") != 0)
		abort();
	if (r->fetch_site != NULL && strcmp(r->fetch_site, "cross-site") == 0)
		abort();
	if (v->verb == ASK_ACCEPT && (v->nonce[0] == '\0' || v->is_honeypot))
		abort();
}

static void
check_event(const unsigned char *answer, size_t len)
{
	struct ask_status s;
	struct buf b;

	if (ask_get_status(&s, answer, len) < 0)
		return;
	buf_init(&b, SIZE);
	calls_event(&context, &b, &s, "ar");
	if (!buf_ok(&b) || strpbrk(buf_cstr(&b), "\r\n<") != NULL)
		abort();
	buf_free(&b);
}

/* The next answer of the input, or NULL: the bridge is away. */
static const struct frame *
next_answer(struct frame *f, const unsigned char **at,
    const unsigned char *end)
{
	const unsigned char *stop;

	if (*at >= end)
		return NULL;
	stop = memchr(*at, 0x1e, (size_t)(end - *at));
	memset(f, 0, sizeof(*f));
	f->body = *at;
	f->len = (size_t)((stop != NULL ? stop : end) - *at);
	*at = stop != NULL ? stop + 1 : end;
	return f;
}

static void
run(struct web_request *r, const unsigned char *at, const unsigned char *end)
{
	const struct frame *answer;
	enum visit_step step;
	struct frame f;
	struct visit v;
	int i;

	visit_init(&v);
	step = site_begin(&context, &v, r);
	for (i = 0; step == VISIT_ASK && i < ANSWERS; i++) {
		if (!buf_ok(&v.question) || v.question.len == 0)
			abort();
		check_question(&v, r);
		answer = next_answer(&f, &at, end);
		if (answer != NULL)
			check_event(f.body, f.len);
		v.is_sent = answer != NULL;
		step = site_answer(&context, &v, answer);
	}
	if (step == VISIT_ASK)
		abort();
	if (step == VISIT_RESPOND)
		check_response(&v);
	visit_free(&v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char head[SIZE];
	const uint8_t *end = data + len, *body, *answers;
	struct web_request r = { 0 };

	if (context.langs == NULL)
		open_site();
	body = memmem(data, len, "\n\n", 2);
	if (body == NULL || (size_t)(body - data) >= sizeof(head))
		return 0;
	memcpy(head, data, (size_t)(body - data));
	head[body - data] = '\0';
	body += 2;
	answers = memchr(body, 0x1e, (size_t)(end - body));
	r.body_len = (size_t)((answers != NULL ? answers : end) - body);
	r.body = r.body_len > 0 ? body : NULL;
	snprintf(r.client, sizeof(r.client), "192.0.2.0/24");
	if (take_head(&r, head) &&
	    r.body_len <= site_body_max(r.method, r.path))
		run(&r, answers != NULL ? answers + 1 : end, end);
	return 0;
}
