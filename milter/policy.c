/*
 * May this sender offer, and what?
 */

#include <stdio.h>
#include <string.h>

#include "lib/idn.h"
#include "lib/scan.h"
#include "lib/unit.h"
#include "lib/zone.h"

#include "milter/mailbox.h"
#include "milter/mint.h"
#include "milter/offer.h"
#include "milter/settings.h"
#include "milter/table.h"
#include "milter/word.h"

#include "milter/policy.h"

/* Nearly every field is none of those that matter: by its length alone. */
#define IS(name, n, word) ((n) == sizeof(word) - 1 && scan_is(name, n, word))

struct question {
	const struct settings		*set;
	struct table			*table;
	const struct policy_mail	*mail;
	char				 address[MAILBOX_MAX + 1];
	char				 ascii[MAILBOX_MAX + 1]; /* the DNS's */
	struct offer			 offer;
	struct entry			 entry;
};

static int
begins(const char *name, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && scan_same(name, n, with, n);
}

/* A value that is this word, whatever stands around it. */
static int
is_word(const char *value, const char *word)
{
	size_t n;

	while (*value != '\0' && strchr(" \t\r\n", *value) != NULL)
		value++;
	n = strcspn(value, " \t\r\n;(");
	return scan_is(value, n, word);
}

void
policy_note(struct policy_mail *p, const char *name, size_t n,
    const char *value)
{
	if (begins(name, n, "Resent-"))
		p->is_resent = 1;
	else if (IS(name, n, "Auto-Submitted"))
		p->is_auto |= !is_word(value, "no");
	else if (IS(name, n, "List-Id") || IS(name, n, "List-Post"))
		p->is_list = 1;
	else if (IS(name, n, "Precedence"))
		p->is_list |= is_word(value, "list") || is_word(value, "bulk");
	else if (IS(name, n, "DKIM-Signature") || begins(name, n, "ARC-"))
		p->is_dkim = 1;
}

static void
pass(struct policy_answer *a, enum reason r)
{
	a->verdict = POLICY_PASS;
	a->reason = r;
}

static void
refuse(struct policy_answer *a, enum reason r, const char *text)
{
	a->verdict = POLICY_REFUSE;
	a->reason = r;
	snprintf(a->text, sizeof(a->text), "%s", text);
}

/* What the author asked for is refused; what the table says is left undone. */
static void
deny(struct policy_answer *a, enum reason r)
{
	if (a->is_explicit)
		refuse(a, r, reason_text(r));
	else
		pass(a, r);
}

/* Mail on which the header, if any, is not its submitter's own wish. */
static enum reason
foreign(const struct question *q)
{
	const struct policy_mail *m = q->mail;

	if (m->login == NULL && !m->is_trusted)
		return REASON_UNAUTHENTICATED;
	if (m->sender[0] == '\0')
		return REASON_NULL_SENDER;
	if (m->is_resent)
		return REASON_RESENT;
	if (m->is_auto)
		return REASON_AUTO;
	if (m->is_list && !q->set->offers_lists)
		return REASON_LIST;
	return REASON_NONE;
}

/* A login is written with or without its domain, and never with a +tag. */
static int
is_login_of(const char *login, const char *address, const char *delimiters)
{
	size_t n = strlen(login), len = strlen(address);
	size_t local = strcspn(address, "@"), bare = local, i;

	for (i = 1; i < local; i++) {
		if (strchr(delimiters, address[i]) != NULL) {
			bare = i;
			break;
		}
	}
	if (scan_same(login, n, address, len) ||
	    scan_same(login, n, address, local) ||
	    scan_same(login, n, address, bare))
		return 1;
	return n == len - local + bare && scan_same(login, bare, address, bare)
	    && scan_same(login + bare, n - bare, address + local, len - local);
}

/*
 * Behind a service that holds senders to their logins, the sender stands for
 * one.  Without its domain it says nothing.
 */
static int
is_senders(const struct question *q)
{
	const char *sender = q->mail->sender;

	return strchr(sender, '@') != NULL &&
	    (is_login_of(sender, q->address, q->set->recipient_delimiter) ||
	    is_login_of(sender, q->ascii, q->set->recipient_delimiter));
}

static int
may_log_in(const struct question *q)
{
	const struct entry *e = &q->entry;
	const char *login = q->mail->login;
	size_t i;

	if (login == NULL)		/* trusted by its network */
		return !q->set->sender_is_login || is_senders(q);
	if (e->n_login == 0)
		return is_login_of(login, q->address,
		    q->set->recipient_delimiter) || is_login_of(login,
		    q->ascii, q->set->recipient_delimiter);
	for (i = 0; i < e->n_login; i++)
		if (scan_is(login, strlen(login), e->login[i]))
			return 1;
	return 0;
}

