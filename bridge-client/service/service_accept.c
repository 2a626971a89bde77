/*
 * service_accept: how an acceptance becomes a call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/driver.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/code.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/guard/spend.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/mail/code_mail.h"
#include "bridge-client/payer/fare.h"
#include "bridge-client/service/service.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/service/service_accept.h"

#define DAY	86400	/* the longest window of the caps */

/* An acceptance that the driver has, and has not answered. */
struct pending {
	struct pending		*prev, *next;
	struct service_accept	*accept;
	struct acceptance	 acc;
	char			 client[ASK_CLIENT_MAX + 1];
	int64_t			 reserved_at;	/* 0: nothing is */
	int			 is_spending;	/* of the caps in money, too */
	service_done_fn		*done;
	void			*ctx;
};

struct service_accept {
	const struct service	*service;
	struct pending		*pendings;
	struct spend		*spend;
	struct code_table	*codes;
};

static void
pending_free(struct pending *p)
{
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		p->accept->pendings = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	free(p);
}

static const struct contract_account *
account_of(const struct service_accept *a, const struct acceptance *acc)
{
	return contract_account(a->service->contract, acc->account);
}

static void
release(struct pending *p)
{
	const struct guard_ask ask = { .acc = &p->acc, .client = p->client };

	if (p->reserved_at == 0)
		return;
	guard_release(p->accept->service->guard, &ask, p->reserved_at);
	if (p->is_spending)
		spend_release(p->accept->spend, p->acc.id);
}

/* Durable, or refused. */
static void
on_accepted(void *ctx, const struct acceptance *acc, enum ask_refusal refusal,
    int is_new)
{
	struct pending *p = ctx;
	struct ask_accepted out;
	char id[TOKEN_UUID_SIZE];

	if (refusal != ASK_OK || !is_new)
		release(p);
	tally_acceptance(refusal, refusal == ASK_OK && !is_new);
	token_uuid_text(acc->id, id);
	log_info("call=%s accept=%s%s", id, ask_refusal_word(refusal),
	    refusal == ASK_OK && !is_new ? " again" : "");
	memset(&out, 0, sizeof(out));
	out.refusal = (uint8_t)refusal;
	if (refusal == ASK_OK) {
		memcpy(out.call, acc->id, sizeof(out.call));
		nonce_secret(out.secret, p->accept->service->mac, acc->id);
	}
	p->done(p->ctx, &out);
	pending_free(p);
}

/* The acceptance by this page of the offer; `id` NULL: by any page. */
static const struct pending *
find_pending(const struct service_accept *a, const unsigned char *offer,
    const unsigned char *id)
{
	const struct pending *p;

	for (p = a->pendings; p != NULL; p = p->next)
		if (memcmp(p->acc.offer, offer, sizeof(p->acc.offer)) == 0 &&
		    (id == NULL ||
		    memcmp(p->acc.id, id, sizeof(p->acc.id)) == 0))
			break;
	return p;
}

/*
 * Counts it against the caps.  The same page sent twice in one breath is
 * counted once, for the first's verdict is the second's; with another number it
 * is not the same, and of one page there is one call.  Another page of the same
 * offer meanwhile hears that there is a call, not that it was too often.
 */
static enum ask_refusal
reserve(struct service_accept *a, struct pending *p, int64_t *retry_at)
{
	const struct guard_ask ask = { .account = account_of(a, &p->acc),
		.acc = &p->acc, .client = p->client };
	const struct pending *twin;
	int64_t now = clock_wall();
	enum ask_refusal refusal;
	int status;

	if (ask.account == NULL)
		return ASK_TOKEN_BAD;
	twin = find_pending(a, p->acc.offer, p->acc.id);
	if (twin != NULL) {
		if (!tel_same(&twin->acc.a, &p->acc.a))
			return ASK_IN_CALL;
		p->acc = twin->acc;	/* so that it cannot fare better */
		return ASK_OK;
	}
	refusal = guard_reserve(a->service->guard, &ask, now, retry_at);
	if (refusal == ASK_OK) {
		status = spend_reserve(a->spend, ask.account, &p->acc, now);
		if (status == -1)
			guard_release(a->service->guard, &ask, now);
		refusal = status == -1 ? ASK_TOO_MANY : ASK_OK;
		p->is_spending = status == 0;
	}
	if (refusal == ASK_OK)
		p->reserved_at = now;
	else if (find_pending(a, p->acc.offer, NULL) != NULL)
		refusal = ASK_IN_CALL;
	return refusal;
}

