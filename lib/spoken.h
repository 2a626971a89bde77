#ifndef LIB_SPOKEN_H
#define LIB_SPOKEN_H

/*
 * Recordings of offerors' names, for networks that say nothing by themselves.
 * calloffer offerors makes them, the bridge has them played; a folder holds
 * them that both may see, or that is copied from one to the other.  A file is
 * found by the name that it says, and by nothing else: the name is what the
 * token carries, signed, and what the page shows.
 *
 *	"name-", 16 bytes of BLAKE2b over the name in hexadecimal, ".wav"
 */
#define SPOKEN_DIR	"/var/lib/calloffer-names"
#define SPOKEN_SIZE	38		/* without ".wav" */
void spoken_put(char dst[SPOKEN_SIZE], const char *name);

#endif
