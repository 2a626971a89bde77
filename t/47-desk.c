/*
 * Links by which means of payment are left, while several ask about one at
 * once, and while the journal cannot be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/secret.h"

#include "bridge-client/call/world.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/net/request.h"
#include "bridge-client/payer/means.h"
#include "bridge-client/payer/means_desk.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/service/service.h"

#include "t/tap.h"

#define WALL	INT64_C(1790000000)

/* A journal of one link and of what is bound. */
static struct means link_row, bound_row;
static int is_broken, n_bound;

static enum journal_result
means_get(struct journal *j, struct means *m)
{
	(void)j;
	if (is_broken)
		return JOURNAL_BROKEN;
	if (m->kind == MEANS_LINK && memcmp(m->id, link_row.id, 16) == 0)
		*m = link_row;
	else if (m->kind == MEANS_BOUND && n_bound > 0)
		*m = bound_row;
	else
		return JOURNAL_NOT_FOUND;
	return JOURNAL_OK;
}

static enum journal_result
means_put(struct journal *j, const struct means *m)
{
	(void)j;
	if (m->kind == MEANS_LINK)
		link_row = *m;
	else
		bound_row = *m;
	n_bound += m->kind == MEANS_BOUND;
	return JOURNAL_OK;
}

static enum journal_result
begin(struct journal *j)
{
	(void)j;
	return is_broken ? JOURNAL_BROKEN : JOURNAL_OK;
}

static enum journal_result
commit(struct journal *j, int64_t wall)
{
	(void)j, (void)wall;
	return JOURNAL_OK;
}

static const struct journal_ops ops = { .means_get = means_get,
    .means_put = means_put, .begin = begin, .commit = commit };
static struct journal journal = { &ops };

/* A payer whose answer is the page's state and its name: "open cs_1". */
static int
page(const struct payer_conf *c, const struct payer_page_intent *in,
    struct request *r)
{
	(void)c, (void)in;
	request_init(r);
	return 0;
}

static void
page_reply(const struct payer_page_intent *in, int status, int is_sent,
    const char *body, size_t len, struct payer_page *out)
{
	(void)in, (void)is_sent, (void)len;
	out->outcome = status == 200 ? PAYER_DONE : PAYER_UNKNOWN;
	out->state = strncmp(body, "open ", 5) == 0 ? PAYER_PAGE_OPEN :
	    strncmp(body, "left ", 5) == 0 ? PAYER_PAGE_LEFT :
	    PAYER_PAGE_OVER;
	snprintf(out->ref, sizeof(out->ref), "%s", body + 5);
	snprintf(out->url, sizeof(out->url), "https://pay.example/%s",
	    out->ref);
	snprintf(out->customer, sizeof(out->customer), "his");
}

static const struct payer kind = { .name = "cards", .page = page,
    .page_reply = page_reply };
static const struct payer_conf conf = { .name = "cards" };
static const struct world_payer payer = { &kind, &conf };
static struct { world_done_fn *fn; void *ctx; } asked[8];
static size_t n_asked;

static int
pay(void *ctx, size_t i, const struct request *r, world_done_fn *fn,
    void *done_ctx)
{
	(void)ctx, (void)i, (void)r;
	asked[n_asked].fn = fn;
	asked[n_asked++].ctx = done_ctx;
	return 0;
}

static void
answer(size_t i, const char *body)
{
	asked[i].fn(asked[i].ctx, 200, 1, body, strlen(body), "");
}

/* Who asks. */
static struct ask_way told[8];
static size_t n_told;

static void
on_way(void *ctx, const struct ask_way *way)
{
	(void)ctx;
	told[n_told++] = *way;
}

static char name[] = "acme", cards[] = "cards", nothing[] = "";
static struct contract_account account = { .name = name, .payer = cards,
    .customer = nothing };
static struct conf_section section = { .title = name, .data = &account };
static struct contract contract = { .public_url = nothing,
    .account_sections = { 1, &section } };
static struct world world = { .n_payers = 1, .payer = &payer, .pay = pay };
static struct service service = { .journal = &journal,
    .contract = &contract };
static struct means_desk *desk;
static struct ask_means open_it = { .is_wanted = 1 };

static void
start(const char *ref)
{
	const struct means_desk_conf c = { .service = &service,
	    .world = &world };

	memset(&link_row, 0, sizeof(link_row));
	link_row.kind = MEANS_LINK;
	memset(link_row.id, 7, sizeof(link_row.id));
	snprintf(link_row.account, sizeof(link_row.account), "%s", name);
	snprintf(link_row.payer, sizeof(link_row.payer), "%s", cards);
	snprintf(link_row.ref, sizeof(link_row.ref), "%s", ref);
	link_row.until = WALL + 60;
	n_bound = is_broken = 0;
	n_asked = n_told = 0;
	nonce_link(open_it.secret, service.mac, link_row.id);
	desk = means_desk_new(&c);
}

static void
stop(void)
{
	means_desk_free(desk);
}

/* The first answer is late: the card has been left meanwhile. */
static void
test_late_answer(void)
{
	static const struct {
		const char	*name, *ref, *late;
	} cases[] = {
		{ "the page that was made for both", "", "open cs_1" },
		{ "a page that is over by now", "cs_1", "over cs_1" },
		{ "left", "", "left cs_1" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(cases[i].ref);
		means_desk_show(desk, &open_it, on_way, NULL);
		means_desk_show(desk, &open_it, on_way, NULL);
		answer(1, "left cs_1");
		is_int(told[0].state, ASK_WAY_USED, "%s: used",
		    cases[i].name);
		answer(0, cases[i].late);
		ok(link_row.is_used, "%s: it stays so", cases[i].name);
		is_int(told[1].state, ASK_WAY_USED, "%s: and both hear it",
		    cases[i].name);
		is_int(n_bound, 1, "%s: bound once", cases[i].name);
		is_int(n_asked, 2, "%s: no other page", cases[i].name);
		stop();
	}
}

/* What cannot be read is neither used nor over. */
static void
test_unread(void)
{
	start("cs_1");
	is_broken = 1;
	means_desk_show(desk, &open_it, on_way, NULL);
	is_int(told[0].state, ASK_WAY_LATER, "shown: later");
	means_desk_news(desk, link_row.id, on_way, NULL);
	is_int(told[1].state, ASK_WAY_LATER, "news: told again later");
	is_broken = 0;
	means_desk_news(desk, link_row.id, on_way, NULL);
	is_broken = 1;
	answer(0, "left cs_1");
	is_int(told[2].state, ASK_WAY_LATER, "left: told again later");
	ok(!link_row.is_used && n_bound == 0, "and nothing is bound");
	stop();
}

static void
test_forget(void)
{
	struct ask_bound ask = { .is_forget = 1 };
	struct ask_binding out;

	start("cs_1");
	snprintf(ask.account, sizeof(ask.account), "%s", name);
	means_desk_news(desk, link_row.id, on_way, NULL);
	answer(0, "left cs_1");
	is_int(told[0].state, ASK_WAY_USED, "left: used");
	means_desk_bound(desk, &ask, &out);
	ok(out.outcome == ASK_INVITE_DONE && !out.is_bound, "forgotten");
	stop();
}

int
main(void)
{
	unsigned char key[32] = "01234567890123456789012345678901";
	struct secret *mac;

	if (secret_init() == -1 ||
	    (mac = secret_take(key, sizeof(key))) == NULL)
		return 1;
	service.mac = mac;
	clock_fake(WALL * 1000, 1);
	test_late_answer();
	test_unread();
	test_forget();
	secret_free(mac);
	return tap_done();
}
