#ifndef BRIDGE_CALL_IDTABLE_H
#define BRIDGE_CALL_IDTABLE_H

#include <stddef.h>

/*
 * Things found by their UUID: a hash table whose nodes are embedded.  Half a
 * megabyte, of which only what is used is there.
 */
#define IDTABLE_BYTES	16
#define IDTABLE_BUCKETS	65536	/* one for each pair of last bytes */

struct idnode {
	struct idnode		*next;
	const unsigned char	*id;		/* of its owner */
	void			*owner;
};

struct idtable {
	struct idnode	*bucket[IDTABLE_BUCKETS];	/* all NULL: empty */
	size_t		 n;
};

void idtable_add(struct idtable *, struct idnode *);
/* It is in there. */
void idtable_remove(struct idtable *, struct idnode *);
/* The owner, or NULL. */
void *idtable_find(const struct idtable *,
    const unsigned char id[IDTABLE_BYTES]);
/* Every node, in no order: the one after `node`; the first after NULL. */
struct idnode *idtable_next(const struct idtable *, const struct idnode *);

#endif
