#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/bytes.h"
#include "bridge-client/journal/vault.h"

#include "bridge-client/journal/record.h"

#define VERSION		1
#define CALL_VERSION	2	/* 1: nothing was sealed */
#define BOUND_VERSION	2	/* of uses that are bound to a number */

enum { IS_SPENT = 1, IS_BLOCKED = 2, IS_BRIDGED = 4, FLAGS = 7 };

static void
put_lang(struct buf *b, const char lang[3])
{
	buf_u8(b, (uint8_t)lang[0]);
	buf_u8(b, lang[0] == '\0' ? 0 : (uint8_t)lang[1]);
}

static void
get_lang(struct scan *s, char lang[3])
{
	scan_copy(s, lang, 2);
	lang[2] = '\0';
}

/* A call. */

static void
put_head(struct buf *b, const struct call *c)
{
	buf_u8(b, CALL_VERSION);
	buf_u8(b, c->state);
	buf_u8(b, c->end);
	buf_u8(b, (uint8_t)((c->is_spent ? IS_SPENT : 0) |
	    (c->is_blocked ? IS_BLOCKED : 0) |
	    (c->is_bridged ? IS_BRIDGED : 0)));
	buf_u8(b, c->leg[0].state);
	buf_u8(b, c->leg[1].state);
	bytes_put_time(b, c->since);
	bytes_put_time(b, c->accepted_at);
	bytes_put_time(b, c->key_at);
	bytes_put_time(b, c->talk_at);
	bytes_put_time(b, c->ended_at);
	bytes_put_time(b, c->leg[0].asked_at);
	bytes_put_time(b, c->leg[1].asked_at);
}

static int
get_head(struct call *c, struct scan *s)
{
	uint8_t flags;

	c->state = scan_u8(s);
	c->end = scan_u8(s);
	flags = scan_u8(s);
	c->is_spent = (flags & IS_SPENT) != 0;
	c->is_blocked = (flags & IS_BLOCKED) != 0;
	c->is_bridged = (flags & IS_BRIDGED) != 0;
	c->leg[0].state = scan_u8(s);
	c->leg[1].state = scan_u8(s);
	c->since = bytes_get_time(s);
	c->accepted_at = bytes_get_time(s);
	c->key_at = bytes_get_time(s);
	c->talk_at = bytes_get_time(s);
	c->ended_at = bytes_get_time(s);
	c->leg[0].asked_at = bytes_get_time(s);
	c->leg[1].asked_at = bytes_get_time(s);
	return c->state < CALL_STATES && c->end < ASK_ENDS && flags <= FLAGS &&
	    c->leg[0].state < CALL_LEG_STATES &&
	    c->leg[1].state < CALL_LEG_STATES ? 0 : -1;
}

/*
 * What identifies a person: what may remain of it, then a length and all of
 * it in one piece, sealed; of an erased call nothing.
 */
static int
put_private(struct buf *b, const struct call *c, struct vault *vault)
{
	unsigned char text[VAULT_TEXT_MAX];
	char shown[TEL_REDACTED_SIZE];
	struct buf plain;
	int leg;

	for (leg = 0; leg < 2; leg++) {
		call_redact(c, leg, shown);
		bytes_put_text(b, shown);
	}
	buf_over(&plain, text, sizeof(text));
	tel_pack(&c->acc.a, &plain);
	tel_pack(&c->acc.b, &plain);
	bytes_put_text(&plain, c->acc.recipient);
	if (c->is_erased || vault == NULL) {
		buf_u16(b, 0);
		return 0;
	}
	buf_u16(b, (uint16_t)(plain.len + VAULT_MORE));
	return buf_ok(&plain) && vault_seal(vault, c->acc.id, text, plain.len,
	    b) == VAULT_OK ? 0 : -1;
}

static int
get_plain(struct acceptance *a, const void *text, size_t len)
{
	struct scan p;

	scan_init(&p, text, len);
	tel_unpack(&a->a, &p);
	tel_unpack(&a->b, &p);
	bytes_get_text(&p, a->recipient, sizeof(a->recipient));
	return scan_done(&p) ? 0 : -1;
}

