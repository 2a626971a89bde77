#ifndef BRIDGE_CALL_DUE_H
#define BRIDGE_CALL_DUE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Who is to be woken when: a binary heap of times, embedded in what they
 * belong to.
 */
struct due {
	int64_t	at;
	size_t	place;		/* in the heap from 1, 0: not in it */
	void	*owner;
};

struct due_heap {
	struct due	**v;	/* owned */
	size_t		  n;
	size_t		  size;
};

/* Room for one more, so that due_set() cannot fail.  0, or -1. */
int due_reserve(struct due_heap *, size_t n)
    __attribute__((warn_unused_result));
/* Puts, moves or (`at` 0) removes it. */
void due_set(struct due_heap *, struct due *, int64_t at);
/* The earliest, or NULL. */
struct due *due_first(const struct due_heap *);
/* The heap's own memory. */
void due_free(struct due_heap *);

#endif
