#include <stdlib.h>
#include <string.h>

#include "bridge-client/guard/code.h"

#define DAY_S	86400

struct entry {
	unsigned char	offer[CODE_OFFER_BYTES];
	unsigned char	number[CODE_HASH_BYTES];
	char		code[CODE_DIGITS + 1];	/* "": spent */
	int64_t		mailed_s;
	int64_t		first_s;	/* of the day's mails */
	int		n_mails;	/* 0: free */
	int		n_tries;
};

struct code_table {
	void		(*make)(char dst[CODE_DIGITS + 1]);
	struct entry	 entry[CODE_OFFERS_MAX];
};

struct code_table *
code_new(void (*make)(char dst[CODE_DIGITS + 1]))
{
	struct code_table *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->make = make;
	return t;
}

void
code_free(struct code_table *t)
{
	free(t);
}

/* The offer's, or one that is free or says nothing any more; NULL: neither. */
static struct entry *
find(struct code_table *t, const struct code_ask *ask)
{
	struct entry *e, *empty = NULL;
	size_t i;

	for (i = 0; i < CODE_OFFERS_MAX; i++) {
		e = &t->entry[i];
		if (e->n_mails > 0 &&
		    memcmp(e->offer, ask->offer, sizeof(e->offer)) == 0)
			return e;
		if (empty == NULL && (e->n_mails == 0 ||
		    ask->now_s - e->first_s >= DAY_S))
			empty = e;
	}
	if (empty != NULL) {
		memset(empty, 0, sizeof(*empty));
		memcpy(empty->offer, ask->offer, sizeof(empty->offer));
	}
	return empty;
}

/* In the same time wherever it differs. */
static int
is_same(const char *code, const char *typed)
{
	unsigned char differs = 0;
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (n >= CODE_DIGITS)
			return 0;
		differs |= (unsigned char)(code[n++] ^ *typed);
	}
	return n == CODE_DIGITS && differs == 0;
}

static enum code_verdict
later(enum code_verdict verdict, int64_t at_s, const struct code_ask *ask,
    int64_t *in_s)
{
	*in_s = at_s > ask->now_s ? at_s - ask->now_s : 0;
	return verdict;
}

static enum code_verdict
make(struct code_table *t, struct entry *e, const struct code_ask *ask,
    char out[CODE_DIGITS + 1])
{
	t->make(e->code);
	memcpy(e->number, ask->number, sizeof(e->number));
	if (e->n_mails == 0)
		e->first_s = ask->now_s;
	e->n_mails++;
	e->n_tries = 0;
	e->mailed_s = ask->now_s;
	memcpy(out, e->code, CODE_DIGITS + 1);
	return CODE_NEW;
}

/* There is one for this number, and it can be tried. */
static int
is_out(const struct entry *e, const struct code_ask *ask)
{
	return e->n_mails > 0 && e->code[0] != '\0' &&
	    e->n_tries < CODE_TRIES_MAX &&
	    ask->now_s - e->mailed_s < CODE_LIVES_S &&
	    memcmp(e->number, ask->number, sizeof(e->number)) == 0;
}

enum code_verdict
code_check(struct code_table *t, const struct code_ask *ask,
    char out[CODE_DIGITS + 1], int64_t *in_s)
{
	struct entry *e = find(t, ask);

	*in_s = 0;
	if (e == NULL)
		return later(CODE_LATER, ask->now_s + CODE_PAUSE_S, ask, in_s);
	if (e->n_mails > 0 && ask->now_s - e->first_s >= DAY_S)
		e->n_mails = 0;
	if (is_out(e, ask)) {
		if (ask->typed[0] == '\0')
			return CODE_OUT;
		if (is_same(e->code, ask->typed)) {
			e->code[0] = '\0';
			return CODE_GOOD;
		}
		e->n_tries++;
		return CODE_WRONG;
	}
	if (e->n_mails >= CODE_MAILS_MAX)
		return later(CODE_LATER, e->first_s + DAY_S, ask, in_s);
	if (e->n_mails > 0 && ask->now_s - e->mailed_s < CODE_PAUSE_S)
		return later(CODE_LATER, e->mailed_s + CODE_PAUSE_S, ask,
		    in_s);
	return make(t, e, ask, out);
}
