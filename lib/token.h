#ifndef LIB_TOKEN_H
#define LIB_TOKEN_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct key_ring;

/*
 * The offer token: what travels in the mail.  Big-endian, then base64url
 * without padding (RFC 4648 section 5).
 *
 *	1	version = 1
 *	1	maximum uses, 1..255
 *	4	signing key id
 *	4	sealing key id
 *	5	not after, Unix seconds
 *	16	offer id, a UUIDv7 (RFC 9562)
 *	1+n	display name of the offeror, UTF-8, n <= 64
 *	2+s	crypto_box_seal of the padded terms (lib/terms.h)
 *	64	Ed25519 over TOKEN_CONTEXT, a NUL, and all bytes before
 *
 * Only fixed offsets (version, key id, the last 64 bytes) are looked at before
 * the signature has been checked.
 */
#define TOKEN_VERSION	1
#define TOKEN_CONTEXT	"calloffer/offer/1"
#define TOKEN_TEXT_MAX	512	/* characters */
#define TOKEN_RAW_MAX	384	/* bytes */
#define TOKEN_NAME_MAX	64
#define TOKEN_OFFER_BYTES 16
#define TOKEN_SIG_BYTES	64
#define TOKEN_SEALED_MAX (TOKEN_RAW_MAX - 98)

struct token {
	uint8_t		 uses;
	unsigned char	 sign_id[4];
	unsigned char	 seal_id[4];
	int64_t		 not_after;
	unsigned char	 offer[TOKEN_OFFER_BYTES];
	char		 name[TOKEN_NAME_MAX + 1];
	size_t		 sealed_len;
	unsigned char	 sealed[TOKEN_SEALED_MAX];
};

enum token_verdict {
	TOKEN_GOOD,
	TOKEN_MALFORMED, /* not base64url, wrong lengths, not canonical */
	TOKEN_VERSION_UNKNOWN,
	TOKEN_KEY_UNKNOWN,
	TOKEN_FORGED		/* the signature does not hold */
};

/*
 * Checks the signature, then parses.  Says nothing about time: the caller
 * holds not_after against its own clock.  `*out` is filled only when good.
 * Never reads the sealed part.
 */
enum token_verdict token_verify(struct token *out, const char *text, size_t,
    const struct key_ring *verify_keys) __attribute__((warn_unused_result));
/*
 * As token_verify() but without any key: for a text that was verified already,
 * and for `calloffer inspect`.
 */
enum token_verdict token_peek(struct token *out, const char *text, size_t)
    __attribute__((warn_unused_result));
/* What stands for a text, letter by letter: BLAKE2b-256. */
#define TOKEN_DIGEST_BYTES 32
void token_digest(unsigned char out[TOKEN_DIGEST_BYTES], const char *text,
    size_t);
const char *token_verdict_text(enum token_verdict);

/*
 * All bytes before the signature, into a buffer that holds TOKEN_RAW_MAX.
 * Refused (buffer bad) when a field is out of its bounds.  The milter's mint
 * signs and appends.
 */
void token_pack(const struct token *, struct buf *);

/* Unix milliseconds of a UUIDv7, and a UUID in its usual 36 characters. */
int64_t token_offer_ms(const unsigned char id[TOKEN_OFFER_BYTES]);
#define TOKEN_UUID_SIZE 37
void token_uuid_text(const unsigned char id[TOKEN_OFFER_BYTES],
    char dst[TOKEN_UUID_SIZE]);
int token_uuid_parse(unsigned char id[TOKEN_OFFER_BYTES], const char *, size_t)
    __attribute__((warn_unused_result));
/*
 * A new UUIDv7 at `wall_ms`, random bits from libsodium.  Ids made in one
 * process in one millisecond are in order too (RFC 9562 6.2, method 2).
 * Safe in threads.
 */
void token_uuid_new(unsigned char id[TOKEN_OFFER_BYTES], int64_t wall_ms);

#endif
