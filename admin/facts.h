#ifndef ADMIN_FACTS_H
#define ADMIN_FACTS_H

#include <stddef.h>

struct place;

/*
 * What a daemon says of itself, asked without disturbing the one that runs:
 * its own program reads its configuration, as its own user would, and prints
 * what is no secret.
 *
 *	PROGRAM -n -c FILE	is the configuration good?
 *	PROGRAM --facts -c FILE	lines of a word, a space, and a value:
 *
 *	milter	sign ID, seal ID, listen ADDRESS, table FILE, url URL, uses
 *		NUMBER and lifetime SECONDS (of an offer at most)
 *	acceptd	verify ID (each), listen ADDRESS, bridge ADDRESS, url URL
 *	bridge	verify ID STATE (each), grants ID USES SECONDS (likewise),
 *		scope ID KEY PATTERN (each of accounts, from_domains and
 *		destinations in bridge.conf), account NAME (each),
 *		rings NAME KEY PATTERN (of its countries, as +44*, and
 *		sip_domains),
 *		unseal ID FILE (each), face PATH, admin PATH, journal PATH,
 *		lifetime SECONDS, url URL,
 *		unheard PROVIDER (each who cannot tell who talks and pays that
 *		the end is near)
 */
struct facts {
	const char	*name;		/* "milter", "acceptd", "bridge" */
	int		 is_here;	/* there is a configuration */
	int		 is_good;	/* and the program takes it */
	char		 conf[1024];
	char		 why[2048];	/* what is wrong, if it is not good */
	char		*text;		/* owned; lines end in NUL */
	size_t		 len;
};

/* `name` is borrowed. */
void facts_gather(struct facts *, const char *name, const struct place *);
void facts_free(struct facts *);

/* The i-th value of a word, counted from 0; NULL: there are not so many. */
const char *facts_get(const struct facts *, const char *word, size_t i);
/* 1 when one value of the word begins with these characters, and then ends
 * or goes on with a space. */
int facts_has(const struct facts *, const char *word, const char *value);

#endif
