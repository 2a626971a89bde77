#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/world.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_payer.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/mail/letter.h"
#include "bridge-client/mail/mail.h"
#include "bridge-client/net/request.h"
#include "bridge-client/payer/means.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/service/service.h"

#include "bridge-client/payer/means_desk.h"

#define DAY		86400
#define LINK_S		(7 * DAY)	/* a link is good for so long */
#define LATE_S		DAY	/* and for who is on the page already */
#define MAIL_S		DAY	/* he hears of his bank once in it */
#define NOTICE_S	DAY	/* the mail is tried so long */
#define URL_SIZE	512

struct means_desk {
	struct means_desk_conf	 conf;
	struct errand		*errands;
};

/* Who is told what came of it. */
struct asker {
	means_desk_fn		*fn;
	void			*ctx;
};

/* A payer asked about a page. */
struct errand {
	struct errand		*prev, *next;
	struct means_desk	*desk;
	struct means		 link;
	size_t			 payer;		/* index in the world's */
	int			 is_wanted;
	char			 back[URL_SIZE];
	char			 customer[MEANS_CUSTOMER_MAX + 1];
	struct payer_page_intent intent;	/* points into all that */
	struct asker		 asker;
};

static void
log_link(const struct means *m, const char *what, const char *why)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(m->id, id);
	log_info("link=%s account=%s payer=%s %s%s%s%s", id, m->account,
	    m->payer, what, why[0] != '\0' ? " why=\"" : "", why,
	    why[0] != '\0' ? "\"" : "");
}

/* The payer of this name; n_payers where there is none. */
static size_t
find_payer(const struct world *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->n_payers; i++)
		if (strcmp(w->payer[i].conf->name, name) == 0)
			break;
	return i;
}

static const struct contract_account *
account_of(const struct means_desk *d, const char *name)
{
	return contract_account(d->conf.service->contract, name);
}

static enum journal_result
get(const struct means_desk *d, struct means *m)
{
	struct journal *j = d->conf.service->journal;

	return j->op->means_get(j, m);
}

/* All of them, and a notice (or NULL), in one durable transaction.  0, or -1
 * and nothing was written. */
static int
put(const struct means_desk *d, const struct means *const *rows,
    const struct journal_notice *notice)
{
	struct journal *j = d->conf.service->journal;
	enum journal_result r = j->op->begin(j);

	if (r != JOURNAL_OK)
		return -1;
	for (; *rows != NULL && r == JOURNAL_OK; rows++)
		r = j->op->means_put(j, *rows);
	if (r == JOURNAL_OK && notice != NULL)
		r = j->op->notice_set(j, notice, notice);
	if (r != JOURNAL_OK) {
		j->op->abort(j);
		return -1;
	}
	return j->op->commit(j, clock_wall()) == JOURNAL_OK ? 0 : -1;
}

static int
put_link(const struct means_desk *d, const struct means *m)
{
	const struct means *rows[] = { m, NULL };

	return put(d, rows, NULL);
}

/* What the account is known by; zeros where nothing was left. */
static void
get_bound(const struct means_desk *d, const char *account, struct means *m)
{
	memset(m, 0, sizeof(*m));
	m->kind = MEANS_BOUND;
	snprintf(m->account, sizeof(m->account), "%s", account);
	if (get(d, m) != JOURNAL_OK || m->customer[0] == '\0') {
		memset(m, 0, sizeof(*m));
		m->kind = MEANS_BOUND;
	}
}

/* Invitations. */

static void
make_link(const struct contract_account *a, const char *address,
    const char *lang, struct means *m)
{
	memset(m, 0, sizeof(*m));
	m->kind = MEANS_LINK;
	m->at = clock_wall();
	m->until = m->at + LINK_S;
	token_uuid_new(m->id, m->at * 1000);
	snprintf(m->account, sizeof(m->account), "%s", a->name);
	snprintf(m->payer, sizeof(m->payer), "%s", a->payer);
	snprintf(m->address, sizeof(m->address), "%s", address);
	snprintf(m->lang, sizeof(m->lang), "%s", lang);
}

/* As the link and, where somebody sends mails, the one with it. */
static int
keep_link(struct means_desk *d, const struct means *const *rows,
    enum letter_kind kind)
{
	struct journal_notice n = { .kind = (uint8_t)kind,
		.at = rows[0]->at, .until = rows[0]->at + NOTICE_S };

