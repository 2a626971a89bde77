#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_payer.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/mail/letter.h"
#include "bridge-client/mail/letter_link.h"
#include "bridge-client/net/post.h"
#include "bridge-client/payer/means.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/mail/notify.h"

#define LETTER_MAX	16384
#define PAUSE_MS	30000	/* until it is looked again */
#define RETRY_S		60	/* doubled each time, to an hour */
#define RETRY_MAX_S	3600

struct notify {
	struct journal		*journal;
	const struct contract	*contract;	/* of the start */
	struct post		*post;
	struct loop_timer	*timer;
	struct journal_notice	 now;	/* the one that is being sent */
	int			 is_busy;
};

static int
is_link(const struct journal_notice *n)
{
	return n->kind == LETTER_LINK || n->kind == LETTER_LINK_BANK;
}

static const char *
kind_word(const struct journal_notice *n)
{
	static const char *const words[] = { "?", "missed", "declined",
	    "used-up", "receipt" };

	if (is_link(n))
		return n->kind == LETTER_LINK ? "invited" : "bank";
	return words[n->kind <= LETTER_RECEIPT ? n->kind : 0];
}

static void
tell(const struct journal_notice *n, const char *outcome, const char *why)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(n->call, id);
	log_info("%s=%s notice=%s outcome=%s why=\"%s\"",
	    is_link(n) ? "link" : "call", id, kind_word(n), outcome, why);
}

/* Durable, or -1. */
static int
record(struct notify *y, const struct journal_notice *now)
{
	const struct journal_ops *op = y->journal->op;

	if (op->begin(y->journal) != JOURNAL_OK)
		return -1;
	if (op->notice_set(y->journal, &y->now, now) != JOURNAL_OK) {
		op->abort(y->journal);
		return -1;
	}
	if (op->commit(y->journal, clock_wall()) != JOURNAL_OK)
		return -1;
	if (now != NULL)
		y->now = *now;
	return 0;
}

/* It certainly was not sent: later. */
static void
put_off(struct notify *y)
{
	struct journal_notice n = y->now;
	int64_t pause_s = n.tries < 6 ? RETRY_S << n.tries : RETRY_MAX_S;

	n.is_asked = 0;
	n.tries = (uint8_t)(n.tries + (n.tries < UINT8_MAX));
	n.at = clock_wall() + pause_s;
	(void)record(y, &n);
}

static void
on_done(void *ctx, enum post_outcome outcome, const char *why)
{
	struct notify *y = ctx;

	y->is_busy = 0;
	tally_notice((int)outcome);
	switch (outcome) {
	case POST_DONE:
		tell(&y->now, "done", why);
		(void)record(y, NULL);
		break;
	case POST_REFUSED:
		tell(&y->now, "refused", why);
		(void)record(y, NULL);
		break;
	case POST_NOT:
		tell(&y->now, "not", why);
		put_off(y);
		break;
	case POST_UNKNOWN:
		tell(&y->now, "unknown", why);
		break;
	}
	notify_wake(y);
}

/* What the offer has left is said as it is now. */
static int
is_used_up(const struct notify *y, const struct call *c)
{
	const struct journal_key key = { c->acc.offer, c->acc.tag,
	    c->acc.offeror };
	struct journal_offer o;

	return y->journal->op->look(y->journal, &key, &o) == JOURNAL_OK &&
	    o.uses != 0 && o.spent >= o.uses;
}

/* What is left to who has paid in advance. */
static int
has_balance(const struct notify *y, const struct call *c, int64_t *out)
{
	char name[LEDGER_NAME_MAX + 1];
	struct ledger_account row;

	*out = 0;
	if (strcmp(c->acc.fare.payer, CALL_PREPAID) != 0)
		return 0;
	ledger_customer(name, c->acc.account);
	if (y->journal->op->account(y->journal, name, c->acc.fare.currency,
	    &row) != JOURNAL_OK)
		return 0;
	*out = ledger_available(&row);
	return 1;
}

static int
write_letter(const struct notify *y, const struct call *c, struct buf *b)
{
	struct letter l = { .kind = y->now.kind, .call = c,
		.from = y->contract->smtp_from, .is_used_up = is_used_up(y, c),
		.now = clock_wall() };

	if (l.kind == LETTER_RECEIPT)
		l.has_balance = has_balance(y, c, &l.balance);
	return letter_put(b, &l);
}

