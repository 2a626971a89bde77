#ifndef T_SITE_H
#define T_SITE_H

/* What the tests of the site have in common: a context without network. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptd/asset.h"
#include "acceptd/context.h"
#include "acceptd/lang.h"
#include "acceptd/limit.h"
#include "acceptd/settings.h"
#include "acceptd/site.h"
#include "acceptd/web.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/key.h"
#include "lib/recent.h"
#include "lib/token.h"
#include "t/tap.h"

#define NOW	1795900000
/* Of Alice, until NOW + 60 and NOW; nobody signed them. */
#define TOKEN	"A" TOKEN_REST
#define TOKEN_REST \
	"QEREREREREREQBrC0KcERERERERcRGREREREREREQVBbGljZQBAERERERER" \
	"ERERERERERERERERERERERERERERERERERERERERERERERERERERERERERER" \
	"ERERERERERERERERERERERERERERERERERERERERERERERERERERERERERER" \
	"ERERERERERERERERERERERERERERERERERERERERERE"
#define OLD \
	"AQEiIiIiIiIiIgBrC0JgIiIiIiIiciKiIiIiIiIiIgVBbGljZQBAIiIiIiIi" \
	"IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi" \
	"IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi" \
	"IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI"
#define SECRET	"c2VjcmV0LW9mLWEtY2FsbA"
#define FORM	"application/x-www-form-urlencoded"
#define URL	"https://call.example.org"

static struct settings settings;
static struct asset_set assets;
static struct lang_set *langs;
static struct key_ring keys;
static struct context context;

/* Its signature held a moment ago. */
static void
has_seen(const char *token)
{
	unsigned char digest[TOKEN_DIGEST_BYTES];

	token_digest(digest, token, strlen(token));
	recent_add(context.seen, digest, NULL);
}

static void
renew(void)
{
	recent_free(context.seen);
	limit_free(context.pages);
	limit_free(context.posts);
	limit_free(context.offers);
	memset(&context, 0, sizeof(context));
	context.settings = &settings;
	context.langs = langs;
	context.assets = &assets;
	context.keys = &keys;
	context.seen = recent_new(16, 0);
	context.pages = limit_new(1000, 1, 64);
	context.posts = limit_new(1000, 1, 64);
	context.offers = limit_new(1000, 1, 64);
	has_seen(TOKEN);
	has_seen(OLD);
}

static void
request(struct web_request *r, enum web_method method, const char *path,
    const char *body)
{
	memset(r, 0, sizeof(*r));
	r->method = method;
	r->path = path;
	r->query = "";
	r->headers = "";
	snprintf(r->client, sizeof(r->client), "192.0.2.0/24");
	if (body == NULL)
		return;
	r->content_type = FORM;
	r->body = (const unsigned char *)body;
	r->body_len = strlen(body);
}

static int
says(struct visit *v, const char *what)
{
	return strstr(buf_cstr(&v->response.body), what) != NULL;
}

/* 0: it cannot be had; the test has failed. */
static int
site_open(void)
{
	char why[512];

	clock_fake(NOW * INT64_C(1000), 1000000);
	settings.base_url = (char *)URL;
	settings.site_name = (char *)"Test";
	langs = lang_load("etc/lang", why, sizeof(why));
	return ok(langs != NULL && asset_load(&assets, "etc/web", why,
	    sizeof(why)) == 0, "what the site needs");
}

static void
site_close(void)
{
	recent_free(context.seen);
	limit_free(context.pages);
	limit_free(context.posts);
	limit_free(context.offers);
	asset_free(&assets);
	lang_set_free(langs);
}

#endif
