/*
 * The token: base64url, signature, fields, in this order.  What signs is not
 * here but in the milter's mint; what unseals, in the bridge.
 */

#include <pthread.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/key.h"
#include "lib/scan.h"

#include "lib/token.h"

#define SIGN_ID_AT	2	/* version and uses come before */
#define NOT_AFTER_MAX	(((int64_t)1 << 40) - 1)
#define SEALED_MIN	64	/* crypto_box_seal's 48, and one block */
#define BLOCK		16	/* terms are padded to these */
#define FIXED		98	/* all but the name and the sealed part */

static int
is_sealed_len(size_t n)
{
	return n >= SEALED_MIN && n % BLOCK == 0 && n <= TOKEN_SEALED_MAX;
}

static int
is_uuid7(const unsigned char id[TOKEN_OFFER_BYTES])
{
	return id[6] >> 4 == 7 && id[8] >> 6 == 2;
}

/* The fields between the version and the signature. */
static int
parse_fields(struct token *t, const unsigned char *raw, size_t len)
{
	struct scan s;
	size_t n;

	memset(t, 0, sizeof(*t));
	scan_init(&s, raw, len);
	(void)scan_u8(&s);
	t->uses = scan_u8(&s);
	scan_copy(&s, t->sign_id, sizeof(t->sign_id));
	scan_copy(&s, t->seal_id, sizeof(t->seal_id));
	t->not_after = (int64_t)scan_u8(&s) << 32;
	t->not_after |= scan_u32(&s);
	scan_copy(&s, t->offer, sizeof(t->offer));
	n = scan_u8(&s);
	scan_str(&s, t->name, sizeof(t->name), n);
	t->sealed_len = scan_u16(&s);
	if (!is_sealed_len(t->sealed_len))
		return -1;
	scan_copy(&s, t->sealed, t->sealed_len);
	if (!scan_done(&s) || t->uses == 0 || !is_uuid7(t->offer) ||
	    !scan_is_printable_utf8(t->name, n))
		return -1;
	return 0;
}

/* Into `raw`, which holds TOKEN_RAW_MAX; nothing in it is looked at. */
static enum token_verdict
decode(unsigned char *raw, size_t *raw_len, const char *text, size_t len)
{
	long n = scan_base64url(raw, TOKEN_RAW_MAX, text, len);

	if (len > TOKEN_TEXT_MAX || n <= 0)
		return TOKEN_MALFORMED;
	*raw_len = (size_t)n;
	if (raw[0] != TOKEN_VERSION)
		return TOKEN_VERSION_UNKNOWN;
	if (*raw_len < FIXED + SEALED_MIN)
		return TOKEN_MALFORMED;
	return TOKEN_GOOD;
}

enum token_verdict
token_verify(struct token *out, const char *text, size_t len,
    const struct key_ring *verify_keys)
{
	/* The context and its NUL stand before the token, as when signed. */
	unsigned char message[sizeof(TOKEN_CONTEXT) + TOKEN_RAW_MAX];
	unsigned char *raw = message + sizeof(TOKEN_CONTEXT);
	const struct key *key;
	enum token_verdict verdict;
	struct token t;
	size_t n;

	verdict = decode(raw, &n, text, len);
	if (verdict != TOKEN_GOOD)
		return verdict;
	key = key_ring_find(verify_keys, raw + SIGN_ID_AT);
	if (key == NULL)
		return TOKEN_KEY_UNKNOWN;
	memcpy(message, TOKEN_CONTEXT, sizeof(TOKEN_CONTEXT));
	n -= TOKEN_SIG_BYTES;
	if (crypto_sign_verify_detached(raw + n, message,
	    sizeof(TOKEN_CONTEXT) + n, key->public) != 0)
		return TOKEN_FORGED;
	if (parse_fields(&t, raw, n) != 0)
		return TOKEN_MALFORMED;
	*out = t;
	return TOKEN_GOOD;
}

enum token_verdict
token_peek(struct token *out, const char *text, size_t len)
{
	unsigned char raw[TOKEN_RAW_MAX];
	enum token_verdict verdict;
	struct token t;
	size_t n;

	verdict = decode(raw, &n, text, len);
	if (verdict != TOKEN_GOOD)
		return verdict;
	if (parse_fields(&t, raw, n - TOKEN_SIG_BYTES) != 0)
		return TOKEN_MALFORMED;
	*out = t;
	return TOKEN_GOOD;
}

void
token_digest(unsigned char out[TOKEN_DIGEST_BYTES], const char *text,
    size_t len)
{
	crypto_generichash(out, TOKEN_DIGEST_BYTES,
	    (const unsigned char *)text, len, NULL, 0);
}

