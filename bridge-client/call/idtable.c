#include <string.h>

#include "bridge-client/call/idtable.h"

/* The end of a UUIDv7 is random (RFC 9562, 5.7). */
static size_t
bucket_of(const unsigned char *id)
{
	return (size_t)id[IDTABLE_BYTES - 2] << 8 | id[IDTABLE_BYTES - 1];
}

void
idtable_add(struct idtable *t, struct idnode *node)
{
	struct idnode **p = &t->bucket[bucket_of(node->id)];

	node->next = *p;
	*p = node;
	t->n++;
}

void
idtable_remove(struct idtable *t, struct idnode *node)
{
	struct idnode **p = &t->bucket[bucket_of(node->id)];

	while (*p != node)
		p = &(*p)->next;
	*p = node->next;
	t->n--;
}

void *
idtable_find(const struct idtable *t, const unsigned char id[IDTABLE_BYTES])
{
	const struct idnode *node = t->bucket[bucket_of(id)];

	while (node != NULL && memcmp(node->id, id, IDTABLE_BYTES) != 0)
		node = node->next;
	return node != NULL ? node->owner : NULL;
}

struct idnode *
idtable_next(const struct idtable *t, const struct idnode *node)
{
	size_t i = 0;

	if (node != NULL && node->next != NULL)
		return node->next;
	if (node != NULL)
		i = bucket_of(node->id) + 1;
	while (i < IDTABLE_BUCKETS && t->bucket[i] == NULL)
		i++;
	return i < IDTABLE_BUCKETS ? t->bucket[i] : NULL;
}