/*
 * A network whose numbers are of any length may ignore what is dialled beyond
 * one, and no number of a plan begins with another.  So who asked never to be
 * called is not called with digits behind his number, either.
 */
static int
is_behind_blocked(const struct service_accept *a, const struct acceptance *acc)
{
	struct journal *j = a->service->journal;
	unsigned char hash[CALL_HASH_BYTES];
	struct tel tel = acc->a;
	size_t n = strlen(tel.text);

	if (tel.kind != TEL_E164 ||
	    j->op->is_blocked(j, NULL) != JOURNAL_BLOCKED)
		return 0;
	while (--n > TEL_DIGITS_MIN) {
		tel.text[n] = '\0';
		guard_hash(a->service->guard, &tel, hash);
		if (j->op->is_blocked(j, hash) == JOURNAL_BLOCKED)
			return 1;
	}
	return 0;
}

/* What it may cost, which bounds how long they talk. */
static enum ask_refusal
pay_for(struct service_accept *a, struct pending *p)
{
	struct fare_ask ask = { .account = account_of(a, &p->acc),
		.journal = a->service->journal, .wall = clock_wall() };

	if (ask.account == NULL)
		return ASK_TOKEN_BAD;
	ask.most = spend_left(a->spend, ask.account, &p->acc, ask.wall);
	return fare_make(&p->acc, &ask);
}

/* Another number pressed 1 first. */
static int
is_of_another(const struct service_accept *a, const struct acceptance *acc)
{
	static const unsigned char none[CALL_HASH_BYTES];
	const struct journal_key key = { .offer = acc->offer, .tag = acc->tag,
		.sender = acc->offeror };
	struct journal *j = a->service->journal;
	struct journal_offer past;

	return j->op->look(j, &key, &past) == JOURNAL_OK &&
	    memcmp(past.bound, none, sizeof(none)) != 0 &&
	    memcmp(past.bound, acc->a_hash, sizeof(none)) != 0;
}

/*
 * Where the account wants that, who got the mail must agree that another number
 * uses the offer.  Where nobody knows who that is, the commit refuses.  The
 * same page sent twice spends one code.
 */
static enum ask_refusal
agree(struct service_accept *a, struct pending *p, const char *typed,
    int64_t *retry_at)
{
	const struct contract_account *account = account_of(a, &p->acc);
	const struct code_ask ask = { p->acc.offer, p->acc.a_hash, typed,
		clock_mono_ms() / 1000 };
	char code[CODE_DIGITS + 1];
	int64_t in_s;

	if (account == NULL || account->forwarding != CONTRACT_CONFIRM ||
	    typed == NULL || a->service->code_mail == NULL ||
	    find_pending(a, p->acc.offer, p->acc.id) != NULL ||
	    p->acc.recipient[0] == '\0' || !is_of_another(a, &p->acc))
		return ASK_OK;
	switch (code_check(a->codes, &ask, code, &in_s)) {
	case CODE_GOOD:
		p->acc.is_bound = 0;
		return ASK_OK;
	case CODE_WRONG:
		return ASK_CODE_WRONG;
	case CODE_OUT:
		return ASK_CODE_WANTED;
	case CODE_LATER:
		*retry_at = clock_wall() + in_s;
		return ASK_TOO_MANY;
	case CODE_NEW:
		break;
	}
	return code_mail_send(a->service->code_mail, &p->acc, code) == 0 ?
	    ASK_CODE_WANTED : ASK_NUMBER_DENIED;
}

