#ifndef BRIDGE_CONTRACT_SHOW_H
#define BRIDGE_CONTRACT_SHOW_H

struct contract;
struct unseal;

/*
 * What the configuration says that is no secret, to standard output.
 */

/*
 * Lines of a word, a space and a value, for programs:
 *
 *	url URL, face PATH, admin PATH, journal PATH,
 *	verify ID STATE (each key), lifetime SECONDS (the longest of an offer),
 *	grants ID USES SECONDS (each key), scope ID KEY PATTERN (each of its
 *	accounts, from_domains and destinations), account NAME (each), rings
 *	NAME KEY PATTERN (of its countries, as +44*, and sip_domains),
 *	unseal ID FILE (each), provider NAME KIND (each), unheard NAME (each
 *	provider of an account that pays, with whom nobody who talks can be
 *	told that the money ends soon)
 */
void show_facts(const struct contract *, const struct unseal *);

/* The accounts with every effective value, or the one of that name: 0, or
 * -1: there is none.  NULL: all. */
int show_accounts(const struct contract *, const char *name);

#endif
