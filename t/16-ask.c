/* The bodies of the verbs: every codec there and back, and what is refused. */

#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "t/tap.h"

#define BODY_MAX 65531

#define TEXT(field, s) memcpy(field, s, sizeof(s))

/* The longest string that fits, of changing letters. */
static void
fill(char *dst, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size; i++)
		dst[i] = (char)('a' + i % 26);
	dst[size - 1] = '\0';
}

static void
make_look(struct ask_look *x)
{
	fill(x->token, sizeof(x->token));
	TEXT(x->client, "192.0.2.0/24");
}

static void
make_offer(struct ask_offer *x)
{
	x->refusal = ASK_CLOSED;
	TEXT(x->name, "Alice Doe");
	TEXT(x->address, "alice@example.com");
	x->not_after = 1800000000;
	x->opens_at = -1;
	TEXT(x->caller, "+442079460100");
	TEXT(x->region, "GB");
	fill(x->price, sizeof(x->price));
	TEXT(x->lang, "de");
	fill(x->nonce, sizeof(x->nonce));
}

static void
make_check(struct ask_check *x)
{
	TEXT(x->token, "AQ");
	TEXT(x->number, "020 7946 0123");
	TEXT(x->region, "GB");
}

static void
make_checked(struct ask_checked *x)
{
	x->refusal = ASK_REFUSALS - 1;
	TEXT(x->number, "+442079460123");
	TEXT(x->shown, "+44 20 7946 0123");
	TEXT(x->region, "GB");
}

static void
make_accept(struct ask_accept *x)
{
	fill(x->token, sizeof(x->token));
	fill(x->nonce, sizeof(x->nonce));
	fill(x->number, sizeof(x->number));
	fill(x->client, sizeof(x->client));
	fill(x->lang, sizeof(x->lang));
	fill(x->code, sizeof(x->code));
}

static void
make_accepted(struct ask_accepted *x)
{
	TEXT(x->secret, "S3cr");
	x->retry_at = 0x0102030405060708;
	memset(x->call, 0xab, sizeof(x->call));
}

static void
make_watch(struct ask_watch *x)
{
	fill(x->secret, sizeof(x->secret));
	x->is_subscription = 1;
}

static void
make_status(struct ask_status *x)
{
	x->stage = ASK_STAGE_ENDED;
	x->end = ASK_END_UNKNOWN;
	x->since = 1790000000;
	x->talk_s = 61;
	fill(x->name, sizeof(x->name));
	TEXT(x->caller, "+442079460100");
	TEXT(x->lang, "ar");
}

static const unsigned char hook_body[] = "{\"type\": \"StasisStart\"}";

static void
make_hook(struct ask_hook *x)
{
	fill(x->provider, sizeof(x->provider));
	TEXT(x->method, "POST");
	fill(x->path, sizeof(x->path));
	fill(x->headers, sizeof(x->headers));
	x->body = hook_body;
	x->body_len = sizeof(hook_body);
}

static void
make_hooked(struct ask_hooked *x)
{
	x->status = 65535;
	TEXT(x->type, "text/xml");
	x->body = hook_body;
	x->body_len = 1;
}

static void
make_list(struct ask_list *x)
{
	x->since = 1790000000;
	x->most = 0xffffffff;
	x->is_open_only = 1;
	memset(x->offer, 0x11, sizeof(x->offer));
}

static void
make_call(struct ask_call *x)
{
	memset(x->call, 0x22, sizeof(x->call));
	memset(x->offer, 0x33, sizeof(x->offer));
	x->stage = ASK_STAGE_TALKING;
	x->end = ASK_END_NONE;
	x->accepted_at = 1;
	x->key_at = 2;
	x->talk_at = 3;
	x->ended_at = 4;
	TEXT(x->account, "sales");
	fill(x->offeror, sizeof(x->offeror));
	TEXT(x->a, "+44...23");
	fill(x->b, sizeof(x->b));
	TEXT(x->provider, "asterisk");
	fill(x->detail, sizeof(x->detail));
	fill(x->price_a, sizeof(x->price_a));
	fill(x->price_b, sizeof(x->price_b));
}

static void
make_revoke(struct ask_revoke *x)
{
	x->by = ASK_BY_SENDER;
	memset(x->offer, 0x44, sizeof(x->offer));
	memset(x->tag, 0x55, sizeof(x->tag));
	fill(x->sender, sizeof(x->sender));
	x->is_hangup = 1;
}

