#ifndef MILTER_CODEC_H
#define MILTER_CODEC_H

#include <stddef.h>

struct buf;

/*
 * Content transfer encodings (RFC 2045, 6): reading a text, and putting bytes
 * into it without encoding anew what is already there.
 */
enum codec {
	CODEC_PLAIN,		/* 7bit, 8bit, binary */
	CODEC_QP,		/* quoted-printable */
	CODEC_BASE64
};

/* By the field's value.  -1: unknown, or not one bare word. */
int codec_find(enum codec *, const char *, size_t)
    __attribute__((warn_unused_result));

/* A text as it stands in the message, and decoded. */
struct codec_text {
	enum codec		 codec;
	const unsigned char	*raw;
	size_t			 raw_len;
	const unsigned char	*text;	/* CODEC_PLAIN: raw */
	size_t			 len;
};

/*
 * Appends the decoded bytes (not for CODEC_PLAIN).  -1: not base64 that all
 * readers read alike, or the buffer's failure.  Quoted-printable always can
 * be read; what is no escape stands for itself.
 */
int codec_decode(enum codec, const unsigned char *, size_t, struct buf *out)
    __attribute__((warn_unused_result));

/*
 * What is inserted at decoded offset `at` must have a length that is a
 * multiple of this, so that nothing behind it moves: 1 or 3.
 */
size_t codec_grain(const struct codec_text *, size_t at);

/*
 * 1 when the raw line that holds `at` may be cut there: neither half, as a line
 * of its own, begins as a boundary does.
 */
int codec_may_cut(const struct codec_text *, size_t at);

/* Raw bytes that are replaced by the encoded ones. */
struct codec_edit {
	size_t	at;
	size_t	del;
};

/*
 * Appends to `out` what must replace the raw bytes `*edit`, so that the text
 * decodes to text[0..at] + bytes + text[at..], and all raw bytes outside of
 * `*edit` stay.  Encoded lines are at most 76 long, end with CRLF, and none
 * begins with "--", "." or "From ".  A failure is the buffer's.
 */
void codec_insert(const struct codec_text *, size_t at,
    const struct codec_text *inserted, struct codec_edit *, struct buf *out);

#endif
