#ifndef BRIDGE_PROVIDER_CREDENTIALS_H
#define BRIDGE_PROVIDER_CREDENTIALS_H

struct buf;
struct secret;

/* What proves to a provider that it is us. */
struct credentials {
	const char		*user;		/* Basic; NULL: Bearer */
	const struct secret	*password;	/* borrowed; NULL: none */
	/* makes a Bearer's token, instead of the password; NULL: it does not.
	 * 0, or -1 */
	int			(*token)(void *ctx, struct buf *);
	void			*ctx;
};

/*
 * "Authorization: ..." as a line without its end, as Basic where that is wished
 * and there is a user, else as Bearer; nothing where there are no credentials.
 * Wipe what it is written into.  0, or -1: does not fit, or no token can be
 * made.
 */
int credentials_put(const struct credentials *, int is_basic, struct buf *)
    __attribute__((warn_unused_result));

#endif
