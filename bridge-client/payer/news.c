#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/log.h"

#include "bridge-client/call/world.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/payer/news.h"

#define WARN_MS		60000	/* between two warnings */

struct news {
	struct news_conf	conf;
	int64_t			warn_ms;	/* the next */
	unsigned		n_bad;
	size_t			at;	/* in what was seen, a ring */
	uint64_t		seen[NEWS_SEEN];	/* 0: nothing */
};

struct news *
news_new(const struct news_conf *conf)
{
	struct news *n = calloc(1, sizeof(*n));

	if (n != NULL)
		n->conf = *conf;
	return n;
}

void
news_free(struct news *n)
{
	free(n);
}

/* 1, and remembers it, when this has not come before. */
static int
is_first(struct news *n, size_t payer, const char *once)
{
	char text[PAYER_REF_MAX + 32];
	unsigned char hash[NONCE_HASH_BYTES];
	uint64_t print;
	size_t i;

	if (once[0] == '\0')
		return 1;
	snprintf(text, sizeof(text), "news %zu %s", payer, once);
	nonce_hash(hash, n->conf.mac, text);
	memcpy(&print, hash, sizeof(print));
	print |= 1;		/* never that of nothing */
	for (i = 0; i < NEWS_SEEN; i++)
		if (n->seen[i] == print)
			return 0;
	n->seen[n->at] = print;
	n->at = (n->at + 1) % NEWS_SEEN;
	return 1;
}

/* A person should look after it, but anybody can bring it about. */
static void
warn(struct news *n, const char *name, enum payer_verdict verdict)
{
	int64_t now_ms = clock_mono_ms();

	n->n_bad++;
	if (now_ms < n->warn_ms)
		return;
	log_warn("payer=%s hook=refused count=%u why=\"%s\"", name, n->n_bad,
	    verdict == PAYER_STALE ? "signed too long ago: is the clock "
	    "right?" : "its signature is not the payer's: is "
	    "hook_secret_file right?");
	n->warn_ms = now_ms + WARN_MS;
	n->n_bad = 0;
}

int
news_read(struct news *n, const struct ask_hook *ask, size_t *payer,
    struct payer_hooked *out)
{
	struct provider_hook in = { .headers = ask->headers,
		.body = ask->body, .len = ask->body_len,
		.wall = clock_wall() };
	const struct world_payer *p;
	enum payer_verdict verdict;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < n->conf.n; i++)
		if (strcmp(n->conf.payer[i].conf->name, ask->provider) == 0)
			break;
	*payer = i;
	if (i == n->conf.n || strcmp(ask->method, "POST") != 0 ||
	    n->conf.payer[i].kind->hook == NULL)
		return 404;
	p = &n->conf.payer[i];
	in.url = ask->path;
	verdict = p->kind->hook(p->conf, &in, out);
	if (verdict != PAYER_AUTHENTIC) {
		memset(out, 0, sizeof(*out));
		warn(n, p->conf->name, verdict);
		return 403;
	}
	if (out->news != PAYER_NEWS_PAGE && !is_first(n, i, out->once))
		out->news = PAYER_NO_NEWS;
	return 200;
}
