#ifndef BRIDGE_CALL_WATCH_H
#define BRIDGE_CALL_WATCH_H

#include <stdint.h>

struct call;

/* Those who want to be told when the stage of one call changes. */
struct watch;

struct watch_list {
	struct watch	*first;
	uint8_t		 stage;		/* as it was told */
	uint8_t		 end;
};

typedef void watch_fn(void *ctx, const struct call *);

/* What the call is now is not told.  NULL: no memory. */
struct watch *watch_new(struct watch_list *, watch_fn *, void *ctx);
/* Also after watch_close(), and from within any watch's callback. */
void watch_free(struct watch *);

/* Tells them, where the stage or the end has changed since. */
void watch_tell(struct watch_list *, const struct call *);
/* Nobody is told any more. */
void watch_close(struct watch_list *);

#endif
