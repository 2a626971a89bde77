#ifndef ADMIN_SCOPE_H
#define ADMIN_SCOPE_H

#include <stddef.h>

struct facts;

/*
 * Offers that the bridge refuses to whoever opens them, as their account is
 * none of its own or may not ring the destination, or the milter's key may not
 * use it, speak for the sender's domain, or offer the destination: seen in the
 * table of offerors before one is made.  An entry is at fault where something
 * that it says can never work: a destination, or a pattern (allow=+44*) of
 * which nothing is let through.  What else an account's guard refuses
 * (deny_file, kinds of numbers) is not judged.
 */
enum scope_result {
	SCOPE_GOOD = 0,
	SCOPE_REFUSED,		/* `why`: how many entries, and the first */
	SCOPE_UNREAD,		/* `why`: what is wrong with the table */
	SCOPE_UNKNOWN		/* no table, or the bridge has no such key */
};

#define SCOPE_WHY_SIZE 2048

/* `why` is a sentence. */
enum scope_result scope_look(const struct facts *milter,
    const struct facts *bridge, char why[SCOPE_WHY_SIZE]);

#endif
