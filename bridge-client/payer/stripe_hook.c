#include <stdio.h>
#include <string.h>

#include "lib/json.h"

#include "bridge-client/net/stamp.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/payer/stripe_hook.h"

#define HEADER_SIZE	1024

/* Kinds of events, and where in them our id stands. */
static const struct kind {
	const char	*type;
	enum payer_news	 news;
	const char	*id;
} kinds[] = {
	{ "checkout.session.completed", PAYER_NEWS_PAGE,
	    "data.object.client_reference_id" },
	{ "setup_intent.succeeded", PAYER_NEWS_PAGE,
	    "data.object.metadata.invitation" },
	{ "payment_intent.succeeded", PAYER_NEWS_CALL,
	    "data.object.metadata.call" },
	{ "payment_intent.payment_failed", PAYER_NEWS_CALL,
	    "data.object.metadata.call" },
	{ "payment_intent.canceled", PAYER_NEWS_CALL,
	    "data.object.metadata.call" },
	{ "payment_intent.amount_capturable_updated", PAYER_NEWS_CALL,
	    "data.object.metadata.call" },
	{ "charge.dispute.created", PAYER_NEWS_PERSON, NULL },
	{ "charge.dispute.closed", PAYER_NEWS_PERSON, NULL },
	{ "charge.refunded", PAYER_NEWS_PERSON, "data.object.metadata.call" }
};

static const struct kind *
find(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return &kinds[i];
	return NULL;
}

static int64_t
number(const struct json *j, const char *path)
{
	int64_t n;

	return json_int(j, path, &n) == 0 ? n : 0;
}

/*
 * What is held and never taken is "refunded" too, in Stripe's books: that is
 * no money given back.
 */
static int64_t
given_back(const struct json *j)
{
	return number(j, "data.object.amount_refunded") -
	    (number(j, "data.object.amount") -
	    number(j, "data.object.amount_captured"));
}

/* Words as Stripe writes its own: none of anybody else's. */
static const char *
word(const struct json *j, const char *path)
{
	const char *s = json_str(j, path);

	return s != NULL && strlen(s) <= 40 && strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_") == strlen(s) ? s : "?";
}

static void
read_person(const struct json *j, const struct kind *k,
    struct payer_hooked *out)
{
	int is_refund = k->id != NULL;
	int64_t amount = is_refund ? given_back(j) :
	    number(j, "data.object.amount");

	if (amount <= 0)
		out->news = PAYER_NO_NEWS;
	snprintf(out->detail, sizeof(out->detail), "%s of %s: %lld %s, %s",
	    is_refund ? "refund" : "dispute",
	    word(j, "data.object.payment_intent"), (long long)amount,
	    word(j, "data.object.currency"), is_refund ? "by hand" :
	    word(j, "data.object.status"));
}

static void
read_event(const struct json *j, struct payer_hooked *out)
{
	const char *type = json_str(j, "type"), *once = json_str(j, "id");
	const struct kind *k = type != NULL ? find(type) : NULL;
	const char *id = k != NULL && k->id != NULL ? json_str(j, k->id) :
	    NULL;

	if (k == NULL || once == NULL || strlen(once) > PAYER_REF_MAX)
		return;
	memcpy(out->once, once, strlen(once) + 1);
	out->news = k->news;
	if (id != NULL && payer_read_id(id, out->id) != 0)
		id = NULL;
	if (k->news == PAYER_NEWS_PERSON)
		read_person(j, k, out);
	else if (id == NULL)
		out->news = PAYER_NO_NEWS;	/* somebody else's */
}

enum payer_verdict
stripe_hook_read(const struct payer_conf *c, const struct provider_hook *h,
    struct payer_hooked *out)
{
	char header[HEADER_SIZE];
	const struct stamp stamp = { .header = header,
		.secret = c->hook_secret, .between = ".", .body = h->body,
		.len = h->len, .wall = h->wall };
	enum payer_verdict verdict;
	struct json *j;

	if (provider_header(h, "stripe-signature", header,
	    sizeof(header)) != 0)
		return PAYER_FORGED;
	verdict = stamp_check(&stamp);
	if (verdict != PAYER_AUTHENTIC)
		return verdict;
	j = json_parse(h->body, h->len);
	if (j != NULL)
		read_event(j, out);
	json_free(j);
	return PAYER_AUTHENTIC;
}