static int
get_sealed(struct call *c, struct scan *s, struct vault *vault)
{
	unsigned char text[VAULT_TEXT_MAX];
	size_t n, len = sizeof(text);
	const unsigned char *sealed;
	enum vault_result r = VAULT_GONE;

	bytes_get_text(s, c->shown[0], sizeof(c->shown[0]));
	bytes_get_text(s, c->shown[1], sizeof(c->shown[1]));
	n = scan_u16(s);
	sealed = scan_bytes(s, n);
	if (s->is_bad)
		return -1;
	if (n > 0 && vault != NULL)
		r = vault_unseal(vault, c->acc.id, sealed, n, text, &len);
	if (r == VAULT_FAILED)
		return -1;
	if (r == VAULT_GONE) {
		c->is_erased = 1;
		return 0;
	}
	memset(c->shown, 0, sizeof(c->shown));
	return get_plain(&c->acc, text, len);
}

static int
get_private(struct call *c, struct scan *s, int version, struct vault *vault)
{
	const unsigned char *text;
	size_t len;

	if (version != VERSION)
		return get_sealed(c, s, vault);
	len = scan_u16(s);
	text = scan_bytes(s, len);
	return text != NULL ? get_plain(&c->acc, text, len) : -1;
}

static void
put_acceptance(struct buf *b, const struct acceptance *a)
{
	buf_put(b, a->offer, sizeof(a->offer));
	buf_put(b, a->tag, sizeof(a->tag));
	buf_put(b, a->a_hash, sizeof(a->a_hash));
	buf_u8(b, a->uses);
	buf_u16(b, a->attempts_max);
	bytes_put_time(b, a->not_after);
	buf_u16(b, a->ring_s);
	buf_u16(b, a->confirm_s);
	buf_u32(b, a->max_s);
	put_lang(b, a->a_lang);
	put_lang(b, a->b_lang);
	bytes_put_text(b, a->name);
	bytes_put_text(b, a->account);
	bytes_put_text(b, a->offeror);
	bytes_put_text(b, a->reference);
	bytes_put_text(b, a->caller);
}

static void
get_acceptance(struct acceptance *a, struct scan *s)
{
	scan_copy(s, a->offer, sizeof(a->offer));
	scan_copy(s, a->tag, sizeof(a->tag));
	scan_copy(s, a->a_hash, sizeof(a->a_hash));
	a->uses = scan_u8(s);
	a->attempts_max = scan_u16(s);
	a->not_after = bytes_get_time(s);
	a->ring_s = scan_u16(s);
	a->confirm_s = scan_u16(s);
	a->max_s = scan_u32(s);
	get_lang(s, a->a_lang);
	get_lang(s, a->b_lang);
	bytes_get_text(s, a->name, sizeof(a->name));
	bytes_get_text(s, a->account, sizeof(a->account));
	bytes_get_text(s, a->offeror, sizeof(a->offeror));
	bytes_get_text(s, a->reference, sizeof(a->reference));
	bytes_get_text(s, a->caller, sizeof(a->caller));
}

int
record_put_call(struct buf *b, const struct call *c, struct vault *vault)
{
	size_t start = b->len;

	put_head(b, c);
	put_acceptance(b, &c->acc);
	if (put_private(b, c, vault) != 0)
		return -1;
	bytes_put_text(b, c->provider);
	bytes_put_text(b, c->b_provider);
	bytes_put_text(b, c->leg[0].ref);
	bytes_put_text(b, c->leg[1].ref);
	bytes_put_text(b, c->detail);
	bytes_put_text(b, c->leg[0].price);
	bytes_put_text(b, c->leg[1].price);
	bytes_end(b, start, c->acc.id, sizeof(c->acc.id));
	return buf_ok(b) ? 0 : -1;
}

int
record_get_call(struct call *c, const struct record_row *row,
    struct vault *vault)
{
	unsigned char id[sizeof(c->acc.id)];
	struct scan s;
	int version;

