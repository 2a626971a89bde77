/*
 * service_admin: what the administrator asks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/driver.h"
#include "bridge-client/call/tell.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/offer.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/service/peer.h"
#include "bridge-client/service/service.h"
#include "bridge-client/service/service_ledger.h"
#include "bridge-client/service/service_means.h"

#include "bridge-client/service/service_admin.h"

#define CONNECTIONS_MAX	16
#define OUT_MAX		(128 << 20)	/* SERVICE_ADMIN_LIST_MAX calls */
#define BODY_MAX	16384
#define DAY		86400
#define TEST_S		600		/* a test call is accepted so long */
#define ERASE_ROWS	8192		/* looked at for one question */
#define CLOCKS_S	3600		/* others' clocks may be ahead */
#define NONCE_AGE_MS	(30 * 60 * 1000)	/* of an id, accepted */

struct service_admin {
	const struct service	*service;
	struct peer_socket	*socket;
	struct question		*questions;
};

/* One whose answer comes later. */
struct question {
	struct question		*prev, *next;
	struct service_admin	*admin;
	struct peer_ticket	 ticket;
};

struct answer {
	struct peer		*peer;
	const struct frame	*frame;
	struct buf		 body;
};

static void
send_answer(struct answer *a)
{
	peer_answer(a->peer, a->frame, &a->body);
}

static void
question_free(struct question *q)
{
	if (q->prev != NULL)
		q->prev->next = q->next;
	else
		q->admin->questions = q->next;
	if (q->next != NULL)
		q->next->prev = q->prev;
	peer_release(&q->ticket);
	free(q);
}

/* NULL: out of memory, or too many. */
static struct question *
question_new(struct service_admin *s, const struct answer *a)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL || peer_hold(&q->ticket, a->peer, a->frame, NULL) ==
	    -1) {
		free(q);
		return NULL;
	}
	q->admin = s;
	q->next = s->questions;
	if (q->next != NULL)
		q->next->prev = q;
	s->questions = q;
	return q;
}

/*
 * ASK_LIST.
 */
struct listing {
	struct answer		*answer;
	const struct ask_list	*ask;
	uint32_t		 n;
};

static void
list_one(struct listing *l, const struct ask_call *call)
{
	buf_clear(&l->answer->body);
	ask_put_call(&l->answer->body, call);
	peer_answer_more(l->answer->peer, l->answer->frame, &l->answer->body);
	l->n++;
}

/*
 * Newest first.  Ids rise with the time of the page, which is at most half an
 * hour before the acceptance: older ones end the search.
 */
static int
on_listed(void *ctx, const struct call *c)
{
	static const unsigned char any[TOKEN_OFFER_BYTES];
	struct listing *l = ctx;
	const struct ask_list *ask = l->ask;
	struct ask_call call;

	if (token_offer_ms(c->acc.id) + NONCE_AGE_MS < ask->since * 1000)
		return 1;
	if (c->accepted_at < ask->since)
		return 0;
	if (memcmp(ask->offer, any, sizeof(any)) != 0 &&
	    memcmp(ask->offer, c->acc.offer, sizeof(any)) != 0)
		return 0;
	tell_call(&call, c);
	if (ask->is_open_only && call.stage == ASK_STAGE_ENDED)
		return 0;
	list_one(l, &call);
	return l->n == ask->most || l->n == SERVICE_ADMIN_LIST_MAX;
}

static void
list_all(const struct service *s, struct listing *l)
{
	struct journal *j = s->journal;

	if (j->op->list(j, on_listed, l) != JOURNAL_OK)
		log_warn("socket=admin the journal cannot be listed: %s",
		    j->op->error(j));
}

/*
 * Those that are open the driver has at hand: the journal's millions need not
 * be looked through.
 */
struct ids {
	unsigned char	(*id)[CALL_ID_BYTES];
	size_t		 n, size;
};

static int
add_id(void *ctx, const struct call *c)
{
	struct ids *ids = ctx;
	size_t size = ids->size == 0 ? 64 : 2 * ids->size;
	void *grown;

	if (ids->n == ids->size) {
		grown = reallocarray(ids->id, size, sizeof(*ids->id));
		if (grown == NULL)
			return -1;
		ids->id = grown;
		ids->size = size;
	}
	memcpy(ids->id[ids->n++], c->acc.id, CALL_ID_BYTES);
	return 0;
}

static int
newer_first(const void *a, const void *b)
{
	return memcmp(b, a, CALL_ID_BYTES);
}