static void
make_revoked(struct ask_revoked *x)
{
	x->refusal = ASK_STORE_FULL;
	x->n_hung_up = 70000;
}

static void
make_test(struct ask_test *x)
{
	fill(x->account, sizeof(x->account));
	ok(tel_parse(&x->a, "+442079460123;ext=7", 19, NULL) == 0 &&
	    tel_parse(&x->b, "sip:desk@example.com", 20, NULL) == 0,
	    "numbers for a test call");
}

static void
make_health(struct ask_health *x)
{
	int i;

	x->is_journal_ok = 1;
	x->n_open_calls = 3;
	x->journal_used = 1;
	x->journal_max = (uint64_t)1 << 36;
	x->n_providers = 8;
	for (i = 0; i < 8; i++) {
		fill(x->provider[i].name, sizeof(x->provider[i].name));
		x->provider[i].is_ready = (uint8_t)(i & 1);
		fill(x->provider[i].detail, sizeof(x->provider[i].detail));
	}
}

/* The pointers of a body differ after the way back; its bytes may not. */
static void
same_hook(struct ask_hook *back)
{
	is_mem(back->body, hook_body, sizeof(hook_body), "body of hook");
	back->body = hook_body;
}

static void
same_hooked(struct ask_hooked *back)
{
	is_mem(back->body, hook_body, 1, "body of hooked");
	back->body = hook_body;
}

static void
make_erase(struct ask_erase *x)
{
	const char *why;

	x->by = ASK_ERASE_NUMBER;
	if (tel_parse(&x->number, "+442079460123", 13, &why) != 0)
		abort();
	memset(x->offer, 7, sizeof(x->offer));
	x->day = INT64_C(1790000000);
}

static void
make_erased(struct ask_erased *x)
{
	x->refusal = ASK_STORE_FULL;
	x->is_more = 1;
	x->n_calls = 70000;
	x->n_open = 3;
}

static void
make_topup(struct ask_topup *x)
{
	memset(x->id, 9, sizeof(x->id));
	fill(x->account, sizeof(x->account));
	x->amount = -INT64_C(1250001);
	fill(x->note, sizeof(x->note));
}

static void
make_topped(struct ask_topped *x)
{
	x->refusal = ASK_TOKEN_BAD;
	x->is_again = 1;
	TEXT(x->currency, "EUR");
	x->available = INT64_MIN;
}

static void
make_account(struct ask_account *x)
{
	fill(x->name, sizeof(x->name));
	TEXT(x->currency, "JPY");
	x->debits = 1;
	x->credits = INT64_MAX;
	x->debits_held = 3;
	x->credits_held = -4;
}

static void
make_entries(struct ask_entries *x)
{
	x->from = UINT64_MAX;
	x->most = 10000;
}

static void
make_entry(struct ask_entry *x)
{
	x->number = 7;
	x->at = INT64_C(1790000000);
	TEXT(x->kind, "release");
	memset(x->id, 5, sizeof(x->id));
	fill(x->debit, sizeof(x->debit));
	fill(x->credit, sizeof(x->credit));
	TEXT(x->currency, "EUR");
	x->held = -INT64_C(1800000);
	fill(x->note, sizeof(x->note));
}

static void
make_means(struct ask_means *x)
{
	TEXT(x->secret, "S3cr");
	x->is_wanted = 1;
}

static void
make_way(struct ask_way *x)
{
	x->state = ASK_WAY_LATER;
	TEXT(x->payer, "Stripe");
	memset(x->url, 'u', sizeof(x->url) - 1);
	TEXT(x->lang, "ja");
	x->until = 1790000000;
}

static void
make_invite(struct ask_invite *x)
{
	TEXT(x->account, "sales");
	memset(x->address, 'a', sizeof(x->address) - 1);
	TEXT(x->lang, "de");
	x->is_shown = 1;
}

static void
make_invited(struct ask_invited *x)
{
	x->outcome = ASK_INVITE_STORE_FULL;
	x->until = 1790000000;
	memset(x->link, 'l', sizeof(x->link) - 1);
}

static void
make_bound(struct ask_bound *x)
{
	TEXT(x->account, "sales");
	x->is_forget = 1;
}

static void
make_binding(struct ask_binding *x)
{
	x->outcome = ASK_INVITE_NO_ACCOUNT;
	x->is_bound = 1;
	x->at = 1790000000;
	TEXT(x->payer, "cards");
	TEXT(x->address, "al@example.com");
}

