#ifndef BRIDGE_PAYER_NEWS_H
#define BRIDGE_PAYER_NEWS_H

#include <stddef.h>

struct ask_hook;
struct payer_hooked;
struct secret;
struct world_payer;

/*
 * What payers tell by webhook: whose it is, whether it is, and whether it has
 * come before, as bridge-client/provider/hook does it for providers.
 */
struct news;

#define NEWS_SEEN 4096

struct news_conf {
	size_t				 n;
	const struct world_payer	*payer;		/* borrowed */
	const struct secret		*mac;		/* borrowed */
};
/* NULL: out of memory. */
struct news *news_new(const struct news_conf *);
/* NULL is fine. */
void news_free(struct news *);

/*
 * The HTTP status of the answer.  404: of no payer; 403: not authentic, or too
 * old; else 200.  What has come before is PAYER_NO_NEWS then, unless it is of
 * a page: that may not have been written down the first time.
 */
int news_read(struct news *, const struct ask_hook *, size_t *payer,
    struct payer_hooked *out) __attribute__((warn_unused_result));

#endif