	memcpy(n.call, rows[0]->id, sizeof(n.call));
	if (put(d, rows, kind != 0 ? &n : NULL) != 0)
		return -1;
	if (kind != 0)
		d->conf.wake(d->conf.wake_ctx);
	return 0;
}

static enum ask_invite_outcome
may_invite(const struct means_desk *d, const struct ask_invite *ask)
{
	const struct contract_account *a = account_of(d, ask->account);
	const struct world *w = d->conf.world;
	size_t i;

	if (a == NULL)
		return ASK_INVITE_NO_ACCOUNT;
	i = find_payer(w, a->payer);
	if (i == w->n_payers || w->payer[i].kind->page == NULL)
		return ASK_INVITE_NO_PAGE;
	if (!mail_is_address(ask->address))
		return ASK_INVITE_ADDRESS;
	return d->conf.wake == NULL && !ask->is_shown ? ASK_INVITE_NO_MAIL :
	    ASK_INVITE_DONE;
}

static void
put_url(const struct means_desk *d, const struct means *m, char *dst,
    size_t size)
{
	const struct service *s = d->conf.service;
	char secret[ASK_SECRET_MAX + 1];

	nonce_link(secret, s->mac, m->id);
	snprintf(dst, size, "%s/p/%s", s->contract->public_url, secret);
}

void
means_desk_invite(struct means_desk *d, const struct ask_invite *ask,
    struct ask_invited *out)
{
	const struct means *rows[] = { NULL, NULL };
	struct means m;

	memset(out, 0, sizeof(*out));
	out->outcome = (uint8_t)may_invite(d, ask);
	if (out->outcome != ASK_INVITE_DONE)
		return;
	make_link(account_of(d, ask->account), ask->address, ask->lang, &m);
	rows[0] = &m;
	if (keep_link(d, rows, ask->is_shown ? 0 : LETTER_LINK) != 0) {
		out->outcome = ASK_INVITE_STORE_FULL;
		return;
	}
	out->until = m.until;
	if (ask->is_shown)
		put_url(d, &m, out->link, sizeof(out->link));
	log_link(&m, "invited", "");
}

void
means_desk_bound(struct means_desk *d, const struct ask_bound *ask,
    struct ask_binding *out)
{
	struct means m, none;

	memset(out, 0, sizeof(*out));
	if (account_of(d, ask->account) == NULL) {
		out->outcome = ASK_INVITE_NO_ACCOUNT;
		return;
	}
	get_bound(d, ask->account, &m);
	if (ask->is_forget && m.customer[0] != '\0') {
		none = m;
		none.customer[0] = '\0';
		if (put_link(d, &none) != 0) {
			out->outcome = ASK_INVITE_STORE_FULL;
		} else {
			log_link(&m, "forgotten", "");
			m = none;
		}
	}
	out->is_bound = m.customer[0] != '\0';
	out->at = m.at;
	snprintf(out->payer, sizeof(out->payer), "%s", m.payer);
	snprintf(out->address, sizeof(out->address), "%s", m.address);
}

/* Was his bank's wish mailed lately? */
static int
was_asked(const struct means_desk *d, const char *account, int64_t now)
{
	struct means m = { .kind = MEANS_ASKED };

	snprintf(m.account, sizeof(m.account), "%s", account);
	return get(d, &m) == JOURNAL_OK && m.at + MAIL_S > now &&
	    m.at <= now;
}

void
means_desk_turn(void *means_desk, const unsigned char call[16])
{
	struct means_desk *d = means_desk;
	struct journal *j = d->conf.service->journal;
	const struct contract_account *a;
	struct means bound, link, asked;
	const struct means *rows[] = { &link, &asked, NULL };
	struct call c;

	if (d->conf.wake == NULL || j->op->get(j, call, &c) != JOURNAL_OK)
		return;
	a = account_of(d, c.acc.account);
	if (a == NULL || was_asked(d, a->name, clock_wall()))
		return;
	/* who has left the card holds it */
	get_bound(d, a->name, &bound);
	make_link(a, bound.address[0] != '\0' ? bound.address : c.acc.offeror,
	    bound.address[0] != '\0' ? bound.lang : c.acc.b_lang, &link);
	if (!mail_is_address(link.address))
		return;
	asked = link;
	asked.kind = MEANS_ASKED;
	if (keep_link(d, rows, LETTER_LINK_BANK) == 0)
		log_link(&link, "invited", "his bank wants to hear from him");
}

/* Pages. */

static void
errand_free(struct errand *e)
{
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		e->desk->errands = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	free(e);
}