const char *
token_verdict_text(enum token_verdict verdict)
{
	switch (verdict) {
	case TOKEN_GOOD:
		return "good";
	case TOKEN_MALFORMED:
		return "malformed";
	case TOKEN_VERSION_UNKNOWN:
		return "of an unknown version";
	case TOKEN_KEY_UNKNOWN:
		return "signed with an unknown key";
	case TOKEN_FORGED:
		return "forged or damaged";
	}
	return "unknown";
}

void
token_pack(const struct token *t, struct buf *b)
{
	size_t n = strnlen(t->name, sizeof(t->name));

	if (t->uses == 0 || t->not_after < 0 || t->not_after > NOT_AFTER_MAX ||
	    n > TOKEN_NAME_MAX || !scan_is_printable_utf8(t->name, n) ||
	    !is_sealed_len(t->sealed_len) || !is_uuid7(t->offer) ||
	    FIXED + n + t->sealed_len > TOKEN_RAW_MAX) {
		b->is_bad = 1;
		return;
	}
	buf_u8(b, TOKEN_VERSION);
	buf_u8(b, t->uses);
	buf_put(b, t->sign_id, sizeof(t->sign_id));
	buf_put(b, t->seal_id, sizeof(t->seal_id));
	buf_u8(b, (uint8_t)(t->not_after >> 32));
	buf_u32(b, (uint32_t)t->not_after);
	buf_put(b, t->offer, sizeof(t->offer));
	buf_u8(b, (uint8_t)n);
	buf_put(b, t->name, n);
	buf_u16(b, (uint16_t)t->sealed_len);
	buf_put(b, t->sealed, t->sealed_len);
}

int64_t
token_offer_ms(const unsigned char id[TOKEN_OFFER_BYTES])
{
	int64_t ms = 0;
	int i;

	for (i = 0; i < 6; i++)
		ms = ms << 8 | id[i];
	return ms;
}

void
token_uuid_text(const unsigned char id[TOKEN_OFFER_BYTES],
    char dst[TOKEN_UUID_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	size_t i, n = 0;

	for (i = 0; i < TOKEN_OFFER_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			dst[n++] = '-';
		dst[n++] = hex[id[i] >> 4];
		dst[n++] = hex[id[i] & 0xf];
	}
	dst[n] = '\0';
}

int
token_uuid_parse(unsigned char id[TOKEN_OFFER_BYTES], const char *p,
    size_t len)
{
	unsigned char bytes[TOKEN_OFFER_BYTES];
	size_t i, at = 0;
	int high, low;

	if (len != TOKEN_UUID_SIZE - 1)
		return -1;
	for (i = 0; i < TOKEN_OFFER_BYTES; i++) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && p[at++] != '-')
			return -1;
		high = scan_hex(p[at++]);
		low = scan_hex(p[at++]);
		if (high == -1 || low == -1)
			return -1;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	memcpy(id, bytes, sizeof(bytes));
	return 0;
}

/*
 * RFC 9562, 6.2, method 2: within a millisecond the 74 random bits are a
 * counter that grows by random steps.  Its first bit starts as 0, so it
 * cannot run over.
 */
#define SAME_MS	100	/* threads that overtake each other by less */

static pthread_mutex_t uuid_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	int64_t		ms;
	unsigned	high;	/* rand_a, 12 bits */
	uint64_t	low;	/* rand_b, 62 bits */
} uuid_last = { .ms = -SAME_MS - 1 };

static void
uuid_step(int64_t wall_ms, uint64_t bits_high, uint64_t bits_low)
{
	if (wall_ms > uuid_last.ms || wall_ms <= uuid_last.ms - SAME_MS) {
		uuid_last.ms = wall_ms;
		uuid_last.high = bits_high & 0x7ff;
		uuid_last.low = bits_low >> 2;
		return;
	}
	uuid_last.low += 1 + (bits_low & 0xffffffff);
	if (uuid_last.low >> 62 != 0) {
		uuid_last.low &= ((uint64_t)1 << 62) - 1;
		uuid_last.high++;
	}
}

void
token_uuid_new(unsigned char id[TOKEN_OFFER_BYTES], int64_t wall_ms)
{
	uint64_t bits[2], low;
	unsigned high;
	int64_t ms;
	int i;

	randombytes_buf(bits, sizeof(bits));
	pthread_mutex_lock(&uuid_lock);
	uuid_step(wall_ms, bits[0], bits[1]);
	ms = uuid_last.ms;
	high = uuid_last.high;
	low = uuid_last.low;
	pthread_mutex_unlock(&uuid_lock);
	for (i = 0; i < 6; i++)
		id[i] = (unsigned char)(ms >> (40 - 8 * i));
	id[6] = (unsigned char)(0x70 | (high >> 8 & 0xf));
	id[7] = (unsigned char)high;
	for (i = 0; i < 8; i++)
		id[8 + i] = (unsigned char)(low >> (56 - 8 * i));
	id[8] |= 0x80;
}