/* The bridge would refuse it: better told now than to who opens the link. */
static int
is_beyond(struct policy_answer *a, const struct question *q)
{
	char why[64], most[UNIT_SIZE];

	if (q->offer.uses > q->set->max_uses) {
		snprintf(why, sizeof(why), "the parameter uses is at most "
		    "%d here", (int)q->set->max_uses);
		refuse(a, REASON_HEADER, why);
		return 1;
	}
	if (q->offer.expires_s > q->set->max_lifetime) {
		unit_duration(q->set->max_lifetime, most);
		snprintf(why, sizeof(why), "the parameter expires is at most "
		    "%s here", most);
		refuse(a, REASON_HEADER, why);
		return 1;
	}
	return 0;
}

/* The header, where there is one.  0: go on. */
static int
read_offer(struct policy_answer *a, struct question *q)
{
	const struct policy_mail *m = q->mail;
	char why[200];

	if (m->n_offers > 1) {
		refuse(a, REASON_HEADER, "the header is there twice");
		return -1;
	}
	if (offer_parse(&q->offer, m->offer, strlen(m->offer), why,
	    sizeof(why)) != 0) {
		refuse(a, REASON_HEADER, why);
		return -1;
	}
	if (q->offer.wish == OFFER_NO) {
		pass(a, REASON_DECLINED);
		return -1;
	}
	/* An offer with hours of no zone would never be open. */
	if (q->offer.window.days != 0 && zone_has_any() &&
	    !zone_is_known(q->offer.window.zone)) {
		refuse(a, REASON_HEADER, "the hours are of no zone that there "
		    "is; write it as Europe/Berlin");
		return -1;
	}
	return is_beyond(a, q) ? -1 : 0;
}

/* The one address of the message, in both its forms.  0, or -1. */
static int
read_address(struct question *q)
{
	const char *domain;
	size_t n;

	if (q->mail->n_from != 1 || mailbox_parse(q->address, q->mail->from,
	    strlen(q->mail->from)) != 0)
		return -1;
	domain = strrchr(q->address, '@') + 1;
	n = (size_t)(domain - q->address);
	memcpy(q->ascii, q->address, n);
	return idn_ascii(q->ascii + n, sizeof(q->ascii) - n, domain,
	    strlen(domain));
}

/* The offeror's entry.  0: go on. */
static int
read_entry(struct policy_answer *a, struct question *q)
{
	struct table_query query = { q->ascii, NULL,
	    q->set->recipient_delimiter };

	if (read_address(q) != 0) {
		deny(a, REASON_FROM);
		return -1;
	}
	if (strcmp(q->ascii, q->address) != 0)
		query.as_written = q->address;
	switch (table_find(q->table, &query, &q->entry, a->text,
	    sizeof(a->text))) {
	case TABLE_FOUND:
		return 0;
	case TABLE_NONE:
		deny(a, a->is_explicit ? REASON_NOT_OFFEROR :
		    REASON_NOT_ASKED);
		return -1;
	case TABLE_BROKEN:
		a->verdict = POLICY_FAIL;
		a->reason = REASON_ERROR;
		return -1;
	}
	return -1;
}

/* Does the entry give an offer to mail without a header? */
static int
is_asked(const struct question *q)
{
	const char *subject = q->mail->subject;

	switch (q->entry.mode) {
	case ENTRY_HEADER:
		return 0;
	case ENTRY_ALWAYS:
		return 1;
	case ENTRY_SUBJECT:
		return word_holds(subject, strlen(subject),
		    q->entry.subject_tag);
	}
	return 0;
}

/* Whether all conditions are met that do not depend on the body. */
static enum reason
check(const struct policy_answer *a, const struct question *q)
{
	const struct offer *o = &q->offer;

	if (!a->is_explicit && !is_asked(q))
		return REASON_NOT_ASKED;
	if (!may_log_in(q))
		return REASON_LOGIN;
	if (o->wish == OFFER_DESTINATION &&
	    !entry_allows(&q->entry, &o->destination))
		return REASON_DESTINATION;
	if (q->mail->n_recipients > (size_t)q->set->max_recipients)
		return REASON_RECIPIENTS;
	return REASON_NONE;
}

