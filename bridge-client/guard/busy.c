#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/terms.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/idtable.h"

#include "bridge-client/guard/busy.h"

/* Accounts are few, and stay known when none of their calls is left. */
struct account {
	struct account	*next;
	size_t		 n;
	char		 name[TERMS_ACCOUNT_MAX + 1];
};

struct one {
	struct idnode	 by_id, by_number;
	struct account	*account;
	unsigned char	 id[CALL_ID_BYTES];
	unsigned char	 a_hash[CALL_HASH_BYTES];
};

struct busy {
	struct idtable	 by_id, by_number;
	struct account	*accounts;
};

struct busy *
busy_new(void)
{
	return calloc(1, sizeof(struct busy));
}

void
busy_free(struct busy *b)
{
	struct account *a;
	struct idnode *node, *next;

	if (b == NULL)
		return;
	for (node = idtable_next(&b->by_id, NULL); node != NULL; node = next) {
		next = idtable_next(&b->by_id, node);
		busy_remove(b, node->id);
	}
	while ((a = b->accounts) != NULL) {
		b->accounts = a->next;
		free(a);
	}
	free(b);
}

static struct account *
find(const struct busy *b, const char *name)
{
	struct account *a = b->accounts;

	while (a != NULL && strcmp(a->name, name) != 0)
		a = a->next;
	return a;
}

static struct account *
find_or_make(struct busy *b, const char *name)
{
	struct account *a = find(b, name);

	if (a != NULL)
		return a;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	snprintf(a->name, sizeof(a->name), "%s", name);
	a->next = b->accounts;
	b->accounts = a;
	return a;
}

int
busy_add(struct busy *b, const struct acceptance *acc)
{
	struct one *one = calloc(1, sizeof(*one));

	if (one == NULL)
		return -1;
	one->account = find_or_make(b, acc->account);
	if (one->account == NULL) {
		free(one);
		return -1;
	}
	memcpy(one->id, acc->id, sizeof(one->id));
	memcpy(one->a_hash, acc->a_hash, sizeof(one->a_hash));
	one->by_id.id = one->id;
	one->by_number.id = one->a_hash;
	one->by_id.owner = one->by_number.owner = one;
	idtable_add(&b->by_id, &one->by_id);
	idtable_add(&b->by_number, &one->by_number);
	one->account->n++;
	return 0;
}

void
busy_remove(struct busy *b, const unsigned char id[16])
{
	struct one *one = idtable_find(&b->by_id, id);

	if (one == NULL)
		return;
	idtable_remove(&b->by_id, &one->by_id);
	idtable_remove(&b->by_number, &one->by_number);
	one->account->n--;
	free(one);
}

int
busy_has(const struct busy *b, const unsigned char a_hash[16])
{
	return idtable_find(&b->by_number, a_hash) != NULL;
}

size_t
busy_of_account(const struct busy *b, const char *account)
{
	const struct account *a = find(b, account);

	return a != NULL ? a->n : 0;
}
