#ifndef BRIDGE_PROVIDER_BXML_H
#define BRIDGE_PROVIDER_BXML_H

struct buf;
struct provider_conf;
struct provider_intent;

/*
 * Documents that say what a leg does: Bandwidth's BXML.  None holds a number.
 * They have one root where they go along with a request, and another where
 * they answer a webhook.
 */
#define BXML_SENT	"Bxml"
#define BXML_ANSWER	"Response"

/*
 * What Bandwidth is to show with the webhooks of a leg, "co-CALL-a", which is
 * the user's name: a keyed hash of that, so that who has seen one leg's can
 * tell nothing of another.  The secret itself goes nowhere.
 */
#define BXML_PASSWORD_SIZE 45
void bxml_put_password(const struct provider_conf *, const char *leg,
    char dst[BXML_PASSWORD_SIZE]);

/* Waits for keys for a minute, and then asks what to do. */
void bxml_put_waiting(struct buf *, const struct provider_conf *,
    const char *leg, const char *root);

/* Dials the intent's digits, speaks its prompts, and listens meanwhile.  0, or
 * -1: there are no such prompts. */
int bxml_put_prompts(struct buf *, const struct provider_conf *,
    const struct provider_intent *);

/* Joins the leg of this name, which has been answered; the end of either is
 * the end of both. */
void bxml_put_bridge(struct buf *, const char *ref);

#endif