	memcpy(id, row->id, sizeof(id));	/* it may be overwritten now */
	version = bytes_open(&s, id, sizeof(id), row->data, row->len);
	memset(c, 0, sizeof(*c));
	memcpy(c->acc.id, id, sizeof(id));
	if ((version != VERSION && version != CALL_VERSION) ||
	    get_head(c, &s) != 0)
		return -1;
	get_acceptance(&c->acc, &s);
	if (get_private(c, &s, version, vault) != 0)
		return -1;
	bytes_get_text(&s, c->provider, sizeof(c->provider));
	bytes_get_text(&s, c->b_provider, sizeof(c->b_provider));
	bytes_get_text(&s, c->leg[0].ref, sizeof(c->leg[0].ref));
	bytes_get_text(&s, c->leg[1].ref, sizeof(c->leg[1].ref));
	bytes_get_text(&s, c->detail, sizeof(c->detail));
	bytes_get_text(&s, c->leg[0].price, sizeof(c->leg[0].price));
	bytes_get_text(&s, c->leg[1].price, sizeof(c->leg[1].price));
	return scan_done(&s) ? 0 : -1;
}

int
record_is_bare(const struct record_row *row)
{
	const unsigned char *p = row->data;

	return row->len > 0 && p[0] == VERSION;
}

int
record_may_be_open(const void *row, size_t len)
{
	const unsigned char *p = row;

	return len < 2 || p[1] != CALL_ENDED;
}

int
record_guess(struct acceptance *a, const struct record_row *row)
{
	struct call c;
	struct scan s;

	scan_init(&s, row->data, row->len);
	(void)scan_u8(&s);		/* the version */
	(void)get_head(&c, &s);
	scan_copy(&s, a->offer, sizeof(a->offer));
	scan_copy(&s, a->tag, sizeof(a->tag));
	scan_copy(&s, a->a_hash, sizeof(a->a_hash));
	return s.is_bad ? -1 : 0;
}

/* The short rows: written into a buffer of their exact size. */

static int
is_bound(const struct record_uses *u)
{
	static const unsigned char nobody[sizeof(u->bound)];

	return memcmp(u->bound, nobody, sizeof(nobody)) != 0;
}

size_t
record_put_uses(unsigned char dst[RECORD_USES_MAX],
    const unsigned char offer[16], const struct record_uses *u)
{
	struct buf b;

	buf_over(&b, dst, RECORD_USES_MAX + 1);
	buf_u8(&b, is_bound(u) ? BOUND_VERSION : VERSION);
	buf_u8(&b, u->uses);
	buf_u8(&b, u->spent);
	buf_u8(&b, u->is_open);
	buf_u16(&b, u->attempts);
	bytes_put_time(&b, u->not_after);
	if (is_bound(u))
		buf_put(&b, u->bound, sizeof(u->bound));
	bytes_end(&b, 0, offer, 16);
	return b.len;
}

int
record_get_uses(struct record_uses *u, const unsigned char offer[16],
    const void *row, size_t len)
{
	struct scan s;
	int version;

	memset(u, 0, sizeof(*u));
	version = bytes_open(&s, offer, 16, row, len);
	if (version != VERSION && version != BOUND_VERSION)
		return -1;
	u->uses = scan_u8(&s);
	u->spent = scan_u8(&s);
	u->is_open = scan_u8(&s);
	u->attempts = scan_u16(&s);
	u->not_after = bytes_get_time(&s);
	if (version == BOUND_VERSION)
		scan_copy(&s, u->bound, sizeof(u->bound));
	return scan_done(&s) && u->is_open <= 1 &&
	    is_bound(u) == (version == BOUND_VERSION) ? 0 : -1;
}

void
record_put_times(unsigned char dst[RECORD_TIMES_BYTES], const void *key,
    size_t key_len, const struct record_times *t)
{
	struct buf b;

	buf_over(&b, dst, RECORD_TIMES_BYTES + 1);
	buf_u8(&b, VERSION);
	bytes_put_time(&b, t->at);
	bytes_put_time(&b, t->until);
	bytes_end(&b, 0, key, key_len);
}

int
record_get_times(struct record_times *t, const void *key, size_t key_len,
    const void *row, size_t len)
{
	struct scan s;

	memset(t, 0, sizeof(*t));
	if (bytes_open(&s, key, key_len, row, len) != VERSION)
		return -1;
	t->at = bytes_get_time(&s);
	t->until = bytes_get_time(&s);
	return scan_done(&s) ? 0 : -1;
}
