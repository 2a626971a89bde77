#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/crc.h"
#include "bridge-client/journal/vault.h"

#include "bridge-client/journal/record.h"

#define VERSION		1
#define CALL_VERSION	2	/* 1: nothing was sealed */
#define BOUND_VERSION	2	/* of uses that are bound to a number */
#define CRC_BYTES	4
#define TIME_MAX	(INT64_C(1) << 40)

enum { IS_SPENT = 1, IS_BLOCKED = 2, IS_BRIDGED = 4, FLAGS = 7 };

/* Bytes and times. */

static void
put_time(struct buf *b, int64_t t)
{
	if (t < 0)
		t = 0;
	if (t >= TIME_MAX)
		t = TIME_MAX - 1;
	buf_u8(b, (uint8_t)(t >> 32));
	buf_u32(b, (uint32_t)t);
}

static int64_t
get_time(struct scan *s)
{
	int64_t high = scan_u8(s);

	return high << 32 | scan_u32(s);
}

static void
put_text(struct buf *b, const char *text)
{
	size_t len = strlen(text);

	buf_u8(b, (uint8_t)len);
	buf_put(b, text, len);
}

/* A length byte and the text. */
static void
get_text(struct scan *s, char *dst, size_t size)
{
	scan_str(s, dst, size, scan_u8(s));
}

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

static uint32_t
checksum(const void *key, size_t key_len, const void *row, size_t len)
{
	return crc_32c(crc_32c(0, key, key_len), row, len);
}

/* The cursor over a row's fields, when its checksum holds; its version, or
 * -1. */
static int
open_row(struct scan *s, const void *key, size_t key_len, const void *row,
    size_t len)
{
	struct scan tail;

	if (len < 1 + CRC_BYTES)
		return -1;
	scan_init(&tail, (const unsigned char *)row + len - CRC_BYTES,
	    CRC_BYTES);
	if (scan_u32(&tail) != checksum(key, key_len, row, len - CRC_BYTES))
		return -1;
	scan_init(s, row, len - CRC_BYTES);
	return scan_u8(s);
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
	put_time(b, c->since);
	put_time(b, c->accepted_at);
	put_time(b, c->key_at);
	put_time(b, c->talk_at);
	put_time(b, c->ended_at);
	put_time(b, c->leg[0].asked_at);
	put_time(b, c->leg[1].asked_at);
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
	c->since = get_time(s);
	c->accepted_at = get_time(s);
	c->key_at = get_time(s);
	c->talk_at = get_time(s);
	c->ended_at = get_time(s);
	c->leg[0].asked_at = get_time(s);
	c->leg[1].asked_at = get_time(s);
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
		put_text(b, shown);
	}
	buf_over(&plain, text, sizeof(text));
	tel_pack(&c->acc.a, &plain);
	tel_pack(&c->acc.b, &plain);
	put_text(&plain, c->acc.recipient);
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
	get_text(&p, a->recipient, sizeof(a->recipient));
	return scan_done(&p) ? 0 : -1;
}

static int
get_sealed(struct call *c, struct scan *s, struct vault *vault)
{
	unsigned char text[VAULT_TEXT_MAX];
	size_t n, len = sizeof(text);
	const unsigned char *sealed;
	enum vault_result r = VAULT_GONE;

	get_text(s, c->shown[0], sizeof(c->shown[0]));
	get_text(s, c->shown[1], sizeof(c->shown[1]));
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
	put_time(b, a->not_after);
	buf_u16(b, a->ring_s);
	buf_u16(b, a->confirm_s);
	buf_u32(b, a->max_s);
	put_lang(b, a->a_lang);
	put_lang(b, a->b_lang);
	put_text(b, a->name);
	put_text(b, a->account);
	put_text(b, a->offeror);
	put_text(b, a->reference);
	put_text(b, a->caller);
}

static void
get_acceptance(struct acceptance *a, struct scan *s)
{
	scan_copy(s, a->offer, sizeof(a->offer));
	scan_copy(s, a->tag, sizeof(a->tag));
	scan_copy(s, a->a_hash, sizeof(a->a_hash));
	a->uses = scan_u8(s);
	a->attempts_max = scan_u16(s);
	a->not_after = get_time(s);
	a->ring_s = scan_u16(s);
	a->confirm_s = scan_u16(s);
	a->max_s = scan_u32(s);
	get_lang(s, a->a_lang);
	get_lang(s, a->b_lang);
	get_text(s, a->name, sizeof(a->name));
	get_text(s, a->account, sizeof(a->account));
	get_text(s, a->offeror, sizeof(a->offeror));
	get_text(s, a->reference, sizeof(a->reference));
	get_text(s, a->caller, sizeof(a->caller));
}