static void
fill_way(const struct means_desk *d, const struct means *m,
    enum ask_way_state state, struct ask_way *out)
{
	const struct conf_sections *s =
	    &d->conf.service->contract->payer_sections;
	const struct contract_payer *p;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->state = (uint8_t)state;
	out->until = m->until;
	memcpy(out->lang, m->lang, sizeof(out->lang));
	for (i = 0; i < s->n; i++) {
		p = s->section[i].data;
		if (strcmp(p->name, m->payer) == 0)
			payer_title(p->kind, p->url, out->payer);
	}
}

/* Frees the errand. */
static void
answer(struct errand *e, enum ask_way_state state, const char *url)
{
	struct ask_way out;

	fill_way(e->desk, &e->link, state, &out);
	snprintf(out.url, sizeof(out.url), "%s", url);
	e->asker.fn(e->asker.ctx, &out);
	errand_free(e);
}

/* What is told of a link that was not read. */
static enum ask_way_state
unread(enum journal_result r)
{
	return r == JOURNAL_BROKEN ? ASK_WAY_LATER : ASK_WAY_NONE;
}

/*
 * What the errand has learnt of its link, unless another one has used it up
 * meanwhile.  ASK_WAY_OPEN: it is durable; else what he is to be told.
 */
static enum ask_way_state
keep(struct errand *e)
{
	struct means now = e->link;
	enum journal_result r = get(e->desk, &now);

	if (r != JOURNAL_OK)
		return unread(r);
	if (now.is_used)
		return ASK_WAY_USED;
	return put_link(e->desk, &e->link) == 0 ? ASK_WAY_OPEN : ASK_WAY_LATER;
}

/* Uses the link up; what another errand has bound meanwhile is bound. */
static void
bind(struct errand *e, const struct payer_page *page)
{
	struct means link = e->link, bound;
	const struct means *rows[] = { &link, &bound, NULL };
	enum journal_result r = get(e->desk, &link);

	if (r != JOURNAL_OK) {
		answer(e, unread(r), "");
		return;
	}
	if (!link.is_used) {
		link.is_used = 1;
		bound = link;
		bound.kind = MEANS_BOUND;
		bound.at = clock_wall();
		bound.until = 0;
		snprintf(bound.customer, sizeof(bound.customer), "%s",
		    page->customer);
		if (put(e->desk, rows, NULL) != 0) {
			answer(e, ASK_WAY_LATER, "");
			return;
		}
		log_link(&bound, "bound", "");
	}
	answer(e, ASK_WAY_USED, "");
}

static int send_errand(struct errand *);

/* The page is over: another one, where it is wanted. */
static void
again(struct errand *e)
{
	enum ask_way_state state = ASK_WAY_NONE;

	e->link.ref[0] = '\0';
	e->link.round++;
	if (!e->is_wanted) {
		answer(e, ASK_WAY_OPEN, "");
		return;
	}
	if (e->link.round <= MEANS_ROUNDS_MAX)
		state = keep(e);
	if (state == ASK_WAY_OPEN && send_errand(e) == 0)
		return;
	answer(e, state == ASK_WAY_OPEN ? ASK_WAY_LATER : state, "");
}

/* He may go there once it is on record which page it is. */
static void
lead_there(struct errand *e, const struct payer_page *page)
{
	enum ask_way_state state = ASK_WAY_OPEN;

	if (strcmp(e->link.ref, page->ref) != 0) {
		snprintf(e->link.ref, sizeof(e->link.ref), "%s", page->ref);
		state = keep(e);
	}
	answer(e, state, state == ASK_WAY_OPEN && e->is_wanted ? page->url :
	    "");
}

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct errand *e = ctx;
	const struct world *w = e->desk->conf.world;
	struct payer_page page;

	memset(&page, 0, sizeof(page));
	w->payer[e->payer].kind->page_reply(&e->intent, status, is_sent, body,
	    len, &page);
	if (page.outcome != PAYER_DONE) {
		log_link(&e->link, "page=failed", page.detail[0] != '\0' ?
		    page.detail : why);
		answer(e, ASK_WAY_LATER, "");
	} else if (page.state == PAYER_PAGE_LEFT) {
		bind(e, &page);
	} else if (page.state == PAYER_PAGE_OVER) {
		again(e);
	} else {
		lead_there(e, &page);
	}
}

