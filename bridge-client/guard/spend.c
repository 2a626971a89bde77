/*
 * spend: what calls have cost lately.
 *
 * Each call that counts is an item, found by its id; it adds its amount to
 * three totals, found by their keys.  Items stand in a line, in the order of
 * their acceptance: those at its head whose day is over leave the totals of the
 * day, and stand on for their offer in a second line, of which a few are looked
 * at each time.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/money.h"
#include "lib/terms.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/idtable.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/nonce.h"

#include "bridge-client/guard/spend.h"

#define DAY		86400
#define LOOK		4	/* so many of those past their day */
#define TOTAL_BYTES	16

enum by { BY_OFFER, BY_OFFEROR, BY_ACCOUNT, BYS };

struct total {
	struct idnode	 node;
	unsigned char	 key[TOTAL_BYTES];
	int64_t		 amount;
	size_t		 n_items;
};

struct item {
	struct idnode	 node;
	struct item	*prev, *next;
	unsigned char	 id[CALL_ID_BYTES];
	int64_t		 at, not_after;
	int64_t		 amount;
	struct total	*total[BYS];	/* NULL: not any more */
	int		 is_capped;	/* its offer was */
};

struct line {
	struct item	*first, *last;
};

struct spend {
	const struct secret	*mac;
	struct idtable		 items;
	struct idtable		 totals[BYS];
	struct line		 day, past;
};

struct spend *
spend_new(const struct secret *mac)
{
	struct spend *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->mac = mac;
	return s;
}

/* Lines. */

static void
join(struct line *l, struct item *i)
{
	i->next = NULL;
	i->prev = l->last;
	if (l->last != NULL)
		l->last->next = i;
	else
		l->first = i;
	l->last = i;
}

static void
leave(struct line *l, struct item *i)
{
	if (i->prev != NULL)
		i->prev->next = i->next;
	else
		l->first = i->next;
	if (i->next != NULL)
		i->next->prev = i->prev;
	else
		l->last = i->prev;
}

/* Totals. */

static void
key_of(const struct spend *s, enum by by, const struct acceptance *acc,
    unsigned char key[TOTAL_BYTES])
{
	char text[TERMS_ACCOUNT_MAX + TERMS_ADDRESS_MAX + 2];
	struct buf b;

	if (by == BY_OFFER) {
		memcpy(key, acc->offer, TOTAL_BYTES);
		return;
	}
	buf_over(&b, text, sizeof(text));
	buf_str(&b, acc->account);
	if (by == BY_OFFEROR)
		buf_printf(&b, "\n%s", acc->offeror);
	nonce_hash(key, s->mac, buf_cstr(&b));
}

static int64_t
amount_by(const struct spend *s, enum by by, const struct acceptance *acc)
{
	unsigned char key[TOTAL_BYTES];
	const struct total *t;

	key_of(s, by, acc, key);
	t = idtable_find(&s->totals[by], key);
	return t != NULL ? t->amount : 0;
}

static struct total *
total_of(struct spend *s, enum by by, const struct acceptance *acc)
{
	unsigned char key[TOTAL_BYTES];
	struct total *t;

	key_of(s, by, acc, key);
	t = idtable_find(&s->totals[by], key);
	if (t != NULL)
		return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	memcpy(t->key, key, sizeof(t->key));
	t->node.id = t->key;
	t->node.owner = t;
	idtable_add(&s->totals[by], &t->node);
	return t;
}

static void
take_from(struct spend *s, enum by by, struct item *i)
{
	struct total *t = i->total[by];

	if (t == NULL)
		return;
	i->total[by] = NULL;
	t->amount -= i->amount;
	if (--t->n_items > 0)
		return;
	idtable_remove(&s->totals[by], &t->node);
	free(t);
}

/* Items. */

static void
forget(struct spend *s, struct line *l, struct item *i)
{
	int by;

	for (by = 0; by < BYS; by++)
		take_from(s, (enum by)by, i);
	idtable_remove(&s->items, &i->node);
	leave(l, i);
	free(i);
}

