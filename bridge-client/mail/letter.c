#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/money.h"
#include "lib/tariff.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/mail/letter_words.h"
#include "bridge-client/mail/mail.h"

#include "bridge-client/mail/letter.h"

#define RECEIPT	".receipt"	/* a call may have this beside another mail */

static void
put_head(struct buf *b, const struct letter *l, const struct letter_words *w)
{
	char id[TOKEN_UUID_SIZE + sizeof(RECEIPT)];
	const struct mail_head head = { .from = l->from,
		.to = l->call->acc.offeror, .subject = w->subject[l->kind],
		.id = id, .lang = w->lang, .now = l->now };

	token_uuid_text(l->call->acc.id, id);
	if (l->kind == LETTER_RECEIPT)
		memcpy(id + strlen(id), RECEIPT, sizeof(RECEIPT));
	mail_begin(b, &head);
}

/*
 * The seconds that were paid for.  The record knows those of the wall clock,
 * which may be off by the one that was begun.
 */
static int64_t
paid_s(const struct call *c)
{
	int64_t s = call_talk_s(c, c->ended_at), i;

	for (i = s; i <= s + 1; i++)
		if (call_cost(&c->acc.fare, i) == c->cost)
			return i;
	return s > c->acc.max_s ? c->acc.max_s : s;
}

/* "0.02 EUR + 0.15 EUR (60/60)": to be connected, a minute, the rounding. */
static void
put_rate(struct buf *b, const struct tariff_rate *r, const char *currency)
{
	char text[MONEY_SAID_SIZE];

	if (r->setup > 0) {
		money_say(r->setup, currency, text);
		buf_printf(b, "%s + ", text);
	}
	money_say(r->minute, currency, text);
	buf_printf(b, "%s (%u/%u)", text, r->first_s, r->step_s);
}

/* What it was charged for, so that one can count it oneself. */
static void
put_charge(struct buf *b, const struct letter *l, const struct letter_words *w)
{
	const struct call_fare *f = &l->call->acc.fare;
	int64_t s = paid_s(l->call);
	char amount[MONEY_SAID_SIZE], time[48];
	struct buf rates;

	snprintf(time, sizeof(time), "%lld:%02d:%02d", (long long)(s / 3600),
	    (int)(s / 60 % 60), (int)(s % 60));
	mail_said(b, w->is_rtl, w->talked, time);
	buf_init(&rates, 256);
	put_rate(&rates, &f->rate[0], f->currency);
	buf_str(&rates, "; ");
	put_rate(&rates, &f->rate[1], f->currency);
	mail_said(b, w->is_rtl, w->rates, buf_cstr(&rates));
	buf_free(&rates);
	money_say(l->call->cost, f->currency, amount);
	mail_said(b, w->is_rtl, w->amount, amount);
	money_say(l->balance, f->currency, amount);
	mail_said(b, w->is_rtl, w->balance, l->has_balance ? amount : "");
}

static void
put_text(struct buf *b, const struct letter *l, const struct letter_words *w)
{
	const struct acceptance *acc = &l->call->acc;
	time_t t = (time_t)l->call->accepted_at;
	char when[64], number[TEL_REDACTED_SIZE];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
	call_redact(l->call, 0, number);
	mail_line(b, w->text[l->kind]);
	if (l->is_used_up && l->kind != LETTER_USED_UP)
		mail_line(b, w->also_used_up);
	mail_line(b, "");
	mail_said(b, w->is_rtl, w->when, when);
	if (l->kind == LETTER_RECEIPT)
		put_charge(b, l, w);
	else
		mail_said(b, w->is_rtl, w->caller, number);
	mail_said(b, w->is_rtl, w->mail_to, acc->recipient);
	mail_said(b, w->is_rtl, w->reference, acc->reference);
	mail_line(b, "");
	mail_line(b, w->foot);
}

int
letter_put(struct buf *b, const struct letter *l)
{
	const struct letter_words *w = letter_words_in(l->call->acc.b_lang);

	if (!mail_is_address(l->call->acc.offeror) || !mail_is_address(l->from))
		return -1;
	put_head(b, l, w);
	put_text(b, l, w);
	return buf_ok(b) ? 0 : -1;
}
