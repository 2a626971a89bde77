#ifndef MILTER_HEAD_H
#define MILTER_HEAD_H

#include <stddef.h>

#include "milter/codec.h"
#include "milter/ctype.h"

/*
 * The fields of one header, of a message or of a part, that say what its
 * content is.
 */
struct head {
	unsigned	seen;		/* a bit for each field met */
	int		is_ambiguous;	/* a field is there twice, or readers
					   would not agree on it */
	struct ctype	type;
	int		is_signed_data;	/* smime-type=signed-data */
	enum codec	codec;
	int		is_codec_unknown;
	int		is_8bit;	/* said so */
	int		is_binary;
	int		has_others;	/* fields that are not looked at */
	int		is_file;	/* by its Content-Disposition */
	char		id[CTYPE_START_MAX + 1];	/* without brackets */
	int		has_digest;	/* Content-MD5 */
	size_t		digest_at;	/* of the field, see head_read() */
	size_t		digest_len;
};

/* As without any field: text/plain, us-ascii, 7bit. */
void head_init(struct head *);

/* One field; its value with its folds. */
void head_field(struct head *, const char *name, size_t name_len,
    const char *value, size_t len);

/*
 * The whole header of a part, without its empty line; `at` is its offset in
 * the body, from which digest_at is counted.
 */
void head_read(struct head *, const unsigned char *, size_t, size_t at);

/* What stands between the angle brackets of an id, or "". */
void head_id(char dst[CTYPE_START_MAX + 1], const char *, size_t);

#endif