static struct line *
line_of(struct spend *s, const struct item *i)
{
	return i->total[BY_ACCOUNT] != NULL ? &s->day : &s->past;
}

void
spend_free(struct spend *s)
{
	if (s == NULL)
		return;
	while (s->day.first != NULL)
		forget(s, &s->day, s->day.first);
	while (s->past.first != NULL)
		forget(s, &s->past, s->past.first);
	free(s);
}

/* Days and offers that are over. */
static void
tidy(struct spend *s, int64_t now)
{
	struct item *i;
	int n;

	while ((i = s->day.first) != NULL && i->at <= now - DAY) {
		if (!i->is_capped) {
			forget(s, &s->day, i);
			continue;
		}
		take_from(s, BY_OFFEROR, i);
		take_from(s, BY_ACCOUNT, i);
		leave(&s->day, i);
		join(&s->past, i);
	}
	for (n = 0; n < LOOK && (i = s->past.first) != NULL; n++) {
		if (i->not_after < now - DAY) {
			forget(s, &s->past, i);
			continue;
		}
		leave(&s->past, i);
		join(&s->past, i);
	}
}

static int
add(struct spend *s, const struct contract_account *a,
    const struct acceptance *acc, int64_t at, int64_t amount)
{
	struct item *i = calloc(1, sizeof(*i));
	int by, is_good = i != NULL;

	for (by = 0; by < BYS && is_good; by++) {
		i->total[by] = total_of(s, (enum by)by, acc);
		if (i->total[by] != NULL)
			i->total[by]->n_items++;
		else
			is_good = 0;
	}
	if (!is_good) {
		for (by = 0; by < BYS && i != NULL; by++)
			take_from(s, (enum by)by, i);
		free(i);
		return -1;
	}
	for (by = 0; by < BYS; by++)
		i->total[by]->amount += amount;
	memcpy(i->id, acc->id, sizeof(i->id));
	i->at = at;
	i->not_after = acc->not_after;
	i->amount = amount;
	i->is_capped = a->spend_offer > 0;
	i->node.id = i->id;
	i->node.owner = i;
	idtable_add(&s->items, &i->node);
	join(&s->day, i);
	return 0;
}

static void
change(struct item *i, int64_t amount)
{
	int by;

	for (by = 0; by < BYS; by++)
		if (i->total[by] != NULL)
			i->total[by]->amount += amount - i->amount;
	i->amount = amount;
}

/* What is asked. */

int64_t
spend_left(struct spend *s, const struct contract_account *a,
    const struct acceptance *acc, int64_t now)
{
	const int64_t caps[BYS] = { a->spend_offer, a->spend_offeror,
	    a->spend_day };
	int64_t left = MONEY_MAX, one;
	int by;

	tidy(s, now);
	for (by = 0; by < BYS; by++) {
		if (caps[by] <= 0)
			continue;
		one = caps[by] - amount_by(s, (enum by)by, acc);
		if (one < left)
			left = one;
	}
	return left > 0 ? left : 0;
}

int
spend_reserve(struct spend *s, const struct contract_account *a,
    const struct acceptance *acc, int64_t now)
{
	if (acc->fare.payer[0] == '\0' ||
	    idtable_find(&s->items, acc->id) != NULL)
		return 1;
	return add(s, a, acc, now, call_cost(&acc->fare, acc->max_s));
}

void
spend_release(struct spend *s, const unsigned char id[16])
{
	struct item *i = idtable_find(&s->items, id);

	if (i != NULL)
		forget(s, line_of(s, i), i);
}

void
spend_ended(struct spend *s, const struct call *c)
{
	struct item *i = idtable_find(&s->items, c->acc.id);

	if (i != NULL)
		change(i, c->cost);
}

void
spend_recall(struct spend *s, const struct contract_account *a,
    const struct call *c)
{
	if (c->acc.fare.payer[0] == '\0' ||
	    idtable_find(&s->items, c->acc.id) != NULL)
		return;
	(void)add(s, a, &c->acc, c->accepted_at, c->ended_at != 0 ? c->cost :
	    call_cost(&c->acc.fare, c->acc.max_s));
}
