/*
 * service_ledger: what the administrator asks of the ledger.
 */
#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/service/peer.h"
#include "bridge-client/service/service.h"

#include "bridge-client/service/service_ledger.h"

#define BODY_MAX 1024

struct answer {
	struct peer		*peer;
	const struct frame	*frame;
	struct buf		 body;
	uint32_t		 n, most;
	int			 is_more;
};

/* All these fields are of one size on both sides. */
#define COPY(dst, src) do { \
	_Static_assert(sizeof(dst) == sizeof(src), "same size"); \
	memcpy(dst, src, sizeof(dst)); \
} while (0)

static void
send_one(struct answer *a, int is_last)
{
	(is_last ? peer_answer : peer_answer_more)(a->peer, a->frame,
	    &a->body);
	buf_clear(&a->body);
}

/* One durable transaction of its own. */
static enum journal_result
post(struct journal *j, const struct journal_post *p)
{
	enum journal_result r = j->op->begin(j);

	if (r != JOURNAL_OK)
		return r;
	r = j->op->post(j, p);
	if (r != JOURNAL_OK) {
		j->op->abort(j);
		return r;
	}
	return j->op->commit(j, p->at);
}

static void
say_topped(const struct service *s, const struct contract_account *a,
    struct ask_topped *out)
{
	char name[LEDGER_NAME_MAX + 1];
	struct ledger_account row;

	ledger_customer(name, a->name);
	snprintf(out->currency, sizeof(out->currency), "%s", a->currency);
	if (s->journal->op->account(s->journal, name, a->currency, &row) ==
	    JOURNAL_OK)
		out->available = ledger_available(&row);
}

static int
on_topup(const struct service *s, struct answer *answer)
{
	struct ask_topped out = { .refusal = ASK_TOKEN_BAD };
	const struct contract_account *a;
	struct ask_topup ask;
	struct journal_post p;
	enum journal_result r;

	if (ask_get_topup(&ask, answer->frame->body, answer->frame->len) == -1)
		return -1;
	a = contract_account(s->contract, ask.account);
	if (a != NULL && strcmp(a->payer, CALL_PREPAID) == 0 &&
	    ask.amount != 0 && ask.amount <= MONEY_MAX &&
	    ask.amount >= -MONEY_MAX) {
		p = (struct journal_post){ .account = a->name,
		    .currency = a->currency, .amount = ask.amount,
		    .at = clock_wall(), .note = ask.note };
		memcpy(p.id, ask.id, sizeof(p.id));
		r = post(s->journal, &p);
		out.refusal = r == JOURNAL_OK || r == JOURNAL_SAME ? ASK_OK :
		    ASK_STORE_FULL;
		out.is_again = r == JOURNAL_SAME;
		say_topped(s, a, &out);
		log_info("ledger=top-up account=%s outcome=%s", a->name,
		    r == JOURNAL_OK ? "done" : r == JOURNAL_SAME ? "again" :
		    "failed");
	}
	ask_put_topped(&answer->body, &out);
	send_one(answer, 1);
	return 0;
}

static int
on_account(void *ctx, const struct ledger_account *a)
{
	struct answer *answer = ctx;
	struct ask_account out;

	memset(&out, 0, sizeof(out));
	COPY(out.name, a->name);
	COPY(out.currency, a->currency);
	out.debits = a->debits;
	out.credits = a->credits;
	out.debits_held = a->debits_held;
	out.credits_held = a->credits_held;
	ask_put_account(&answer->body, &out);
	send_one(answer, 0);
	return 0;
}

static int
on_accounts(const struct service *s, struct answer *answer)
{
	struct ask_account end;

	if (answer->frame->len != 0)
		return -1;
	if (s->journal->op->accounts(s->journal, on_account, answer) !=
	    JOURNAL_OK)
		log_warn("socket=admin the ledger cannot be read: %s",
		    s->journal->op->error(s->journal));
	memset(&end, 0, sizeof(end));
	ask_put_account(&answer->body, &end);
	send_one(answer, 1);
	return 0;
}

static int
on_entry(void *ctx, const struct ledger_entry *e)
{
	struct answer *answer = ctx;
	struct ask_entry out;

	if (answer->n == answer->most) {
		answer->is_more = 1;
		return 1;
	}
	answer->n++;
	memset(&out, 0, sizeof(out));
	out.number = e->number;
	out.at = e->at;
	snprintf(out.kind, sizeof(out.kind), "%s", ledger_word(e->kind));
	COPY(out.id, e->id);
	COPY(out.debit, e->debit);
	COPY(out.credit, e->credit);
	COPY(out.currency, e->currency);
	out.amount = e->amount;
	out.held = e->held;
	COPY(out.note, e->note);
	ask_put_entry(&answer->body, &out);
	send_one(answer, 0);
	return 0;
}

static int
on_entries(const struct service *s, struct answer *answer)
{
	struct ask_entries ask;
	struct ask_entry end;

	if (ask_get_entries(&ask, answer->frame->body, answer->frame->len) ==
	    -1)
		return -1;
	answer->most = ask.most != 0 && ask.most < SERVICE_LEDGER_MOST ?
	    ask.most : SERVICE_LEDGER_MOST;
	if (s->journal->op->entries(s->journal, ask.from, on_entry, answer) !=
	    JOURNAL_OK)
		log_warn("socket=admin the ledger cannot be read: %s",
		    s->journal->op->error(s->journal));
	memset(&end, 0, sizeof(end));
	end.at = answer->is_more;
	ask_put_entry(&answer->body, &end);
	send_one(answer, 1);
	return 0;
}

int
service_ledger_ask(const struct service *s, struct peer *peer,
    const struct frame *frame)
{
	struct answer answer = { .peer = peer, .frame = frame };
	int rc = 1;

	buf_init(&answer.body, BODY_MAX);
	if (frame->verb == ASK_TOPUP)
		rc = on_topup(s, &answer);
	else if (frame->verb == ASK_ACCOUNTS)
		rc = on_accounts(s, &answer);
	else if (frame->verb == ASK_ENTRIES)
		rc = on_entries(s, &answer);
	buf_free(&answer.body);
	return rc;
}
