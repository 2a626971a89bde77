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
 * A place in a text, decoded and as it stands there: what is inserted replaces
 * `del` raw bytes from `raw` on, and holds what of them is to stay.
 */
struct codec_place {
	size_t	at;		/* in the decoded text */
	size_t	raw;
	size_t	del;		/* the rest of a quantum of base64; else 0 */
	int	is_dangling;	/* behind a soft break that the end cuts off */
};

/* at <= text->len */
void codec_find_place(struct codec_place *, const struct codec_text *,
    size_t at);

/*
 * What is inserted there must have a length that is a multiple of this, so that
 * nothing behind it moves: 1 or 3.
 */
size_t codec_grain(const struct codec_text *, const struct codec_place *);

/*
 * 1 when the raw line that holds it may be cut there: neither half, as a line
 * of its own, begins as a boundary does.
 */
int codec_may_cut(const struct codec_text *, const struct codec_place *);

/*
 * Appends to `out` what must stand there, so that the text decodes to
 * text[0..at] + bytes + text[at..].  Encoded lines are at most 76 long, end
 * with CRLF, and none begins with "--", "." or "From ".  A failure is the
 * buffer's.
 */
void codec_insert(const struct codec_text *, const struct codec_place *,
    const struct codec_text *inserted, struct buf *out);

#endif