/* The name of who is paid by what is left there. */
static void
title_of(const struct contract *c, const char *payer,
    char dst[PAYER_TITLE_SIZE])
{
	const struct contract_payer *p;
	size_t i;

	snprintf(dst, PAYER_TITLE_SIZE, "%s", payer);
	for (i = 0; i < c->payer_sections.n; i++) {
		p = c->payer_sections.section[i].data;
		if (strcmp(p->name, payer) == 0)
			payer_title(p->kind, p->url, dst);
	}
}

static int
write_link(const struct notify *y, const struct means *m, struct buf *b)
{
	char secret[ASK_SECRET_MAX + 1], url[512], title[PAYER_TITLE_SIZE];
	const struct contract *c = y->contract;
	const struct letter_link l = { .link = m, .url = url, .payer = title,
		.is_bank = y->now.kind == LETTER_LINK_BANK,
		.from = c->smtp_from, .now = clock_wall() };

	nonce_link(secret, c->mac.secret, m->id);
	snprintf(url, sizeof(url), "%s/p/%s", c->public_url, secret);
	title_of(c, m->payer, title);
	return letter_link_put(b, &l);
}

static void
send_to(struct notify *y, const char *to, const struct buf *b)
{
	struct journal_notice asked = y->now;
	const struct post_mail mail = { .to = to,
		.data = (const char *)b->data, .len = b->len };

	asked.is_asked = 1;
	if (record(y, &asked) != 0)
		return;
	y->is_busy = 1;
	if (post_send(y->post, &mail, on_done, y) != 0) {
		y->is_busy = 0;
		put_off(y);
	}
}

static void
refuse(struct notify *y, const char *why)
{
	tell(&y->now, "refused", why);
	(void)record(y, NULL);
}

static void
send_one(struct notify *y)
{
	struct means m = { .kind = MEANS_LINK };
	struct journal *j = y->journal;
	struct call c;
	struct buf b;

	memcpy(m.id, y->now.call, sizeof(m.id));
	buf_init(&b, LETTER_MAX);
	if (is_link(&y->now) ? j->op->means_get(j, &m) != JOURNAL_OK :
	    j->op->get(j, y->now.call, &c) != JOURNAL_OK)
		refuse(y, "what it is about cannot be read");
	else if (is_link(&y->now) ? write_link(y, &m, &b) != 0 :
	    write_letter(y, &c, &b) != 0)
		refuse(y, "no mail can go to that address");
	else
		send_to(y, is_link(&y->now) ? m.address : c.acc.offeror, &b);
	buf_free(&b);
}

static void
on_timer(void *ctx)
{
	struct notify *y = ctx;

	if (y->is_busy)
		return;
	loop_timer_arm(y->timer, PAUSE_MS);
	if (y->journal->op->notice_due(y->journal, clock_wall(), &y->now) !=
	    JOURNAL_OK)
		return;
	send_one(y);
	if (!y->is_busy)
		loop_timer_arm(y->timer, 1000);
}

struct notify *
notify_open(struct loop *loop, struct journal *j, const struct contract *c)
{
	struct post_conf server = { .url = c->smtp,
		.password = c->smtp_password };
	struct notify *y = calloc(1, sizeof(*y));
	struct journal_notice n;

	if (y == NULL)
		return NULL;
	server.user = c->smtp_user[0] != '\0' ? c->smtp_user : NULL;
	server.ca_file = c->smtp_ca_file[0] != '\0' ? c->smtp_ca_file : NULL;
	y->journal = j;
	y->contract = c;
	y->post = post_open(loop, &server);
	y->timer = loop_timer_new(loop, on_timer, y);
	if (y->post == NULL || y->timer == NULL) {
		notify_close(y);
		return NULL;
	}
	/* from now on the journal makes them */
	(void)y->journal->op->notice_due(y->journal, clock_wall(), &n);
	notify_wake(y);
	return y;
}

void
notify_close(struct notify *y)
{
	if (y == NULL)
		return;
	post_close(y->post);
	loop_timer_free(y->timer);
	free(y);
}

void
notify_wake(struct notify *y)
{
	if (y != NULL && !y->is_busy)
		loop_timer_arm(y->timer, 0);
}