static void
list_open(const struct service *s, struct listing *l)
{
	struct ids ids = { NULL, 0, 0 };
	struct call c;
	size_t i;

	if (driver_each(s->driver, add_id, &ids) != 0)
		log_warn("socket=admin out of memory: not all are listed");
	if (ids.n > 0)
		qsort(ids.id, ids.n, sizeof(*ids.id), newer_first);
	for (i = 0; i < ids.n; i++)
		if (driver_get(s->driver, ids.id[i], &c) == 0 &&
		    on_listed(l, &c) != 0)
			break;
	free(ids.id);
}

/* No call of an offer is older than the offer, whose id tells its time. */
static int64_t
since_of(const struct ask_list *ask)
{
	int64_t minted = token_offer_ms(ask->offer) / 1000 - CLOCKS_S;

	return ask->since > minted ? ask->since : minted > 0 ? minted : 0;
}

static int
on_list(struct service_admin *s, struct answer *answer)
{
	struct ask_list ask;
	struct ask_call end;
	struct listing l = { .answer = answer, .ask = &ask };

	if (ask_get_list(&ask, answer->frame->body, answer->frame->len) == -1)
		return -1;
	if (ask.since < 0 || ask.since > INT64_MAX / 1000)
		ask.since = 0;
	ask.since = since_of(&ask);
	if (ask.is_open_only)
		list_open(s->service, &l);
	else
		list_all(s->service, &l);
	memset(&end, 0, sizeof(end));
	buf_clear(&answer->body);
	ask_put_call(&answer->body, &end);
	send_answer(answer);
	return 0;
}

/*
 * ASK_REVOKE.
 */
static void
on_revoked(void *ctx, enum ask_refusal refusal, uint32_t n_hung_up)
{
	struct question *q = ctx;
	struct ask_revoked out = { .refusal = (uint8_t)refusal,
		.n_hung_up = n_hung_up };
	struct buf body;

	buf_init(&body, BODY_MAX);
	ask_put_revoked(&body, &out);
	peer_ticket_answer(&q->ticket, &body);
	buf_free(&body);
	question_free(q);
}

/* Until the last offer that it could mean is over. */
static int64_t
keep_until(const struct contract *c, int64_t now)
{
	const struct contract_key *k;
	int64_t longest = 0;
	size_t i;

	for (i = 0; i < c->key_sections.n; i++) {
		k = c->key_sections.section[i].data;
		if (k->max_lifetime_s > longest)
			longest = k->max_lifetime_s;
	}
	return now + longest + DAY;
}

static int
on_revoke(struct service_admin *s, struct answer *answer)
{
	struct journal_revocation r;
	struct ask_revoke ask;
	struct question *q;

	if (ask_get_revoke(&ask, answer->frame->body, answer->frame->len) ==
	    -1)
		return -1;
	memset(&r, 0, sizeof(r));
	r.by = ask.by;
	if (ask.by == ASK_BY_OFFER)
		r.id = ask.offer;
	else if (ask.by == ASK_BY_TAG)
		r.id = ask.tag;
	else
		r.sender = ask.sender;
	r.at = clock_wall();
	r.keep_until = keep_until(s->service->contract, r.at);
	q = question_new(s, answer);
	if (q == NULL)
		return -1;
	if (driver_revoke(s->service->driver, &r, ask.is_hangup, on_revoked,
	    q) == -1)
		on_revoked(q, ASK_STORE_FULL, 0);
	return 0;
}

/*
 * ASK_TEST: a call without an offer, under the account's own guard and caps.
 */
static void
on_tested(void *ctx, const struct ask_accepted *out)
{
	struct question *q = ctx;
	struct buf body;

	buf_init(&body, BODY_MAX);
	ask_put_accepted(&body, out);
	peer_ticket_answer(&q->ticket, &body);
	buf_free(&body);
	question_free(q);
}

static enum ask_refusal
make_test(const struct service *s, struct ask_test *ask,
    struct acceptance *acc)
{
	const struct contract_account *a;
	enum ask_refusal refusal;

	memset(acc, 0, sizeof(*acc));
	a = contract_account(s->contract, ask->account);
	if (a == NULL)
		return ASK_TOKEN_BAD;
	if (contract_is_stopped(s->contract))
		return ASK_STOPPED;
	refusal = guard_destination(a, &ask->a);
	if (refusal == ASK_OK)
		refusal = guard_destination(a, &ask->b);
	if (refusal != ASK_OK)
		return refusal;
	token_uuid_new(acc->id, clock_wall_ms());
	token_uuid_new(acc->offer, clock_wall_ms());
	acc->uses = 1;
	acc->not_after = clock_wall() + TEST_S;
	acc->a = ask->a;
	acc->b = ask->b;
	guard_hash(s->guard, &acc->a, acc->a_hash);
	snprintf(acc->name, sizeof(acc->name), "Test call");
	snprintf(acc->offeror, sizeof(acc->offeror), "test-call");
	snprintf(acc->a_lang, sizeof(acc->a_lang), "en");
	snprintf(acc->b_lang, sizeof(acc->b_lang), "en");
	offer_by_account(s->contract, a, acc);
	return ASK_OK;
}

