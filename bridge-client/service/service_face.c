/*
 * service_face: what acceptd asks.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/loop.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/driver.h"
#include "bridge-client/call/tell.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/guard/offer.h"
#include "bridge-client/guard/phone.h"
#include "bridge-client/net/crew.h"
#include "bridge-client/service/peer.h"
#include "bridge-client/service/service.h"
#include "bridge-client/service/service_means.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/service/service_face.h"

#define CONNECTIONS_MAX	64
#define OUT_MAX		(4 << 20)
#define BODY_MAX	8192
#define PATIENCE_MS	2000	/* of who hangs up, with the journal */

/* Who waits for a call to change. */
struct watcher {
	struct watcher		*prev, *next;
	struct service_face	*face;
	struct watch		*watch;
	struct peer_ticket	 ticket;
	struct loop_timer	*patience;	/* who hangs up: NULL else */
	unsigned char		 call[CALL_ID_BYTES];
};

/* A question about an offer, which a thread of the crew reads. */
struct question {
	struct crew_job		 job;		/* first: it is cast */
	struct peer_ticket	 ticket;
	struct service_face	*face;
	const struct contract	*contract;
	struct ask_accept	 ask;		/* of the others, a part */
	char			 region[3];	/* ASK_CHECK */
	/* what it says */
	enum ask_refusal	 offer_refusal, number_refusal;
	struct offer		 offer;
	const char		*why;
	struct guard_number	 number;
};

struct service_face {
	const struct service	*service;
	struct loop		*loop;
	struct peer_socket	*socket;
	struct watcher		*watchers;
};

static void
log_refusal(const struct offer *o, enum ask_refusal refusal, const char *why)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(o->token.offer, id);
	log_info("offer=%s refused=%s why=\"%s\"", id,
	    ask_refusal_word(refusal), why);
}

/* Frees both. */
static void
answer_question(struct question *q, struct buf *body)
{
	peer_ticket_answer(&q->ticket, body);
	buf_free(body);
	peer_release(&q->ticket);
	free(q);
}

/*
 * ASK_LOOK.
 */
static enum ask_refusal
judge(const struct service *s, const struct offer *o, int64_t *opens_at)
{
	enum ask_refusal refusal = offer_past(o, s->journal);

	return refusal != ASK_OK ? refusal :
	    offer_is_open(o, s->contract, opens_at);
}

static void
describe(const struct service *s, const struct offer *o,
    struct ask_offer *out)
{
	const struct contract_account *a = o->account;

	memcpy(out->name, o->token.name, sizeof(out->name));
	memcpy(out->address, o->terms.offeror, sizeof(out->address));
	out->not_after = o->token.not_after;
	phone_show(out->caller, sizeof(out->caller), a->caller_id);
	snprintf(out->region, sizeof(out->region), "%s", a->region);
	snprintf(out->price, sizeof(out->price), "%s", a->price);
	memcpy(out->lang, o->terms.lang, sizeof(out->lang));
	guard_region(&o->terms.offeree, out->known_region);
	if (out->refusal == ASK_OK)
		nonce_make(out->nonce, s->mac, o->token.offer,
		    clock_wall_ms());
}

static void
has_looked(struct question *q)
{
	const struct service *s = q->face->service;
	struct ask_offer out;
	struct buf body;

	memset(&out, 0, sizeof(out));
	out.refusal = (uint8_t)q->offer_refusal;
	if (out.refusal == ASK_TOKEN_BAD)
		log_debug("look refused=token-bad why=\"%s\"", q->why);
	if (out.refusal == ASK_OK)
		out.refusal = (uint8_t)judge(s, &q->offer, &out.opens_at);
	if (out.refusal != ASK_TOKEN_BAD)
		describe(s, &q->offer, &out);
	buf_init(&body, BODY_MAX);
	ask_put_offer(&body, &out);
	answer_question(q, &body);
}

/*
 * ASK_CHECK.
 */
/* "+44 20 7946 0123;ext=42" */
static void
put_ext(char *dst, size_t size, const char *ext)
{
	size_t n = strlen(dst);

	if (ext[0] != '\0')
		snprintf(dst + n, size - n, ";ext=%s", ext);
}

