#ifndef BRIDGE_PROVIDER_FORGET_H
#define BRIDGE_PROVIDER_FORGET_H

#include <stddef.h>

struct journal;
struct loop;
struct world;
struct world_provider;

/*
 * What is erased here is deleted by the providers, too, where the configuration
 * says so: one leg after the other, whenever the journal has one that is due.
 * An answer that was lost is asked for again, with growing pauses, for a week.
 */
struct forget;

/* Where the world is and who is in it; copied, what they point to is
 * borrowed. */
struct forget_conf {
	struct journal			*journal;
	const struct world		*world;
	const struct world_provider	*provider;
	size_t				 n;
};

/* 1 where a provider is to delete anything. */
int forget_is_wanted(const struct forget_conf *);
/* NULL: out of memory. */
struct forget *forget_open(struct loop *, const struct forget_conf *);
/* The world must not call back any more.  NULL is fine. */
void forget_close(struct forget *);

#endif
