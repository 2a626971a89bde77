#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/token.h"

#include "bridge-client/call.h"
#include "bridge-client/contract.h"
#include "bridge-client/journal.h"
#include "bridge-client/ledger.h"
#include "bridge-client/letter.h"
#include "bridge-client/post.h"
#include "bridge-client/tally.h"

#include "bridge-client/notify.h"

#define LETTER_MAX	16384
#define PAUSE_MS	30000	/* until it is looked again */
#define RETRY_S		60	/* doubled each time, to an hour */
#define RETRY_MAX_S	3600

struct notify {
	struct journal		*journal;
	const char		*from;
	struct post		*post;
	struct loop_timer	*timer;
	struct journal_notice	 now;	/* the one that is being sent */
	int			 is_busy;
};

static void
tell(const struct journal_notice *n, const char *outcome, const char *why)
{
	static const char *const kinds[] = { "?", "missed", "declined",
	    "used-up", "receipt" };
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(n->call, id);
	log_info("call=%s notice=%s outcome=%s why=\"%s\"", id,
	    kinds[n->kind <= LETTER_RECEIPT ? n->kind : 0], outcome, why);
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
		.from = y->from, .is_used_up = is_used_up(y, c),
		.now = clock_wall() };

	if (l.kind == LETTER_RECEIPT)
		l.has_balance = has_balance(y, c, &l.balance);
	return letter_put(b, &l);
}

static void
send_one(struct notify *y, const struct call *c)
{
	struct journal_notice asked = y->now;
	struct post_mail mail = { .to = c->acc.offeror };
	struct buf b;

	buf_init(&b, LETTER_MAX);
	if (write_letter(y, c, &b) != 0) {
		tell(&y->now, "refused", "no mail can go to that address");
		(void)record(y, NULL);
		buf_free(&b);
		return;
	}
	asked.is_asked = 1;
	if (record(y, &asked) == 0) {
		mail.data = (const char *)b.data;
		mail.len = b.len;
		y->is_busy = 1;
		if (post_send(y->post, &mail, on_done, y) != 0) {
			y->is_busy = 0;
			put_off(y);
		}
	}
	buf_free(&b);
}

static void
on_timer(void *ctx)
{
	struct notify *y = ctx;
	struct call c;

	if (y->is_busy)
		return;
	loop_timer_arm(y->timer, PAUSE_MS);
	if (y->journal->op->notice_due(y->journal, clock_wall(), &y->now) !=
	    JOURNAL_OK)
		return;
	if (y->journal->op->get(y->journal, y->now.call, &c) == JOURNAL_OK) {
		send_one(y, &c);
	} else {
		tell(&y->now, "refused", "its call cannot be read");
		(void)record(y, NULL);
	}
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
	y->from = c->smtp_from;
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