static void
has_checked(struct question *q)
{
	struct ask_checked out;
	char full[TEL_FULL_SIZE];
	struct buf body;

	memset(&out, 0, sizeof(out));
	out.refusal = (uint8_t)q->number_refusal;
	if (out.refusal == ASK_OK) {
		tel_full(&q->number.tel, full);
		memcpy(out.number, full, strlen(full) < sizeof(out.number) ?
		    strlen(full) + 1 : 0);
		phone_show(out.shown, sizeof(out.shown), q->number.tel.text);
		put_ext(out.shown, sizeof(out.shown), q->number.tel.ext);
		memcpy(out.region, q->number.region, sizeof(out.region));
	}
	buf_init(&body, BODY_MAX);
	ask_put_checked(&body, &out);
	answer_question(q, &body);
}

/*
 * ASK_ACCEPT.
 */
static void
say_accepted(const struct service_face *f, const unsigned char *id,
    struct ask_accepted *out)
{
	memcpy(out->call, id, sizeof(out->call));
	nonce_secret(out->secret, f->service->mac, id);
}

static void
answer_accepted(void *ctx, const struct ask_accepted *out)
{
	struct buf body;

	buf_init(&body, BODY_MAX);
	ask_put_accepted(&body, out);
	answer_question(ctx, &body);
}

static enum ask_refusal
refusal_of(enum nonce_verdict verdict)
{
	switch (verdict) {
	case NONCE_GOOD:
		return ASK_OK;
	case NONCE_EARLY:
		return ASK_NONCE_EARLY;
	case NONCE_LATE:
		return ASK_NONCE_LATE;
	case NONCE_BAD:
		break;
	}
	return ASK_NONCE_BAD;
}

/* The call of this page exists already: the same answer again. */
static int
is_accepted(const struct service_face *f, const unsigned char *id,
    const struct offer *o)
{
	struct call c;

	return driver_get(f->service->driver, id, &c) == 0 &&
	    memcmp(c.acc.offer, o->token.offer, sizeof(c.acc.offer)) == 0;
}

/*
 * All checks before the caps.  ASK_OK: `acc` is an acceptance, new unless
 * `*is_again`; anything else is the answer.
 */
static enum ask_refusal
check_acceptance(const struct question *q, struct acceptance *acc,
    int *is_again)
{
	const struct service *s = q->face->service;
	const struct offer *o = &q->offer;
	unsigned char id[CALL_ID_BYTES];
	enum nonce_verdict verdict;
	enum ask_refusal refusal = q->offer_refusal;
	int64_t opens_at;

	if (refusal == ASK_OK)
		refusal = offer_is_open(o, q->contract, &opens_at);
	if (refusal == ASK_OK) {
		verdict = nonce_check(id, q->ask.nonce, s->mac,
		    o->token.offer, clock_wall_ms());
		refusal = refusal_of(verdict);
		*is_again = verdict != NONCE_BAD &&
		    is_accepted(q->face, id, o);
	}
	if (*is_again) {
		memcpy(acc->id, id, sizeof(acc->id));
		return ASK_OK;
	}
	if (refusal == ASK_OK)
		refusal = offer_past(o, s->journal);
	if (refusal == ASK_OK)
		refusal = guard_guess(s->guard, o->token.offer,
		    q->number_refusal, clock_wall());
	if (refusal != ASK_OK) {
		log_refusal(o, refusal, q->why);
		return refusal;
	}
	offer_accept(o, q->contract, &q->number, q->ask.lang, acc);
	memcpy(acc->id, id, sizeof(acc->id));
	guard_hash(s->guard, &acc->a, acc->a_hash);
	return ASK_OK;
}

static void
is_to_be_accepted(struct question *q)
{
	const struct service *s = q->face->service;
	struct ask_accepted out;
	struct acceptance acc;
	int is_again = 0;

	memset(&out, 0, sizeof(out));
	memset(&acc, 0, sizeof(acc));
	out.refusal = (uint8_t)check_acceptance(q, &acc, &is_again);
	if (is_again)
		say_accepted(q->face, acc.id, &out);
	if (out.refusal != ASK_OK || is_again) {
		tally_acceptance(out.refusal, is_again);
		answer_accepted(q, &out);
		return;
	}
	s->accept(s->accept_ctx, &(struct service_asked){ .acc = &acc,
	    .client = q->ask.client, .code = q->ask.code,
	    .done = answer_accepted, .ctx = q });
}