#define ROUND_TRIP(what, mend) do { \
	struct ask_##what x, back; \
	struct buf b; \
	size_t n; \
 \
	memset(&x, 0, sizeof(x)); \
	make_##what(&x); \
	buf_init(&b, BODY_MAX); \
	ask_put_##what(&b, &x); \
	ok(buf_ok(&b), #what " is encoded"); \
	for (n = 0; n < b.len; n++) \
		if (ask_get_##what(&back, tap_edge(b.data, n), n) == 0) \
			break; \
	is_int(n, b.len, #what " is refused when cut, at every length"); \
	buf_u8(&b, 0); \
	ok(ask_get_##what(&back, b.data, b.len) == -1, \
	    #what " is refused with a byte too many"); \
	ok(ask_get_##what(&back, b.data, b.len - 1) == 0, \
	    #what " is decoded"); \
	mend; \
	is_mem(&back, &x, sizeof(x), #what " says the same"); \
	buf_free(&b); \
} while (0)

static void
test_round_trips(void)
{
	ROUND_TRIP(look, );
	ROUND_TRIP(offer, );
	ROUND_TRIP(check, );
	ROUND_TRIP(checked, );
	ROUND_TRIP(accept, );
	ROUND_TRIP(accepted, );
	ROUND_TRIP(watch, );
	ROUND_TRIP(status, );
	ROUND_TRIP(hook, same_hook(&back));
	ROUND_TRIP(hooked, same_hooked(&back));
	ROUND_TRIP(list, );
	ROUND_TRIP(call, );
	ROUND_TRIP(revoke, );
	ROUND_TRIP(revoked, );
	ROUND_TRIP(test, );
	ROUND_TRIP(health, );
	ROUND_TRIP(erase, );
	ROUND_TRIP(erased, );
	ROUND_TRIP(topup, );
	ROUND_TRIP(topped, );
	ROUND_TRIP(account, );
	ROUND_TRIP(entries, );
	ROUND_TRIP(entry, );
	ROUND_TRIP(means, );
	ROUND_TRIP(way, );
	ROUND_TRIP(invite, );
	ROUND_TRIP(invited, );
	ROUND_TRIP(bound, );
	ROUND_TRIP(binding, );
}

/* One body written out, so that the format itself cannot move unnoticed. */
static void
test_bytes(void)
{
	static const unsigned char want[] =
	    "\0\0\4S3cr\1\2\3\4\5\6\7\10\253\253\253\253\253\253\253\253"
	    "\253\253\253\253\253\253\253\253";
	struct ask_accepted x;
	struct buf b;

	memset(&x, 0, sizeof(x));
	make_accepted(&x);
	buf_init(&b, BODY_MAX);
	ask_put_accepted(&b, &x);
	is_int(b.len, sizeof(want) - 1, "length of an acceptance's answer");
	is_mem(b.data, want, sizeof(want) - 1, "its bytes");
	buf_free(&b);
}

static void
test_bounds_in(void)
{
	struct ask_watch w;
	struct ask_revoked r;
	struct ask_revoke v;
	struct ask_status st;
	struct ask_health h;
	unsigned char body[512] = { 0 };

	ok(ask_get_watch(&w, "\0\2a\0\0", 5) == -1, "a NUL within a string");
	ok(ask_get_watch(&w, "\0\2ab\2", 5) == -1, "neither yes nor no");
	ok(ask_get_watch(&w, "\0\2ab\1", 5) == 0, "but yes");
	body[1] = sizeof(w.secret);
	memset(body + 2, 'a', sizeof(w.secret));
	ok(ask_get_watch(&w, body, sizeof(w.secret) + 3) == -1,
	    "a string of one too many");
	ok(ask_get_revoked(&r, "\025\0\0\0\0", 5) == -1, "refusal unknown");
	ok(ask_get_status(&st, "\010\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0", 24) == -1, "stage unknown");
	ok(ask_get_status(&st, "\0\023\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0", 24) == -1, "end unknown");
	ok(ask_get_status(&st, "\7\022\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0", 24) == 0, "the last of both known");
	memset(body, 0, sizeof(body));
	ok(ask_get_revoke(&v, body, 36) == -1, "revoked by nothing");
	body[0] = 4;
	ok(ask_get_revoke(&v, body, 36) == -1, "revoked by what is unknown");
	body[0] = 1;
	ok(ask_get_revoke(&v, body, 36) == 0, "revoked by offer");
	memset(body, 0, sizeof(body));
	body[23] = 9;
	ok(ask_get_health(&h, body, 24 + 9 * 5) == -1, "nine providers");
	body[23] = 8;
	ok(ask_get_health(&h, body, 24 + 8 * 5) == 0, "eight");
}

/* A callback's answer whose body says to be one longer than it may. */
static void
test_blob_in(void)
{
	const size_t head = 2 + 2 + 2;
	unsigned char *body = calloc(1, head + ASK_HOOK_MAX + 1);
	struct ask_hooked k;

	body[4] = ASK_HOOK_MAX >> 8;
	body[5] = ASK_HOOK_MAX & 0xff;
	ok(ask_get_hooked(&k, body, head + ASK_HOOK_MAX) == 0,
	    "the largest body");
	body[5]++;
	ok(ask_get_hooked(&k, body, head + ASK_HOOK_MAX + 1) == -1,
	    "one byte more");
	free(body);
}

static void
test_bounds_out(void)
{
	struct ask_checked c;
	struct ask_hooked k;
	struct ask_health h;
	struct ask_revoke v;
	struct buf b;

	buf_init(&b, BODY_MAX);
	memset(&c, 0, sizeof(c));
	c.refusal = ASK_REFUSALS;
	ask_put_checked(&b, &c);
	ok(!buf_ok(&b), "a refusal that is none is not encoded");
	buf_clear(&b);
	c.refusal = ASK_OK;
	memset(c.region, 'x', sizeof(c.region));
	ask_put_checked(&b, &c);
	ok(!buf_ok(&b), "nor a string without its end");
	buf_clear(&b);
	memset(&k, 0, sizeof(k));
	k.body = hook_body;
	k.body_len = ASK_HOOK_MAX + 1;
	ask_put_hooked(&b, &k);
	ok(!buf_ok(&b), "nor a body over its ceiling");
	buf_clear(&b);
	memset(&h, 0, sizeof(h));
	h.n_providers = 9;
	ask_put_health(&b, &h);
	ok(!buf_ok(&b), "nor nine providers");
	buf_clear(&b);
	memset(&v, 0, sizeof(v));
	ask_put_revoke(&b, &v);
	ok(!buf_ok(&b), "nor what is to be revoked by nothing");
	buf_free(&b);
}

static void
test_hook_longest(void)
{
	struct ask_hook x, back;
	unsigned char *body = calloc(1, ASK_HOOK_MAX);
	struct buf b;

	memset(&x, 0, sizeof(x));
	make_hook(&x);
	x.body = body;
	x.body_len = ASK_HOOK_MAX;
	buf_init(&b, BODY_MAX);
	ask_put_hook(&b, &x);
	ok(buf_ok(&b), "the largest callback fits a frame");
	ok(ask_get_hook(&back, b.data, b.len) == 0, "and is decoded");
	is_int(back.body_len, ASK_HOOK_MAX, "whole");
	buf_clear(&b);
	x.body = NULL;
	x.body_len = 0;
	ask_put_hook(&b, &x);
	ok(buf_ok(&b) && ask_get_hook(&back, b.data, b.len) == 0 &&
	    back.body_len == 0, "one without a body, too");
	buf_free(&b);
	free(body);
}

static void
test_words(void)
{
	int i, j, n = 0;

	for (i = 0; i < ASK_REFUSALS; i++)
		for (j = 0; j < i; j++)
			n += ask_refusal_word((enum ask_refusal)i) == NULL ||
			    strcmp(ask_refusal_word((enum ask_refusal)i),
			    ask_refusal_word((enum ask_refusal)j)) == 0;
	is_int(n, 0, "every refusal has a word of its own");
	for (i = 0; i < ASK_STAGES; i++)
		n += ask_stage_word((enum ask_stage)i) == NULL;
	for (i = 0; i < ASK_ENDS; i++)
		n += ask_end_word((enum ask_end)i) == NULL;
	is_int(n, 0, "every stage and end has one");
	is_str(ask_refusal_word(ASK_REFUSALS), "unknown", "beyond the last");
	is_str(ask_refusal_word(ASK_USED_UP), "used-up", "used up");
	is_str(ask_end_word(ASK_END_A_NO_KEY), "a-no-key", "no key");
	is_str(ask_stage_word(ASK_STAGE_RINGING_B), "ringing-b", "rings B");
}

int
main(void)
{
	test_bounds_in();
	test_blob_in();
	test_bounds_out();
	test_bytes();
	test_round_trips();
	test_hook_longest();
	test_words();
	return tap_done();
}
