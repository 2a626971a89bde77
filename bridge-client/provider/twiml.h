#ifndef BRIDGE_PROVIDER_TWIML_H
#define BRIDGE_PROVIDER_TWIML_H

#include <stddef.h>

struct buf;
struct provider_conf;
struct provider_intent;

/*
 * Documents that say what a leg does: TwiML, which SignalWire understands as
 * well.  None holds a number.
 */

/* Waits for keys, for as long as it takes: the leg has its own limit.  `leg` is
 * its name, "co-CALL-a". */
void twiml_put_waiting(struct buf *, const char *hook_url, const char *leg);

/* Speaks the intent's prompts, and listens meanwhile.  0, or -1: there are no
 * such prompts. */
int twiml_put_prompts(struct buf *, const struct provider_conf *,
    const struct provider_intent *);

/* Meets the other leg in the call's conference, for `limit_s` at most; 0: the
 * leg has its own limit.  `leg` is its name, by which it is known there; NULL:
 * by none. */
void twiml_put_conference(struct buf *, const struct provider_intent *,
    int limit_s, const char *leg);
/* The conference's own name. */
void twiml_room(const struct provider_intent *, char *dst, size_t size);

#endif