/*
 * What a thread does: all that costs much, and touches nothing else.
 */
static void
read_question(struct crew_job *job)
{
	struct question *q = (struct question *)job;

	q->offer_refusal = offer_open(&q->offer, q->ask.token, q->contract,
	    q->face->service->unseal, &q->why);
	q->number_refusal = ASK_TOKEN_BAD;
	if (q->ticket.verb == ASK_CHECK && q->offer_refusal != ASK_TOKEN_BAD)
		q->number_refusal = guard_read(q->offer.account,
		    q->ask.number, q->region, &q->number);
	else if (q->ticket.verb == ASK_ACCEPT && q->offer_refusal == ASK_OK)
		q->number_refusal = offer_number(&q->offer, q->ask.number,
		    &q->number);
}

static void
has_read(struct crew_job *job)
{
	struct question *q = (struct question *)job;

	if (q->ticket.verb == ASK_LOOK)
		has_looked(q);
	else if (q->ticket.verb == ASK_CHECK)
		has_checked(q);
	else
		is_to_be_accepted(q);
}

static int
get_question(struct question *q, const struct frame *f)
{
	struct ask_look look;
	struct ask_check check;

	if (f->verb == ASK_ACCEPT)
		return ask_get_accept(&q->ask, f->body, f->len);
	if (f->verb == ASK_LOOK) {
		if (ask_get_look(&look, f->body, f->len) == -1)
			return -1;
		memcpy(q->ask.token, look.token, sizeof(q->ask.token));
		return 0;
	}
	if (ask_get_check(&check, f->body, f->len) == -1)
		return -1;
	memcpy(q->ask.token, check.token, sizeof(q->ask.token));
	memcpy(q->ask.number, check.number, sizeof(q->ask.number));
	memcpy(q->region, check.region, sizeof(q->region));
	return 0;
}

/* ASK_LOOK, ASK_CHECK, ASK_ACCEPT. */
static int
on_question(struct service_face *f, struct peer *peer,
    const struct frame *frame)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL || get_question(q, frame) == -1 ||
	    peer_hold(&q->ticket, peer, frame, NULL) == -1) {
		free(q);
		return -1;
	}
	q->face = f;
	q->contract = f->service->contract;
	q->job.work = read_question;
	q->job.done = has_read;
	crew_give(f->service->crew, &q->job);
	return 0;
}

/*
 * ASK_STATUS and ASK_HANGUP.
 */
static void
watcher_free(struct watcher *w)
{
	if (w->prev != NULL)
		w->prev->next = w->next;
	else
		w->face->watchers = w->next;
	if (w->next != NULL)
		w->next->prev = w->prev;
	if (w->watch != NULL)
		watch_free(w->watch);
	loop_timer_free(w->patience);
	peer_release(&w->ticket);
	free(w);
}

static void
on_gone(struct peer_ticket *t)
{
	watcher_free((struct watcher *)(void *)((char *)t -
	    offsetof(struct watcher, ticket)));
}

static void
on_change(void *ctx, const struct call *c)
{
	struct watcher *w = ctx;
	struct ask_status out;
	struct buf body;

	tell_status(&out, c, clock_wall());
	buf_init(&body, BODY_MAX);
	ask_put_status(&body, &out);
	peer_ticket_answer(&w->ticket, &body);
	buf_free(&body);
	if (w->patience != NULL || out.stage == ASK_STAGE_ENDED)
		watcher_free(w);
}

/*
 * The journal cannot take the end for now.  It is told as it stands: after a
 * crash the call is found again, and ended.
 */
static void
on_patience_over(void *ctx)
{
	struct watcher *w = ctx;
	struct call c;

	if (driver_get(w->face->service->driver, w->call, &c) == 0)
		on_change(w, &c);
	else
		watcher_free(w);
}

