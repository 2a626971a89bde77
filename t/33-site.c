/* The site: what becomes of a request, before the bridge has said a word. */

#include "t/site.h"

enum { R = VISIT_RESPOND, A = VISIT_ASK, S = VISIT_STREAM };
enum { GET = WEB_GET, HEAD = WEB_HEAD, POST = WEB_POST, OPTIONS = WEB_OPTIONS,
    OTHER = WEB_OTHER };

/* The first step of each request: a status, or a verb that is asked. */
static const struct {
	const char	*name;
	int		 method;
	const char	*path, *body;
	int		 step;
	int		 result;	/* status, or verb */
	const char	*says;		/* in the page, or NULL */
} routes[] = {
	{ "the root", GET, "/", NULL, R, 404, "not-found" },
	{ "nothing of ours", GET, "/wp-login.php", NULL, R, 404, NULL },
	{ "an offer without token", GET, "/o/", NULL, R, 404, "not-found" },
	{ "an offer with more behind", GET, "/o/" TOKEN "/x", NULL, R, 404,
	    "not-found" },
	{ "a broken escape", GET, "/o/%zz", NULL, R, 404, "not-found" },
	{ "an escaped NUL", GET, "/o/" TOKEN "%00", NULL, R, 404, NULL },
	{ "a token of nobody's", GET, "/o/x" TOKEN, NULL, R, 404,
	    "token-bad" },
	{ "its POST", POST, "/o/x" TOKEN, "nonce=n&number=%2B442079460123", R,
	    404, "token-bad" },
	{ "an expired one", GET, "/o/" OLD, NULL, R, 410, "expired" },
	{ "its POST", POST, "/o/" OLD, "nonce=n&number=%2B442079460123", R,
	    410, "expired" },
	{ "PUT", OTHER, "/o/" TOKEN, NULL, R, 405, "method" },
	{ "POST to a call", POST, "/c/" SECRET, "", R, 405, NULL },
	{ "GET of the hang-up", GET, "/c/" SECRET "/hangup", NULL, R, 405,
	    NULL },
	{ "HEAD of a stream", HEAD, "/c/" SECRET "/events", NULL, R, 405,
	    NULL },
	{ "GET of a hook", GET, "/hook/asterisk", NULL, R, 405, NULL },
	{ "OPTIONS of an offer", OPTIONS, "/o/" TOKEN, NULL, R, 204, NULL },
	{ "OPTIONS of the hang-up", OPTIONS, "/c/" SECRET "/hangup", NULL, R,
	    204, NULL },
	{ "a form that cannot be read", POST, "/o/" TOKEN, "number=%", R, 400,
	    "broken" },
	{ "a secret too short", GET, "/c/abc", NULL, R, 404, "call-gone" },
	{ "a secret that is none", GET, "/c/" SECRET "'", NULL, A, 0, NULL },
	{ "a secret with a space", GET, "/c/" SECRET "%20", NULL, R, 404,
	    "call-gone" },
	{ "hanging it up", POST, "/c/abc/hangup", "", R, 404, "call-gone" },
	{ "its stream", GET, "/c/abc/events", NULL, R, 404, "call-gone" },
	{ "a hook of nobody", POST, "/hook/", "x", R, 404, NULL },
	{ "a hook with capitals", POST, "/hook/A/x", "x", R, 404, NULL },
	{ "an asset of yesterday", GET, "/s/style.0.css", NULL, R, 404,
	    "not-found" },
	{ "health", GET, "/healthz", NULL, R, 200, "ok" },
	{ "health and more", GET, "/healthz/x", NULL, R, 404, NULL },
	{ "robots", GET, "/robots.txt", NULL, R, 200, "Disallow: /" },
	{ "metrics are elsewhere", GET, "/metrics", NULL, R, 404, NULL },

	{ "GET of an offer", GET, "/o/" TOKEN, NULL, A, ASK_LOOK, NULL },
	{ "HEAD of an offer", HEAD, "/o/" TOKEN, NULL, A, ASK_LOOK, NULL },
	{ "one with escapes", GET, "/o/%41" TOKEN_REST, NULL, A, ASK_LOOK,
	    NULL },
	{ "one with the sentence's full stop", GET, "/o/" TOKEN ".", NULL, A,
	    ASK_LOOK, NULL },
	{ "one with a bracket", GET, "/o/" TOKEN ">)", NULL, A, ASK_LOOK,
	    NULL },
	{ "an empty form", POST, "/o/" TOKEN, "", A, ASK_LOOK, NULL },
	{ "no number", POST, "/o/" TOKEN, "nonce=n&number=+", A, ASK_LOOK,
	    NULL },
	{ "no nonce", POST, "/o/" TOKEN, "number=%2B442079460123", A,
	    ASK_LOOK, NULL },
	{ "the honeypot filled", POST, "/o/" TOKEN,
	    "nonce=n&number=%2B442079460123&website=x", A, ASK_LOOK, NULL },
	{ "two digits", POST, "/o/" TOKEN, "nonce=n&digits=12", A, ASK_LOOK,
	    NULL },
	{ "a national number", POST, "/o/" TOKEN,
	    "nonce=n&number=020+7946+0123&website=", A, ASK_CHECK, NULL },
	{ "an international one with a nought in brackets", POST, "/o/" TOKEN,
	    "nonce=n&number=%2B44+(0)20+7946+0123", A, ASK_CHECK, NULL },
	{ "an impossible one", POST, "/o/" TOKEN, "nonce=n&number=%2B0", A,
	    ASK_CHECK, NULL },
	{ "an international one", POST, "/o/" TOKEN,
	    "nonce=n&number=%2B44+20+7946-0123&website=", A, ASK_ACCEPT,
	    NULL },
	{ "three digits", POST, "/o/" TOKEN, "nonce=n&digits=1+2+3", A,
	    ASK_ACCEPT, NULL },
	{ "a call", GET, "/c/" SECRET, NULL, A, ASK_STATUS, NULL },
	{ "a call's HEAD", HEAD, "/c/" SECRET, NULL, A, ASK_STATUS, NULL },
	{ "its stream", GET, "/c/" SECRET "/events", NULL, S, 0, NULL },
	{ "its end", POST, "/c/" SECRET "/hangup", "", A, ASK_HANGUP, NULL },
	{ "a hook", POST, "/hook/asterisk/x", "{}", A, ASK_HOOK, NULL }
};

