#ifndef BRIDGE_PAYER_MEANS_DESK_H
#define BRIDGE_PAYER_MEANS_DESK_H

#include "lib/ask.h"

struct means_desk;
struct service;
struct world;

/*
 * A link on its way to means of payment that are bound to an account.
 *
 *	invite	a link is made and mailed: one commit, then the mail
 *	show	his browser is here: may he leave them?  Nothing changes by it
 *	open	he has pressed the button: a page of the payer's is made, or
 *		the one that is there is found again
 *	news	the payer says that something was left there
 *
 * What was left is asked of the payer, whoever says so: then account and means
 * are bound in the commit that uses the link up.  So a link is used once,
 * however often it is opened, and news that come twice, late or never change
 * nothing: he who comes back from the page has it asked, too.
 */
struct means_desk_conf {
	const struct service	*service;	/* its journal, MAC, contract */
	const struct world	*world;		/* its payers; borrowed */
	/* mails are due; NULL: none are sent */
	void			(*wake)(void *ctx);
	void			*wake_ctx;
};
/* NULL: out of memory. */
struct means_desk *means_desk_new(const struct means_desk_conf *);
/* Who still waits is told ASK_WAY_LATER; the world must not call back any
 * more.  NULL is fine. */
void means_desk_free(struct means_desk *);

void means_desk_invite(struct means_desk *, const struct ask_invite *,
    struct ask_invited *out);
/* First forgets them, where that is asked. */
void means_desk_bound(struct means_desk *, const struct ask_bound *,
    struct ask_binding *out);

/* The callback comes once, now or later. */
typedef void means_desk_fn(void *ctx, const struct ask_way *);
void means_desk_show(struct means_desk *, const struct ask_means *,
    means_desk_fn *, void *ctx);
/* ASK_WAY_LATER: it could not be asked, or not be written down. */
void means_desk_news(struct means_desk *, const unsigned char id[16],
    means_desk_fn *, void *ctx);

/* Who pays for this call wants a word from his customer: he gets a link by
 * mail, one in a day at most. */
void means_desk_turn(void *means_desk, const unsigned char call[16]);

#endif
