/*
 * What is erased is deleted by the providers, too: which legs, by which
 * request, and until when, whatever they answer, and across a restart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/loop.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/world.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/vault.h"
#include "bridge-client/net/request.h"
#include "bridge-client/provider/forget.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/twilio.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	INT64_C(1790000000)
#define WEEK	(7 * 86400)
#define NUMBER	"+442079460123"
#define URL	"https://api.example.com/2010-04-01"
#define CALLS	URL "/Accounts/AC0/Calls/"

static struct vault *vault;
static struct journal *j;
static struct loop *loop;
static struct forget *forget;
static int64_t now_ms;
static char dir[512], keys[512];

/* The network: what was asked, and who waits for the answer. */
static int n_sent, is_cut;
static char asked[256];
static world_done_fn *waiting;
static void *waiting_ctx;

static int
send_it(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	(void)ctx;
	n_sent++;
	snprintf(asked, sizeof(asked), "%zu %s %.*s", provider, r->method,
	    (int)r->url.len, (const char *)r->url.data);
	if (is_cut)
		return -1;
	waiting = fn;
	waiting_ctx = done_ctx;
	return 0;
}

static void
answer(int status)
{
	world_done_fn *fn = waiting;

	waiting = NULL;
	if (fn != NULL)
		fn(waiting_ctx, status, 1, "", 0, "");
}

static struct provider_conf conf[2] = {
	{ .name = "phone", .kind = "twilio", .url = URL, .app = "AC0",
	    .is_erasing = 1 },
	{ .name = "spare", .kind = "twilio", .url = URL, .app = "AC0" }
};
static const struct world_provider providers[2] = {
	{ .kind = &provider_twilio, .conf = &conf[0] },
	{ .kind = &provider_twilio, .conf = &conf[1] }
};
static const struct world world = { .send = send_it };

static void
pass_to(int64_t ms)
{
	now_ms = ms;
	clock_fake(WALL * 1000 + now_ms, now_ms);
}

/* Time goes on, and what is due then happens. */
static void
pass(int64_t ms)
{
	int i;

	pass_to(now_ms + ms);
	for (i = 0; i < 3; i++)
		loop_turn(loop, 0);
}

static void
begin(void)
{
	const struct forget_conf c = { .journal = j, .world = &world,
	    .provider = providers, .n = 2 };

	ok(forget_is_wanted(&c), "somebody is to delete");
	forget = forget_open(loop, &c);
}

static void
open_all(void)
{
	char why[600] = "";

	vault = vault_open(keys, why, sizeof(why));
	j = vault == NULL ? NULL : journal_lmdb_open(dir, vault, 16 << 20, why,
	    sizeof(why));
	if (!ok(j != NULL, "a journal (%s)", why))
		exit(1);
	begin();
}

static void
close_all(void)
{
	forget_close(forget);
	waiting = NULL;
	j->op->close(j);
	vault_close(vault);
}

static void
add(unsigned n, const char *a_ref, const char *b_ref, const char *b_provider)
{
	struct acceptance acc;
	struct call c;
	int bad = 0;

	memset(&acc, 0, sizeof(acc));
	make_id(acc.id, WALL, n);
	make_id(acc.offer, WALL - 60, n);
	acc.uses = 1;
	acc.not_after = WALL + WEEK;
	snprintf(acc.account, sizeof(acc.account), "acme");
	set_tel(&acc.a, NUMBER);
	set_tel(&acc.b, "+442079460999");
	call_init(&c, &acc);
	c.state = CALL_STARTING;
	c.since = c.accepted_at = WALL;
	snprintf(c.provider, sizeof(c.provider), "phone");
	snprintf(c.b_provider, sizeof(c.b_provider), "%s", b_provider);
	snprintf(c.leg[0].ref, sizeof(c.leg[0].ref), "%s", a_ref);
	snprintf(c.leg[1].ref, sizeof(c.leg[1].ref), "%s", b_ref);
	bad += j->op->begin(j) != JOURNAL_OK;
	bad += j->op->accept(j, &c) != JOURNAL_OK;
	c.state = CALL_ENDED;
	c.ended_at = WALL + 1;
	bad += j->op->put(j, &c) != JOURNAL_OK;
	bad += j->op->commit(j, WALL) != JOURNAL_OK;
	is_int(bad, 0, "call %u", n);
}

static void
erase(uint8_t by, const char *what)
{
	struct journal_erasure e = { .by = by, .day = WALL };
	struct journal_erased done = { .is_more = 1 };
	struct tel tel;

	if (by == ASK_ERASE_NUMBER) {
		set_tel(&tel, NUMBER);
		e.number = &tel;
	}
	while (done.is_more && j->op->erase(j, &e, 100, &done) == JOURNAL_OK)
		continue;
	ok(!done.is_more, "%s", what);
}

static void
was_asked(const char *want, const char *what)
{
	is_str(asked, want, "%s", what);
	asked[0] = '\0';
}

static void
test_legs(void)
{
	add(1, "CAa", "CAb", "phone");
	add(2, "CAc", "CAd", "spare");
	add(3, "", "", "");
	pass(20000);
	is_int(n_sent, 0, "nothing is asked before anything is erased");
	erase(ASK_ERASE_NUMBER, "erased by the number");
	pass(20000);
	was_asked("0 DELETE " CALLS "CAa.json", "A's first");
	pass(60000);
	is_int(n_sent, 1, "one at a time");
	answer(204);
	pass(1000);
	was_asked("0 DELETE " CALLS "CAb.json", "then B's");
	answer(404);
	pass(1000);
	was_asked("0 DELETE " CALLS "CAc.json", "404: that is as good");
	answer(204);
	pass(20000);
	pass(20000);
	is_int(n_sent, 3, "not by whom that is not asked, nor nameless ones");
}

static void
test_retries(void)
{
	static const int odd[] = { 0, 500, 429, 401 };
	int64_t pause_s = 60;
	size_t i;

	erase(ASK_ERASE_NUMBER, "nothing more to be erased");
	add(4, "CAe", "", "");
	erase(ASK_ERASE_DAY, "erased by its day");
	pass(20000);
	was_asked("0 DELETE " CALLS "CAe.json", "asked");
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++, pause_s *= 2) {
		answer(odd[i]);
		pass((pause_s - 15) * 1000);
		was_asked("", "not at once");
		pass(30000);
		was_asked("0 DELETE " CALLS "CAe.json", "but later");
	}
	close_all();		/* its answer is lost */
	open_all();
	pass(1000);
	was_asked("0 DELETE " CALLS "CAe.json", "and again after a start");
	is_cut = 1;
	answer(500);
	for (i = 0; i < 2 * 7 * 24; i++)
		pass(3600 * 1000);
	n_sent = 0;
	pass(3600 * 1000);
	pass(3600 * 1000);
	is_int(n_sent, 0, "for a week, and no longer");
	is_cut = 0;
}

static void
test_unwanted(void)
{
	const struct forget_conf c = { .provider = providers + 1, .n = 1 };
	struct request r;

	ok(!forget_is_wanted(&c), "where nobody is to delete anything");
	request_init(&r);
	is_int(provider_twilio.forget(&conf[0], "", &r), -1,
	    "what has no name cannot be deleted");
	request_free(&r);
}

int
main(void)
{
	snprintf(dir, sizeof(dir), "%s/j", tap_dir());
	snprintf(keys, sizeof(keys), "%s/k", tap_dir());
	pass_to(1000000);
	loop = loop_new();
	open_all();
	test_legs();
	test_retries();
	test_unwanted();
	close_all();
	loop_free(loop);
	return tap_done();
}
