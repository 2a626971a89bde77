/*
 * The sealed part of a token, in the clear: packing, padding, unpacking.
 */

#include <string.h>

#include <sodium.h>

#include "lib/base40.h"
#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"
#include "lib/window.h"

#include "lib/terms.h"

#define VERSION	1u
#define BITS	12
#define BLOCK	16

enum {
	HAS_RECIPIENT = 1,
	HAS_OFFEREE = 2,
	HAS_WINDOW = 4,
	HAS_MAX = 8,
	HAS_REFERENCE = 16,
	HAS_LANG = 32,
	HAS_ACCOUNT = 64,
	PACKED_OFFEROR = 128,
	PACKED_ACCOUNT = 256,
	PACKED_RECIPIENT = 512,
	PACKED_REFERENCE = 1024
};

static unsigned
packed(const char *s, size_t max, unsigned bit)
{
	return base40_fits(s, strnlen(s, max + 1)) ? bit : 0;
}

static int
is_default(const struct terms *t)
{
	return strcmp(t->account, TERMS_ACCOUNT_DEFAULT) == 0;
}

static unsigned
present(const struct terms *t)
{
	return (t->recipient[0] != '\0' ? HAS_RECIPIENT : 0u) |
	    (t->offeree.kind != TEL_NONE ? HAS_OFFEREE : 0u) |
	    (t->window.days != 0 ? HAS_WINDOW : 0u) |
	    (t->max_s != 0 ? HAS_MAX : 0u) |
	    (t->reference[0] != '\0' ? HAS_REFERENCE : 0u) |
	    (t->lang[0] != '\0' ? HAS_LANG : 0u) |
	    packed(t->offeror, TERMS_ADDRESS_MAX, PACKED_OFFEROR) |
	    (is_default(t) ? 0u : HAS_ACCOUNT |
	    packed(t->account, TERMS_ACCOUNT_MAX, PACKED_ACCOUNT)) |
	    packed(t->recipient, TERMS_ADDRESS_MAX, PACKED_RECIPIENT) |
	    packed(t->reference, TERMS_REFERENCE_MAX, PACKED_REFERENCE);
}

/* A string field is never empty, and fit to be shown. */
static void
put_str(struct buf *b, const char *s, size_t max, int is_packed)
{
	size_t n = strnlen(s, max + 1);

	if (n == 0 || n > max || !scan_is_printable_utf8(s, n))
		b->is_bad = 1;
	buf_u8(b, (uint8_t)n);
	if (is_packed)
		base40_put(b, s, n);
	else
		buf_put(b, s, n);
}

static void
get_str(struct scan *s, char *dst, size_t max, int is_packed)
{
	size_t n = scan_u8(s);

	if (n == 0 || n > max)
		s->is_bad = 1;
	else if (is_packed)
		base40_get(s, dst, n);
	else
		scan_str(s, dst, max + 1, n);
	if (s->is_bad || !scan_is_printable_utf8(dst, n))
		s->is_bad = 1;
}

static int
is_lang(const char *lang)
{
	return lang[0] >= 'a' && lang[0] <= 'z' && lang[1] >= 'a' &&
	    lang[1] <= 'z' && lang[2] == '\0';
}

static void
put_optional(const struct terms *t, unsigned has, struct buf *b)
{
	if (has & HAS_RECIPIENT)
		put_str(b, t->recipient, TERMS_ADDRESS_MAX,
		    has & PACKED_RECIPIENT);
	if (has & HAS_OFFEREE)
		tel_pack(&t->offeree, b);
	if (has & HAS_WINDOW)
		window_pack(&t->window, b);
	if (has & HAS_MAX)
		buf_u32(b, t->max_s);
	if (has & HAS_REFERENCE)
		put_str(b, t->reference, TERMS_REFERENCE_MAX,
		    has & PACKED_REFERENCE);
	if (has & HAS_LANG) {
		if (!is_lang(t->lang))
			b->is_bad = 1;
		buf_put(b, t->lang, 2);
	}
}

