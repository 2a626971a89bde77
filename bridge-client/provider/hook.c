/* Webhooks on their way to the driver. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"

#include "bridge-client/call/world.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/provider/hook.h"

#define PREFIX		"/hook/"
#define WARN_MS		60000	/* between two warnings of one provider */
#define URL_SIZE	2048

struct hook {
	struct hook_conf	conf;
	int64_t			warn_ms[WORLD_PROVIDERS_MAX];	/* the next */
	unsigned		n_bad[WORLD_PROVIDERS_MAX];
	size_t			at;	/* in what was seen, a ring */
	uint64_t		seen[HOOK_SEEN];	/* 0: nothing */
};

struct hook *
hook_new(const struct hook_conf *conf)
{
	struct hook *h = calloc(1, sizeof(*h));

	if (h != NULL)
		h->conf = *conf;
	return h;
}

void
hook_free(struct hook *h)
{
	free(h);
}

/* SIZE_MAX: there is none of this name to whom webhooks come. */
static size_t
find(const struct hook *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->conf.n; i++)
		if (strcmp(h->conf.provider[i].conf->name, name) == 0)
			return h->conf.provider[i].kind->hook != NULL ? i :
			    SIZE_MAX;
	return SIZE_MAX;
}

/* 1, and remembers it, when this has not come before. */
static int
is_first(struct hook *h, size_t provider, const char *once)
{
	char text[PROVIDER_ONCE_MAX + 32];
	unsigned char hash[NONCE_HASH_BYTES];
	uint64_t print;
	size_t i;

	if (once[0] == '\0')
		return 1;
	snprintf(text, sizeof(text), "hook %zu %s", provider, once);
	nonce_hash(hash, h->conf.mac, text);
	memcpy(&print, hash, sizeof(print));
	print |= 1;		/* never that of nothing */
	for (i = 0; i < HOOK_SEEN; i++)
		if (h->seen[i] == print)
			return 0;
	h->seen[h->at] = print;
	h->at = (h->at + 1) % HOOK_SEEN;
	return 1;
}

/* A person should look after it, but anybody can bring it about. */
static void
warn(struct hook *h, size_t provider, enum provider_verdict verdict)
{
	int64_t now_ms = clock_mono_ms();

	h->n_bad[provider]++;
	if (now_ms < h->warn_ms[provider])
		return;
	log_warn("provider=%s hook=refused count=%u why=\"%s\"",
	    h->conf.provider[provider].conf->name, h->n_bad[provider],
	    verdict == PROVIDER_STALE ? "signed too long ago: is the clock "
	    "right?" : "it does not prove to be the provider's: is the key, "
	    "or the secret, right?");
	h->warn_ms[provider] = now_ms + WARN_MS;
	h->n_bad[provider] = 0;
}

/* The URL by which he came, of which only the end is from outside. */
static int
put_url(const struct provider_conf *conf, const char *path, char *dst,
    size_t size)
{
	size_t skip = strlen(PREFIX) + strlen(conf->name);
	int n;

	if (strlen(path) < skip || conf->hook_url == NULL)
		return -1;
	n = snprintf(dst, size, "%s%s", conf->hook_url, path + skip);
	return n >= 0 && (size_t)n < size ? 0 : -1;
}

int
hook_read(struct hook *h, const struct ask_hook *ask, size_t *provider,
    struct provider_hooked *out)
{
	const struct world_provider *p;
	enum provider_verdict verdict;
	struct provider_hook in;
	char url[URL_SIZE];

	memset(out, 0, sizeof(*out));
	buf_init(&out->answer, PROVIDER_ANSWER_MAX);
	*provider = find(h, ask->provider);
	if (*provider == SIZE_MAX || strcmp(ask->method, "POST") != 0)
		return 404;
	p = &h->conf.provider[*provider];
	if (put_url(p->conf, ask->path, url, sizeof(url)) != 0)
		return 404;
	in.url = url;
	in.headers = ask->headers;
	in.body = ask->body;
	in.len = ask->body_len;
	in.wall = clock_wall();
	verdict = p->kind->hook(p->conf, &in, out);
	tally_hook(*provider, (int)verdict);
	if (verdict != PROVIDER_AUTHENTIC) {
		warn(h, *provider, verdict);
		return 403;
	}
	if (out->is_odd) {
		log_debug("provider=%s event=not-understood", p->conf->name);
	} else if (!is_first(h, *provider, out->once)) {
		log_debug("provider=%s event=again", p->conf->name);
		out->event.kind = EVENT_NONE;
	}
	return 200;
}
