#ifndef LIB_TEL_H
#define LIB_TEL_H

#include <stddef.h>

struct buf;
struct scan;

/*
 * What can be rung: a telephone number (E.164, RFC 3966 global form) or a SIP
 * address (RFC 3261).  This room knows form only; whether a number may be
 * dialled is the bridge's guard.
 *
 *	+442079460123
 *	+442079460123;ext=42	the digits are dialled after the answer
 *	sip:desk@example.com	sip:desk@example.com:5062	sips:...
 */
enum tel_kind { TEL_NONE, TEL_E164, TEL_SIP };

#define TEL_TEXT_MAX	128	/* characters of the canonical text */
#define TEL_EXT_MAX	10
#define TEL_DIGITS_MIN	7	/* of a number, with its country's code */

struct tel {
	enum tel_kind	kind;
	/* "+442079460123" or "sip:desk@example.com": canonical, no ;ext= */
	char		text[TEL_TEXT_MAX + 1];
	char		ext[TEL_EXT_MAX + 1];	/* digits, or "" */
};

/*
 * Strict: `+` and 7 to 15 digits, the first not 0; visual separators (space,
 * "-", ".", "(", ")") are allowed and dropped.  sip:/sips: with a user and a
 * host, no password, no parameters, no headers; the scheme and host are
 * lowered.  The whole slice, or -1 with a reason that completes the sentence
 * "this cannot be rung: ...".
 */
int tel_parse(struct tel *, const char *, size_t, const char **why)
    __attribute__((warn_unused_result));

/* The canonical text with its ";ext=", for reading by people and for keys. */
#define TEL_FULL_SIZE (TEL_TEXT_MAX + TEL_EXT_MAX + 6)
void tel_full(const struct tel *, char dst[TEL_FULL_SIZE]);
int tel_same(const struct tel *, const struct tel *);

/*
 * For logs and records: "+41...34", "sip:d...@example.com".  A number keeps
 * its country's first two digits at most and its last two; "-" for TEL_NONE.
 */
#define TEL_REDACTED_SIZE 96
void tel_redact(const struct tel *, char dst[TEL_REDACTED_SIZE]);

/*
 * Packed form.  First byte: high nibble the kind, low nibble the count of
 * digits (E.164) or 0.  E.164: two digits a byte, high nibble first, an odd
 * last one padded with 0xf.  SIP: one byte of length, then the text without
 * its scheme (the low nibble is 1 for sips).  Then one byte: the count of ext
 * digits, and these, packed alike.  TEL_NONE is the single byte 0.
 * Unpacking accepts only what packing makes.
 */
void tel_pack(const struct tel *, struct buf *);
/* A failure marks the cursor bad. */
void tel_unpack(struct tel *, struct scan *);

#endif