static void
refuse(const struct service_asked *asked, enum ask_refusal refusal,
    int64_t retry_at)
{
	struct ask_accepted out;
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(asked->acc->id, id);
	tally_acceptance(refusal, 0);
	log_info("call=%s accept=%s", id, ask_refusal_word(refusal));
	memset(&out, 0, sizeof(out));
	out.refusal = (uint8_t)refusal;
	out.retry_at = refusal == ASK_TOO_MANY ? retry_at : 0;
	asked->done(asked->ctx, &out);
}

static struct pending *
pending_new(struct service_accept *a, const struct service_asked *asked)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->accept = a;
	p->acc = *asked->acc;
	p->done = asked->done;
	p->ctx = asked->ctx;
	snprintf(p->client, sizeof(p->client), "%s", asked->client);
	return p;
}

void
service_accept_do(void *accept, const struct service_asked *asked)
{
	struct service_accept *a = accept;
	struct pending *p = pending_new(a, asked);
	enum ask_refusal refusal;
	int64_t retry_at = 0;

	if (p == NULL) {
		refuse(asked, ASK_STORE_FULL, 0);
		return;
	}
	refusal = is_behind_blocked(a, &p->acc) ? ASK_NUMBER_DENIED :
	    pay_for(a, p);
	if (refusal == ASK_OK)
		refusal = reserve(a, p, &retry_at);
	/* last, so that nothing else refuses when a code has been spent */
	if (refusal == ASK_OK && (refusal = agree(a, p, asked->code,
	    &retry_at)) != ASK_OK)
		release(p);
	if (refusal != ASK_OK) {
		free(p);
		refuse(asked, refusal, retry_at);
		return;
	}
	p->next = a->pendings;
	if (p->next != NULL)
		p->next->prev = p;
	a->pendings = p;
	if (driver_accept(a->service->driver, &p->acc, on_accepted, p) == 0)
		return;
	release(p);
	pending_free(p);
	refuse(asked, ASK_STORE_FULL, 0);
}

static int
recall_one(void *ctx, const struct call *c)
{
	struct service_accept *a = ctx;
	const struct guard_ask ask = { .account = account_of(a, &c->acc),
		.acc = &c->acc, .client = "" };

	if (ask.account == NULL)
		return 0;
	spend_recall(a->spend, ask.account, c);
	if (c->accepted_at >= clock_wall() - DAY)
		guard_recall(a->service->guard, &ask, c->accepted_at);
	return 0;
}

static int
recall_open(void *ctx, const struct call *c)
{
	struct service_accept *a = ctx;

	guard_opened(a->service->guard, &c->acc);
	return 0;
}

/* What an offer has cost is asked for its whole life. */
static int64_t
recall_s(const struct contract *c)
{
	const struct conf_sections *s = &c->account_sections;
	const struct contract_account *a;
	size_t i;

	for (i = 0; i < s->n; i++) {
		a = s->section[i].data;
		if (a->spend_offer > 0)
			return c->keep_s;
	}
	return DAY;
}

int
service_accept_recall(struct service_accept *a)
{
	struct journal *j = a->service->journal;
	int64_t since = clock_wall() - recall_s(a->service->contract);

	if (j->op->scan(j, since, recall_one, a) != JOURNAL_OK)
		return -1;
	(void)driver_each(a->service->driver, recall_open, a);
	return 0;
}

void
service_accept_ended(struct service_accept *a, const struct call *c)
{
	guard_closed(a->service->guard, &c->acc);
	spend_ended(a->spend, c);
}

struct service_accept *
service_accept_new(const struct service *service, const struct secret *mac)
{
	struct service_accept *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->service = service;
	a->spend = spend_new(mac);
	a->codes = code_new(nonce_code);
	if (a->spend == NULL || a->codes == NULL) {
		spend_free(a->spend);
		code_free(a->codes);
		free(a);
		return NULL;
	}
	return a;
}

void
service_accept_free(struct service_accept *a)
{
	struct ask_accepted out;
	struct pending *p;

	if (a == NULL)
		return;
	memset(&out, 0, sizeof(out));
	out.refusal = ASK_STOPPED;
	while ((p = a->pendings) != NULL) {
		p->done(p->ctx, &out);
		pending_free(p);
	}
	spend_free(a->spend);
	code_free(a->codes);
	free(a);
}