static int
send_errand(struct errand *e)
{
	const struct world *w = e->desk->conf.world;
	struct request r;
	int rc;

	e->intent.round = e->link.round;
	e->intent.wall = clock_wall();
	request_init(&r);
	rc = w->payer[e->payer].kind->page(w->payer[e->payer].conf, &e->intent,
	    &r);
	if (rc == 0)
		rc = w->pay(w->pay_ctx, e->payer, &r, on_done, e);
	request_free(&r);
	return rc;
}

/* Whom the payer knows already, so that he stays the same. */
static void
put_known(struct errand *e, const struct contract_account *a)
{
	struct means bound;

	get_bound(e->desk, a->name, &bound);
	snprintf(e->customer, sizeof(e->customer), "%s",
	    bound.customer[0] != '\0' && strcmp(bound.payer, a->payer) == 0 ?
	    bound.customer : a->customer);
}

static void
ask_payer(struct means_desk *d, const struct means *m, int is_wanted,
    const struct asker *asker)
{
	const struct contract_account *a = account_of(d, m->account);
	struct errand *e = calloc(1, sizeof(*e));
	struct ask_way out;

	if (e == NULL) {
		fill_way(d, m, ASK_WAY_LATER, &out);
		asker->fn(asker->ctx, &out);
		return;
	}
	e->desk = d;
	e->link = *m;
	e->is_wanted = is_wanted;
	e->asker = *asker;
	e->payer = find_payer(d->conf.world, m->payer);
	e->next = d->errands;
	if (e->next != NULL)
		e->next->prev = e;
	d->errands = e;
	put_url(d, m, e->back, sizeof(e->back));
	put_known(e, a);
	memcpy(e->intent.id, m->id, sizeof(e->intent.id));
	e->intent.ref = e->link.ref;
	e->intent.account = e->link.account;
	e->intent.customer = e->customer;
	e->intent.address = e->link.address;
	e->intent.back = e->back;
	if (send_errand(e) != 0)
		answer(e, ASK_WAY_LATER, "");
}

/* Does the account still pay by the one with whom they are to be left? */
static int
is_current(const struct means_desk *d, const struct means *m)
{
	const struct contract_account *a = account_of(d, m->account);

	return a != NULL && strcmp(a->payer, m->payer) == 0 &&
	    find_payer(d->conf.world, m->payer) < d->conf.world->n_payers;
}

static enum ask_way_state
state_of(const struct means_desk *d, const struct means *m)
{
	int64_t late_s = m->ref[0] != '\0' ? LATE_S : 0;

	if (m->is_used)
		return ASK_WAY_USED;
	return is_current(d, m) && clock_wall() <= m->until + late_s ?
	    ASK_WAY_OPEN : ASK_WAY_NONE;
}

void
means_desk_show(struct means_desk *d, const struct ask_means *ask,
    means_desk_fn *fn, void *ctx)
{
	const struct asker asker = { fn, ctx };
	struct means m = { .kind = MEANS_LINK };
	enum journal_result r = JOURNAL_NOT_FOUND;
	enum ask_way_state state;
	struct ask_way out;

	if (nonce_link_check(m.id, ask->secret, d->conf.service->mac) == 0)
		r = get(d, &m);
	state = r == JOURNAL_OK ? state_of(d, &m) : unread(r);
	if (state == ASK_WAY_OPEN && (ask->is_wanted || m.ref[0] != '\0')) {
		ask_payer(d, &m, ask->is_wanted, &asker);
		return;
	}
	fill_way(d, &m, state, &out);
	fn(ctx, &out);
}

void
means_desk_news(struct means_desk *d, const unsigned char id[16],
    means_desk_fn *fn, void *ctx)
{
	const struct asker asker = { fn, ctx };
	struct means m = { .kind = MEANS_LINK };
	enum journal_result r;
	struct ask_way out;

	memcpy(m.id, id, sizeof(m.id));
	r = get(d, &m);
	if (r == JOURNAL_OK && !m.is_used && m.ref[0] != '\0' &&
	    is_current(d, &m)) {
		ask_payer(d, &m, 0, &asker);
		return;
	}
	fill_way(d, &m, m.is_used ? ASK_WAY_USED : unread(r), &out);
	fn(ctx, &out);
}

struct means_desk *
means_desk_new(const struct means_desk_conf *conf)
{
	struct means_desk *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->conf = *conf;
	return d;
}

void
means_desk_free(struct means_desk *d)
{
	if (d == NULL)
		return;
	while (d->errands != NULL)
		answer(d->errands, ASK_WAY_LATER, "");
	free(d);
}