/* The name on the page: the table's, never the message's; or the address. */
static void
set_name(struct policy_answer *a, const struct question *q)
{
	const char *name = q->entry.name[0] != '\0' ? q->entry.name :
	    q->address;
	size_t n = strlen(name);

	if (n > TOKEN_NAME_MAX)
		n = TOKEN_NAME_MAX;
	while (n > 0 && !scan_is_printable_utf8(name, n))
		n--;		/* cut through a character */
	memcpy(a->name, name, n);
	a->name[n] = '\0';
}

static void
set_recipient(struct terms *t, const struct policy_mail *m)
{
	size_t n = strlen(m->recipient);

	if (m->n_recipients == 1 && n <= TERMS_ADDRESS_MAX &&
	    scan_is_printable_utf8(m->recipient, n))
		memcpy(t->recipient, m->recipient, n + 1);
}

/* How long it stands and how often: of the table what the bridge grants. */
static void
set_bounds(struct policy_answer *a, const struct question *q)
{
	const struct offer *o = &q->offer;
	const struct entry *e = &q->entry;
	const struct settings *set = q->set;
	size_t uses = e->uses != 0 ? e->uses : q->mail->n_recipients;

	if (uses > (size_t)set->max_uses)
		uses = (size_t)set->max_uses;
	if (uses == 0)
		uses = 1;
	a->uses = o->uses != 0 ? o->uses : (uint8_t)uses;
	a->expires_s = o->expires_s != 0 ? o->expires_s :
	    e->expires_s < set->max_lifetime ? e->expires_s :
	    (uint32_t)set->max_lifetime;
}

static void
set_offer(struct policy_answer *a, const struct question *q)
{
	const struct offer *o = &q->offer;
	const struct entry *e = &q->entry;
	const struct policy_mail *m = q->mail;
	struct terms *t = &a->terms;

	t->destination = o->wish == OFFER_DESTINATION ? o->destination : e->to;
	t->offeree = o->offeree;
	memcpy(t->offeror, q->ascii, strlen(q->ascii) + 1);
	memcpy(t->account, e->account, sizeof(t->account));
	terms_tag(t->tag, q->ascii, m->message_id);
	set_recipient(t, m);
	t->window = o->window.days != 0 ? o->window : e->window;
	t->max_s = o->max_s != 0 ? o->max_s : e->max_s;
	memcpy(t->reference, o->reference, sizeof(t->reference));
	memcpy(t->lang, o->lang[0] != '\0' ? o->lang : e->lang,
	    sizeof(t->lang));
	memcpy(a->lang, t->lang, sizeof(a->lang));
	memcpy(a->template, e->template, sizeof(a->template));
	if (e->mode == ENTRY_SUBJECT)
		memcpy(a->tag, e->subject_tag, sizeof(a->tag));
	set_bounds(a, q);
	set_name(a, q);
}

void
policy_decide(struct policy_answer *a, const struct settings *set,
    struct table *table, const struct policy_mail *mail)
{
	struct question q = { .set = set, .table = table, .mail = mail };
	enum reason r;

	memset(a, 0, sizeof(*a));
	a->is_explicit = mail->n_offers > 0;
	r = foreign(&q);
	if (!a->is_explicit && (r != REASON_NONE ||
	    !table_offers_unasked(table)))
		r = REASON_NOT_ASKED;	/* nearly all mail leaves here */
	if (r != REASON_NONE) {
		pass(a, r);
		return;
	}
	if (a->is_explicit && read_offer(a, &q) != 0)
		return;
	if (!a->is_explicit)
		q.offer.wish = OFFER_REGISTERED;
	if (read_entry(a, &q) != 0)
		return;
	r = check(a, &q);
	if (r != REASON_NONE) {
		deny(a, r);
		return;
	}
	a->verdict = POLICY_OFFER;
	set_offer(a, &q);
	if (mail->is_dkim && !set->offers_dkim)
		policy_unfit(a, set, REASON_DKIM);
}

void
policy_unfit(struct policy_answer *a, const struct settings *set,
    enum reason r)
{
	if (!reason_is_refusal(r)) {
		a->verdict = POLICY_FAIL;
		a->reason = r;
	} else if (a->is_explicit && set->refuses_unfit) {
		refuse(a, r, reason_text(r));
	} else {
		pass(a, r);
	}
}

void
policy_offer(const struct policy_answer *a, int64_t now_ms,
    struct mint_offer *o)
{
	o->now_ms = now_ms;
	o->not_after = now_ms / 1000 + a->expires_s;
	o->uses = a->uses;
	o->name = a->name;
	o->terms = &a->terms;
}
