#ifndef LIB_TERMS_H
#define LIB_TERMS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/tel.h"
#include "lib/window.h"

struct buf;

/*
 * What an offer says to the bridge and to nobody else: the sealed part of the
 * token, in the clear.
 *
 * Plaintext, before padding:
 *
 *	2	version = 1 in the upper four bits; then a bit for each optional
 *		field below, in this order from bit 0: recipient, offeree,
 *		window, max_s, reference, lang, account; and from bit 7 whether
 *		offeror, account, recipient, reference are packed
 *		(lib/base40.h), as each is that fits
 *	..	destination		tel_pack()
 *	1+n	offeror			address, n <= 254
 *	[1+n	account			n <= 32; absent: "default"]
 *	16	tag			BLAKE2b-128, see terms_tag()
 *	[1+n	recipient		n <= 254]
 *	[..	offeree			tel_pack()]
 *	[..	window			window_pack()]
 *	[4	max_s]
 *	[1+n	reference		UTF-8, n <= 40]
 *	[2	lang			two lower-case letters]
 *	1..16	padding			0x80, then zeros, to a multiple of 16
 *
 * n counts characters: packed they take fewer bytes.  Unpacking is strict:
 * unknown version or bits, a present field that is empty, one that could be
 * packed and is not, wrong padding, bytes left over: refused.
 */
#define TERMS_ADDRESS_MAX	254
#define TERMS_ACCOUNT_MAX	32
#define TERMS_ACCOUNT_DEFAULT	"default"
#define TERMS_REFERENCE_MAX	40
#define TERMS_TAG_BYTES		16

struct terms {
	struct tel	destination;
	char		offeror[TERMS_ADDRESS_MAX + 1];
	char		account[TERMS_ACCOUNT_MAX + 1];
	unsigned char	tag[TERMS_TAG_BYTES];
	char		recipient[TERMS_ADDRESS_MAX + 1];	/* or "" */
	struct tel	offeree;	/* or TEL_NONE */
	struct window	window;	/* days 0: none */
	uint32_t	max_s;	/* 0: the account's */
	char		reference[TERMS_REFERENCE_MAX + 1];	/* or "" */
	char		lang[3];				/* or "" */
};

/* A failure is the buffer's (buf_ok()). */
void terms_pack(const struct terms *, struct buf *);
int terms_unpack(struct terms *, const void *, size_t)
    __attribute__((warn_unused_result));

/*
 * The tag by which a message is found again: BLAKE2b-128 over the sender's
 * address in lower case (its domain as the caller has it: the DNS's form), a
 * NUL, and the Message-ID with its angle brackets and nothing around them (what
 * is around them is dropped here, and an id without brackets gets them).
 */
void terms_tag(unsigned char tag[TERMS_TAG_BYTES], const char *sender,
    const char *message_id);

#endif
