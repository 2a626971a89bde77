#ifndef BRIDGE_PROVIDER_NCCO_H
#define BRIDGE_PROVIDER_NCCO_H

struct buf;
struct provider_conf;
struct provider_intent;

/*
 * Vonage's documents (NCCO): what a leg does, as a JSON array of actions.  None
 * holds a number.
 */

/* Waits for a key; `leg` is its name, "co-CALL-a".  Where none comes the event
 * says so, and is answered with the same. */
void ncco_put_waiting(struct buf *, const char *hook_url, const char *leg);

/* Speaks the intent's prompts, and listens meanwhile.  0, or -1: there are no
 * such prompts. */
int ncco_put_prompts(struct buf *, const struct provider_conf *,
    const struct provider_intent *);

/* Meets the other leg in the call's conversation. */
void ncco_put_conversation(struct buf *, const struct provider_intent *);

#endif