static int
on_test(struct service_admin *s, struct answer *answer)
{
	struct ask_accepted out;
	struct acceptance acc;
	struct ask_test ask;
	struct question *q;

	if (ask_get_test(&ask, answer->frame->body, answer->frame->len) == -1)
		return -1;
	memset(&out, 0, sizeof(out));
	out.refusal = (uint8_t)make_test(s->service, &ask, &acc);
	if (out.refusal != ASK_OK) {
		ask_put_accepted(&answer->body, &out);
		send_answer(answer);
		return 0;
	}
	q = question_new(s, answer);
	if (q == NULL)
		return -1;
	s->service->accept(s->service->accept_ctx, &(struct service_asked){
	    .acc = &acc, .client = "", .done = on_tested, .ctx = q });
	return 0;
}

/*
 * ASK_ERASE: a piece of it; he who asks asks again until it is done.
 */
static int
on_erase(struct service_admin *s, struct answer *answer)
{
	struct journal *j = s->service->journal;
	struct journal_erased done;
	struct journal_erasure what;
	struct ask_erased out;
	struct ask_erase ask;

	if (ask_get_erase(&ask, answer->frame->body, answer->frame->len) == -1)
		return -1;
	what = (struct journal_erasure){ .by = ask.by, .number = &ask.number,
		.offer = ask.offer, .day = ask.day };
	memset(&out, 0, sizeof(out));
	if (j->op->erase(j, &what, ERASE_ROWS, &done) != JOURNAL_OK) {
		log_warn("socket=admin erase: %s", j->op->error(j));
		out.refusal = ASK_STORE_FULL;
	} else {
		out.n_calls = done.n_calls;
		out.n_open = done.n_open;
		out.is_more = (uint8_t)done.is_more;
		if (!done.is_more)
			log_info("socket=admin erased calls=%u open=%u",
			    done.n_calls, done.n_open);
	}
	ask_put_erased(&answer->body, &out);
	send_answer(answer);
	return 0;
}

static int
on_health(struct service_admin *s, struct answer *answer)
{
	struct ask_health out;

	if (answer->frame->len != 0)
		return -1;
	memset(&out, 0, sizeof(out));
	driver_health(s->service->driver, &out);
	out.is_stopped |= (uint8_t)contract_is_stopped(s->service->contract);
	ask_put_health(&answer->body, &out);
	send_answer(answer);
	return 0;
}

static int
on_ask(void *ctx, struct peer *peer, const struct frame *frame)
{
	struct service_admin *s = ctx;
	struct answer answer = { .peer = peer, .frame = frame };
	int rc = -1;

	buf_init(&answer.body, BODY_MAX);
	if (frame->verb == ASK_LIST)
		rc = on_list(s, &answer);
	else if (frame->verb == ASK_REVOKE)
		rc = on_revoke(s, &answer);
	else if (frame->verb == ASK_TEST)
		rc = on_test(s, &answer);
	else if (frame->verb == ASK_HEALTH)
		rc = on_health(s, &answer);
	else if (frame->verb == ASK_ERASE)
		rc = on_erase(s, &answer);
	else
		rc = service_ledger_ask(s->service, peer, frame) == 0 ||
		    service_means_admin(s->service, peer, frame) == 0 ? 0 : -1;
	buf_free(&answer.body);
	return rc;
}

static int
may_speak(void *ctx, uid_t uid)
{
	const struct service_admin *s = ctx;

	return contract_may_speak(&s->service->contract->admin, uid);
}

struct service_admin *
service_admin_new(struct loop *loop, int fd, const struct service *service)
{
	struct service_admin *s = calloc(1, sizeof(*s));
	struct peer_socket_conf conf = { .name = "admin",
		.most = CONNECTIONS_MAX, .out_max = OUT_MAX,
		.may_speak = may_speak, .ask = on_ask, .ctx = s };

	if (s == NULL)
		return NULL;
	s->service = service;
	s->socket = peer_listen(loop, fd, &conf);
	if (s->socket == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
service_admin_free(struct service_admin *s)
{
	if (s == NULL)
		return;
	peer_close(s->socket);
	while (s->questions != NULL)
		question_free(s->questions);
	free(s);
}