static void
test_routes(void)
{
	struct web_request r;
	struct visit v;
	size_t i;
	int step;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		renew();
		visit_init(&v);
		request(&r, (enum web_method)routes[i].method, routes[i].path,
		    routes[i].body);
		step = site_begin(&context, &v, &r);
		if (!is_int(step, routes[i].step, "%s", routes[i].name)) {
			visit_free(&v);
			continue;
		}
		if (step == VISIT_RESPOND)
			is_int(v.response.status, routes[i].result,
			    "%s: status", routes[i].name);
		if (step == VISIT_ASK && routes[i].result != 0)
			is_int(v.verb, routes[i].result, "%s: question",
			    routes[i].name);
		if (routes[i].says != NULL)
			ok(says(&v, routes[i].says), "%s: says %s",
			    routes[i].name, routes[i].says);
		if (v.response.status == 405 || v.response.status == 204)
			ok(v.response.allow != NULL, "%s: what is allowed",
			    routes[i].name);
		visit_free(&v);
	}
}

static void
test_origins(void)
{
	static const struct {
		const char *origin, *site;
		int is_ours;
	} origins[] = {
		{ "https://evil.example", NULL, 0 },
		{ "http://call.example.org", NULL, 0 },
		{ URL ".evil.example", NULL, 0 },
		{ URL, "cross-site", 0 },
		{ URL, "same-site", 0 },
		{ "null", "cross-site", 0 },
		{ NULL, "cross-site", 0 },
		{ NULL, NULL, 1 },
		{ "null", NULL, 1 },
		{ "null", "same-origin", 1 },
		{ URL, NULL, 1 },
		{ URL, "same-origin", 1 },
		{ URL, "none", 1 }
	};
	static const char *const paths[] = {
		"/o/" TOKEN, "/c/" SECRET "/hangup"
	};
	struct web_request r;
	struct visit v;
	size_t i, k;
	int step;

	for (i = 0; i < 2 * sizeof(origins) / sizeof(origins[0]); i++) {
		k = i / 2;
		renew();
		visit_init(&v);
		request(&r, WEB_POST, paths[i % 2],
		    "nonce=n&number=%2B442079460123");
		r.origin = origins[k].origin;
		r.fetch_site = origins[k].site;
		step = site_begin(&context, &v, &r);
		if (origins[k].is_ours)
			is_int(step, VISIT_ASK, "%s: from %s, %s", paths[i % 2],
			    r.origin != NULL ? r.origin : "-",
			    r.fetch_site != NULL ? r.fetch_site : "-");
		else
			ok(step == VISIT_RESPOND && v.response.status == 403 &&
			    says(&v, "data-page=\"foreign\""),
			    "%s: not from %s, %s", paths[i % 2],
			    r.origin != NULL ? r.origin : "-",
			    r.fetch_site != NULL ? r.fetch_site : "-");
		visit_free(&v);
	}
	renew();
	visit_init(&v);
	request(&r, WEB_POST, "/o/" TOKEN, "nonce=n&number=%2B442079460123");
	r.content_type = "text/plain";
	site_begin(&context, &v, &r);
	is_int(v.response.status, 415, "a form of another type");
	visit_free(&v);
}

static void
test_throttles(void)
{
	struct web_request r;
	struct visit v;
	int i, asked = 0;

	renew();
	limit_free(context.pages);
	limit_free(context.posts);
	limit_free(context.offers);
	context.pages = limit_new(3, 1, 8);
	context.posts = limit_new(5, 1, 8);
	context.offers = limit_new(2, 1, 8);
	for (i = 0; i < 4; i++) {
		visit_init(&v);
		request(&r, WEB_GET, "/o/" TOKEN, NULL);
		asked += site_begin(&context, &v, &r) == VISIT_ASK;
		if (i == 3)
			ok(v.response.status == 429 &&
			    v.response.retry_after_s > 50 &&
			    says(&v, "data-page=\"too-many\""),
			    "the fourth page is delayed");
		visit_free(&v);
	}
	is_int(asked, 3, "three pages go through");
	for (i = 0, asked = 0; i < 4; i++) {
		visit_init(&v);
		request(&r, WEB_POST, "/o/" TOKEN,
		    "nonce=n&number=%2B442079460123");
		asked += site_begin(&context, &v, &r) == VISIT_ASK;
		visit_free(&v);
	}
	is_int(asked, 2, "two forms for one offer");
	visit_init(&v);
	request(&r, WEB_GET, "/o/" TOKEN, NULL);
	snprintf(r.client, sizeof(r.client), "198.51.100.0/24");
	is_int(site_begin(&context, &v, &r), VISIT_ASK,
	    "another client still sees it");
	visit_free(&v);
}

int
main(void)
{
	if (!site_open())
		return tap_done();
	test_routes();
	test_origins();
	test_throttles();
	site_close();
	return tap_done();
}