/* NULL: it is not open, or there is no room. */
static struct watcher *
watch(struct service_face *f, struct peer *peer, const struct frame *frame,
    const unsigned char *id)
{
	struct watcher *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->face = f;
	memcpy(w->call, id, sizeof(w->call));
	w->next = f->watchers;
	if (w->next != NULL)
		w->next->prev = w;
	f->watchers = w;
	w->watch = driver_watch(f->service->driver, id, on_change, w);
	if (w->watch != NULL &&
	    peer_hold(&w->ticket, peer, frame, on_gone) == 0)
		return w;
	watcher_free(w);
	return NULL;
}

/* Where the call of this page stands. */
static void
look_at(struct service_face *f, const char *secret, unsigned char *id,
    struct ask_status *out)
{
	struct call c;

	memset(out, 0, sizeof(*out));
	if (nonce_secret_check(id, secret, f->service->mac) == 0 &&
	    driver_get(f->service->driver, id, &c) == 0)
		tell_status(out, &c, clock_wall());
}

static int
is_going_on(const struct ask_status *s)
{
	return s->stage != ASK_STAGE_NONE && s->stage != ASK_STAGE_ENDED;
}

/* 0, or -1: to be answered at once. */
static int
hang_up(struct service_face *f, struct peer *peer, const struct frame *frame,
    const unsigned char *id)
{
	struct watcher *w = watch(f, peer, frame, id);

	if (w != NULL)
		w->patience = loop_timer_new(f->loop, on_patience_over, w);
	if (driver_hangup(f->service->driver, id, CALL_CANCEL) == -1 ||
	    w == NULL || w->patience == NULL) {
		if (w != NULL)
			watcher_free(w);
		return -1;
	}
	loop_timer_arm(w->patience, PATIENCE_MS);
	return 0;
}

/* To ASK_HANGUP the answer is the call's state when the end is durable. */
static int
on_watch(struct service_face *f, struct peer *peer, const struct frame *frame)
{
	int is_hangup = frame->verb == ASK_HANGUP;
	unsigned char id[CALL_ID_BYTES];
	struct ask_status out;
	struct ask_watch ask;
	struct buf body;

	if (ask_get_watch(&ask, frame->body, frame->len) == -1)
		return -1;
	look_at(f, ask.secret, id, &out);
	if (is_hangup && is_going_on(&out) && hang_up(f, peer, frame, id) == 0)
		return 0;
	buf_init(&body, BODY_MAX);
	ask_put_status(&body, &out);
	peer_answer(peer, frame, &body);
	buf_free(&body);
	if (!is_hangup && ask.is_subscription && is_going_on(&out))
		(void)watch(f, peer, frame, id);
	return 0;
}

static int
on_ask(void *ctx, struct peer *peer, const struct frame *frame)
{
	struct service_face *f = ctx;

	switch (frame->verb) {
	case ASK_LOOK:
	case ASK_CHECK:
	case ASK_ACCEPT:
		return on_question(f, peer, frame);
	case ASK_STATUS:
	case ASK_HANGUP:
		return on_watch(f, peer, frame);
	case ASK_HOOK:
		return f->service->on_hook(f->service, peer, frame);
	default:
		return service_means_face(f->service, peer, frame) == 0 ? 0 :
		    -1;
	}
}

static int
may_speak(void *ctx, uid_t uid)
{
	const struct service_face *f = ctx;

	return contract_may_speak(&f->service->contract->face, uid);
}

struct service_face *
service_face_new(struct loop *loop, int fd, const struct service *service)
{
	struct service_face *f = calloc(1, sizeof(*f));
	struct peer_socket_conf conf = { .name = "face",
		.most = CONNECTIONS_MAX, .out_max = OUT_MAX,
		.may_speak = may_speak, .ask = on_ask, .ctx = f };

	if (f == NULL)
		return NULL;
	f->service = service;
	f->loop = loop;
	f->socket = peer_listen(loop, fd, &conf);
	if (f->socket == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

void
service_face_free(struct service_face *f)
{
	if (f == NULL)
		return;
	peer_close(f->socket);
	while (f->watchers != NULL)
		watcher_free(f->watchers);
	free(f);
}