int
record_put_call(struct buf *b, const struct call *c, struct vault *vault)
{
	size_t start = b->len;

	put_head(b, c);
	put_acceptance(b, &c->acc);
	if (put_private(b, c, vault) != 0)
		return -1;
	put_text(b, c->provider);
	put_text(b, c->b_provider);
	put_text(b, c->leg[0].ref);
	put_text(b, c->leg[1].ref);
	put_text(b, c->detail);
	put_text(b, c->leg[0].price);
	put_text(b, c->leg[1].price);
	if (!buf_ok(b))
		return -1;
	buf_u32(b, checksum(c->acc.id, sizeof(c->acc.id), b->data + start,
	    b->len - start));
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
	version = open_row(&s, id, sizeof(id), row->data, row->len);
	memset(c, 0, sizeof(*c));
	memcpy(c->acc.id, id, sizeof(id));
	if ((version != VERSION && version != CALL_VERSION) ||
	    get_head(c, &s) != 0)
		return -1;
	get_acceptance(&c->acc, &s);
	if (get_private(c, &s, version, vault) != 0)
		return -1;
	get_text(&s, c->provider, sizeof(c->provider));
	get_text(&s, c->b_provider, sizeof(c->b_provider));
	get_text(&s, c->leg[0].ref, sizeof(c->leg[0].ref));
	get_text(&s, c->leg[1].ref, sizeof(c->leg[1].ref));
	get_text(&s, c->detail, sizeof(c->detail));
	get_text(&s, c->leg[0].price, sizeof(c->leg[0].price));
	get_text(&s, c->leg[1].price, sizeof(c->leg[1].price));
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

/* The short rows: written into a buffer of their exact size. */

struct row {
	unsigned char	*dst;
	size_t		 len;
};

static void
add(struct row *r, int64_t value, int bytes)
{
	while (bytes-- > 0)
		r->dst[r->len++] = (unsigned char)(value >> 8 * bytes);
}

static int64_t
bounded(int64_t t)
{
	return t < 0 ? 0 : t >= TIME_MAX ? TIME_MAX - 1 : t;
}

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
	struct row r = { dst, 0 };

	add(&r, is_bound(u) ? BOUND_VERSION : VERSION, 1);
	add(&r, u->uses, 1);
	add(&r, u->spent, 1);
	add(&r, u->is_open, 1);
	add(&r, u->attempts, 2);
	add(&r, bounded(u->not_after), 5);
	if (is_bound(u)) {
		memcpy(r.dst + r.len, u->bound, sizeof(u->bound));
		r.len += sizeof(u->bound);
	}
	add(&r, checksum(offer, 16, dst, r.len), CRC_BYTES);
	return r.len;
}

int
record_get_uses(struct record_uses *u, const unsigned char offer[16],
    const void *row, size_t len)
{
	struct scan s;
	int version;

	memset(u, 0, sizeof(*u));
	version = open_row(&s, offer, 16, row, len);
	if (version != VERSION && version != BOUND_VERSION)
		return -1;
	u->uses = scan_u8(&s);
	u->spent = scan_u8(&s);
	u->is_open = scan_u8(&s);
	u->attempts = scan_u16(&s);
	u->not_after = get_time(&s);
	if (version == BOUND_VERSION)
		scan_copy(&s, u->bound, sizeof(u->bound));
	return scan_done(&s) && u->is_open <= 1 &&
	    is_bound(u) == (version == BOUND_VERSION) ? 0 : -1;
}

void
record_put_times(unsigned char dst[RECORD_TIMES_BYTES], const void *key,
    size_t key_len, const struct record_times *t)
{
	struct row r = { dst, 0 };

	add(&r, VERSION, 1);
	add(&r, bounded(t->at), 5);
	add(&r, bounded(t->until), 5);
	add(&r, checksum(key, key_len, dst, r.len), CRC_BYTES);
}

int
record_get_times(struct record_times *t, const void *key, size_t key_len,
    const void *row, size_t len)
{
	struct scan s;

	memset(t, 0, sizeof(*t));
	if (open_row(&s, key, key_len, row, len) != VERSION)
		return -1;
	t->at = get_time(&s);
	t->until = get_time(&s);
	return scan_done(&s) ? 0 : -1;
}
