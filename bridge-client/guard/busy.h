#ifndef BRIDGE_GUARD_BUSY_H
#define BRIDGE_GUARD_BUSY_H

#include <stddef.h>

struct acceptance;

/*
 * The calls that have not ended: whose number one is going on with, and how
 * many each account has.  Each question costs the same however many they are.
 */
struct busy;

struct busy *busy_new(void);		/* NULL: out of memory */
void busy_free(struct busy *);

/* 0, or -1: out of memory. */
int busy_add(struct busy *, const struct acceptance *);
/* The call of this id, if it is there; one, if it was added twice. */
void busy_remove(struct busy *, const unsigned char id[16]);

/* Is there a call with this number (its a_hash)? */
int busy_has(const struct busy *, const unsigned char a_hash[16]);
size_t busy_of_account(const struct busy *, const char *account);

#endif
