#ifndef BRIDGE_SERVICE_H
#define BRIDGE_SERVICE_H

#include <stdint.h>

#include "lib/ask.h"

struct acceptance;
struct code_mail;
struct contract;
struct crew;
struct driver;
struct frame;
struct guard;
struct hook;
struct journal;
struct means_desk;
struct news;
struct peer;
struct secret;
struct unseal;

/*
 * How an acceptance becomes a call: the caps, then the driver.  `done` is
 * called exactly once, within the call or later; when it is ASK_OK the answer
 * names the call and the address of its page.
 */
typedef void service_done_fn(void *ctx, const struct ask_accepted *);
struct service_asked {
	const struct acceptance	*acc;		/* copied */
	const char		*client;	/* address prefix, or "" */
	const char		*code;		/* as typed; NULL: none is
						   asked for */
	service_done_fn		*done;
	void			*ctx;
};
typedef void service_accept_fn(void *ctx, const struct service_asked *);

/*
 * What the face's socket and the administrator's have in common: one bridge.
 * All borrowed.
 */
struct service {
	struct driver		*driver;
	struct journal		*journal;
	struct guard		*guard;
	struct hook		*hook;
	const struct secret	*mac;
	const struct unseal	*unseal;
	struct crew		*crew;
	const struct contract	*contract;	/* the one that holds now */
	struct code_mail	*code_mail;	/* NULL: none can be sent */
	service_accept_fn	*accept;
	void			*accept_ctx;
	struct means_desk	*means;
	struct news		*news;
	/* a webhook's frame: 0, or -1, it cannot be read */
	int			 (*on_hook)(const struct service *,
				    struct peer *, const struct frame *);
};

#endif
