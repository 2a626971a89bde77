#ifndef BRIDGE_GUARD_CODE_H
#define BRIDGE_GUARD_CODE_H

#include <stdint.h>

/*
 * Codes by which who got an offer agrees that another number uses it: which is
 * out for which offer and number.  Kept in memory alone: after a start a code
 * that is out is good no more, and another is asked for.
 *
 * A code is good for CODE_LIVES_S, for one number, once, and dies of
 * CODE_TRIES_MAX wrong ones.  Of an offer there is one in CODE_PAUSE_S, and
 * CODE_MAILS_MAX in a day.
 */
#define CODE_DIGITS	8
#define CODE_LIVES_S	(15 * 60)
#define CODE_PAUSE_S	(20 * 60)
#define CODE_TRIES_MAX	5
#define CODE_MAILS_MAX	3
#define CODE_OFFERS_MAX	1024	/* with codes out; then there is no other */
#define CODE_OFFER_BYTES 16
#define CODE_HASH_BYTES	16

struct code_table;

/* `make` writes so many random digits, and a NUL.  NULL: out of memory. */
struct code_table *code_new(void (*make)(char dst[CODE_DIGITS + 1]));
void code_free(struct code_table *);

struct code_ask {
	const unsigned char	*offer;		/* CODE_OFFER_BYTES */
	const unsigned char	*number;	/* hash, CODE_HASH_BYTES */
	const char		*typed;		/* or ""; blanks and hyphens
						   in it are nothing */
	int64_t			 now_s;		/* of any clock that goes on */
};

enum code_verdict {
	CODE_GOOD,		/* and spent */
	CODE_NEW,		/* `out` is to be mailed */
	CODE_OUT,		/* one has been mailed for this number */
	CODE_WRONG,
	CODE_LATER		/* nothing more can be tried for `*in_s` */
};
enum code_verdict code_check(struct code_table *, const struct code_ask *,
    char out[CODE_DIGITS + 1], int64_t *in_s)
    __attribute__((warn_unused_result));

#endif