void
terms_pack(const struct terms *t, struct buf *b)
{
	static const unsigned char padding[BLOCK] = { 0x80 };
	size_t start = b->len;
	unsigned has = present(t);

	if (t->destination.kind == TEL_NONE)
		b->is_bad = 1;
	buf_u16(b, (uint16_t)(VERSION << BITS | has));
	tel_pack(&t->destination, b);
	put_str(b, t->offeror, TERMS_ADDRESS_MAX, has & PACKED_OFFEROR);
	if (has & HAS_ACCOUNT)
		put_str(b, t->account, TERMS_ACCOUNT_MAX,
		    has & PACKED_ACCOUNT);
	buf_put(b, t->tag, sizeof(t->tag));
	put_optional(t, has, b);
	buf_put(b, padding, BLOCK - (b->len - start) % BLOCK);
}

/* What is present is known and not empty, what fits is packed: one offer, one
 * encoding. */
static void
get_optional(struct terms *t, unsigned has, struct scan *s)
{
	if (has & HAS_RECIPIENT)
		get_str(s, t->recipient, TERMS_ADDRESS_MAX,
		    has & PACKED_RECIPIENT);
	if (has & HAS_OFFEREE)
		tel_unpack(&t->offeree, s);
	if (has & HAS_WINDOW)
		window_unpack(&t->window, s);
	if (has & HAS_MAX)
		t->max_s = scan_u32(s);
	if (has & HAS_REFERENCE)
		get_str(s, t->reference, TERMS_REFERENCE_MAX,
		    has & PACKED_REFERENCE);
	if (has & HAS_LANG) {
		scan_copy(s, t->lang, 2);
		if (!is_lang(t->lang))
			s->is_bad = 1;
	}
	if (present(t) != has)
		s->is_bad = 1;
}

static void
get_padding(struct scan *s)
{
	size_t n = scan_left(s);

	if (n < 1 || n > BLOCK || scan_u8(s) != 0x80)
		s->is_bad = 1;
	while (scan_left(s) > 0)
		if (scan_u8(s) != 0)
			s->is_bad = 1;
}

int
terms_unpack(struct terms *t, const void *p, size_t len)
{
	struct scan s;
	unsigned has;

	memset(t, 0, sizeof(*t));
	scan_init(&s, p, len);
	has = scan_u16(&s);
	if (len % BLOCK != 0 || has >> BITS != VERSION)
		return -1;
	has &= (1u << BITS) - 1;
	tel_unpack(&t->destination, &s);
	if (t->destination.kind == TEL_NONE)
		s.is_bad = 1;
	get_str(&s, t->offeror, TERMS_ADDRESS_MAX, has & PACKED_OFFEROR);
	if (has & HAS_ACCOUNT)
		get_str(&s, t->account, TERMS_ACCOUNT_MAX,
		    has & PACKED_ACCOUNT);
	else
		memcpy(t->account, TERMS_ACCOUNT_DEFAULT,
		    sizeof(TERMS_ACCOUNT_DEFAULT));
	scan_copy(&s, t->tag, sizeof(t->tag));
	get_optional(t, has, &s);
	get_padding(&s);
	if (scan_done(&s))
		return 0;
	memset(t, 0, sizeof(*t));
	return -1;
}

static int
is_around(char c)
{
	return scan_is_space((unsigned char)c) || c == '\r' || c == '\n';
}

/* What stands within the angle brackets; without these, all but space. */
static const char *
bare_id(const char *id, size_t *len)
{
	const char *open = strchr(id, '<');
	const char *end = open == NULL ? NULL : strchr(open, '>');

	if (end != NULL) {
		*len = (size_t)(end - open - 1);
		return open + 1;
	}
	while (is_around(*id))
		id++;
	end = id + strlen(id);
	while (end > id && is_around(end[-1]))
		end--;
	*len = (size_t)(end - id);
	return id;
}

void
terms_tag(unsigned char tag[TERMS_TAG_BYTES], const char *sender,
    const char *message_id)
{
	static const unsigned char between[] = { '\0', '<' };
	static const unsigned char last[] = { '>' };
	crypto_generichash_state hash;
	const char *id;
	unsigned char c;
	size_t n;

	crypto_generichash_init(&hash, NULL, 0, TERMS_TAG_BYTES);
	for (; *sender != '\0'; sender++) {
		c = (unsigned char)scan_lower((unsigned char)*sender);
		crypto_generichash_update(&hash, &c, 1);
	}
	id = bare_id(message_id, &n);
	crypto_generichash_update(&hash, between, sizeof(between));
	crypto_generichash_update(&hash, (const unsigned char *)id, n);
	crypto_generichash_update(&hash, last, sizeof(last));
	crypto_generichash_final(&hash, tag, TERMS_TAG_BYTES);
}
