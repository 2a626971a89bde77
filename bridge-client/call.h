#ifndef BRIDGE_CALL_H
#define BRIDGE_CALL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "bridge-client/provider.h"

/*
 * The call machine: what is done when something happens to a call.  A pure
 * function: no I/O, no clock (an event carries the time), no memory of its
 * own.  The table of states and events is in DESIGN, section 6.
 */
#define CALL_ID_BYTES	TOKEN_OFFER_BYTES
#define CALL_HASH_BYTES	16
#define CALL_ROUTES_MAX	8

/*
 * An acceptance as the service has verified it.  It never changes; the call
 * it starts bears its id, which is the nonce's: so the same page sent twice is
 * one call.
 */
struct acceptance {
	unsigned char	id[CALL_ID_BYTES];	/* UUIDv7 */
	unsigned char	offer[TOKEN_OFFER_BYTES];
	unsigned char	tag[TERMS_TAG_BYTES];
	unsigned char	a_hash[CALL_HASH_BYTES];	/* keyed, of A's number */
	uint8_t		uses;		/* that the offer allows, 1..255 */
	uint16_t	attempts_max;	/* acceptances of the offer; 0: no cap */
	int64_t		not_after;	/* of the offer, Unix seconds */
	char		name[TOKEN_NAME_MAX + 1];	/* of the offeror */
	char		account[TERMS_ACCOUNT_MAX + 1];
	char		offeror[TERMS_ADDRESS_MAX + 1];	/* lower case */
	char		recipient[TERMS_ADDRESS_MAX + 1];	/* or "" */
	char		reference[TERMS_REFERENCE_MAX + 1];	/* or "" */
	struct tel	a, b;		/* offeree, destination */
	char		caller[TEL_TEXT_MAX + 1];	/* the account's own number,
						   shown on both legs */
	char		a_lang[3], b_lang[3];	/* of what each side hears */
	uint16_t	ring_s;		/* how long each leg may ring */
	uint16_t	confirm_s;	/* silence after the prompt */
	uint32_t	max_s;		/* talking */
	uint8_t		n_routes;	/* providers, the first choice first: */
	uint8_t		route[CALL_ROUTES_MAX];	/* indexes of the driver's */
};

enum call_state {
	CALL_NEW,		/* not accepted yet */
	CALL_STARTING,		/* leg A asked for */
	CALL_RINGING_A,
	CALL_ASKING_A,		/* answered; waits for the key 1 */
	CALL_RINGING_B,		/* key 1: the use is spent; leg B asked for */
	CALL_ASKING_B,
	CALL_BRIDGING,
	CALL_TALKING,
	CALL_PARTING,		/* A hears why it ends */
	CALL_CLOSING,		/* the end is known; legs are being put down */
	CALL_ENDED,		/* and both are down */
	CALL_STATES
};

/* What is known of a leg.  Kept in the journal: ASKED is the intent. */
enum call_leg_state {
	CALL_LEG_NONE,		/* not asked for, or certainly not made */
	CALL_LEG_ASKED,		/* asked for; whether it was made is not known */
	CALL_LEG_MADE,		/* it is there and not answered */
	CALL_LEG_UP,
	CALL_LEG_GONE		/* was there, is certainly down */
};
#define CALL_LEG_STATES (CALL_LEG_GONE + 1)

struct call_leg {
	uint8_t		state;		/* enum call_leg_state */
	int64_t		asked_at;	/* Unix seconds, of the last RING */
	char		ref[PROVIDER_REF_MAX + 1];	/* the provider's id, or "" */
	/* not kept in the journal: */
	uint8_t		waits;		/* bits 1 << enum provider_act: outcomes
					   that are still to come */
	uint8_t		tries;		/* of what is being tried again */
	int64_t		due_ms;		/* next look at this leg, or 0 */
};

/* Deadlines of a call beside those of its legs; monotonic ms, 0: none. */
enum call_due { CALL_DUE_STATE, CALL_DUE_PROMPT, CALL_DUES };

struct call {
	struct acceptance acc;
	uint8_t		state;		/* enum call_state */
	uint8_t		end;		/* enum ask_end; set from PARTING on */
	uint8_t		is_spent;	/* the use: once set, for ever */
	uint8_t		is_blocked;	/* A pressed 9 */
	uint8_t		is_bridged;	/* a bridge was asked for, not removed */
	uint8_t		route_at;	/* index in acc.route */
	int64_t		since;		/* of the state; this and the next four */
	int64_t		accepted_at;	/* are Unix seconds, or 0 */
	int64_t		key_at;		/* key 1 on leg A */
	int64_t		talk_at;
	int64_t		ended_at;	/* end known */
	char		provider[33];	/* name of the one in use */
	char		detail[128];	/* the provider's reason; no numbers */
	struct call_leg	leg[2];
	/* not kept in the journal: */
	uint8_t		is_dirty;	/* what is kept has changed */
	uint8_t		n_prompts;	/* spoken in this state */
	uint8_t		n_wrong;	/* keys */
	uint8_t		tries;		/* of BRIDGE, UNBRIDGE */
	uint8_t		waits;		/* likewise, as in a leg */
	int64_t		due_ms[CALL_DUES];
};

enum call_event_kind {
	CALL_BEGIN,		/* accepted */
	CALL_RESTORED,		/* read from the journal after a start */
	CALL_TIMER,		/* call_due_ms() has come */
	CALL_CANCEL,		/* by the offeree, from the page */
	CALL_REVOKE,		/* by the administrator */
	CALL_RESYNC,		/* events may have been missed */
	CALL_OUTCOME,		/* of an act: `leg`, `act` and `reply` */
	CALL_PROVIDER		/* `provider` */
};
#define CALL_EVENTS (CALL_PROVIDER + 1)

struct call_event {
	enum call_event_kind		 kind;
	int64_t				 now_ms;	/* monotonic */
	int64_t				 wall;		/* Unix seconds */
	enum leg			 leg;
	enum provider_act		 act;
	const struct provider_reply	*reply;		/* borrowed */
	const struct provider_event	*provider;	/* borrowed */
};

/*
 * What is to be done.  Acts of one leg are sent one after the other, in this
 * order, each after the outcome of the one before; BRIDGE and UNBRIDGE are of
 * both legs.  HANG and FIND wait for nobody, and HANG makes what has not been
 * sent yet on its leg needless.  RING may be sent only when the call, as it is
 * now, is durable in the journal.  Each act that is given brings exactly one
 * CALL_OUTCOME; what a HANG has made needless brings PROVIDER_NOT.  When to
 * wake the call again is no action: call_due_ms() says it after each step.
 */
struct call_action {
	enum provider_act	 act;
	enum leg		 leg;
	const char		*prompt;	/* PLAY: literal, comma-separated */
};
#define CALL_ACTIONS_MAX 12
struct call_actions {
	size_t			n;
	struct call_action	list[CALL_ACTIONS_MAX];
};

/*
 * Prompts, all in the language of who hears them:
 *
 *	a-offer		this is the call that you accepted by mail
 *	a-press		press 1 to be connected, 9 never to be called again
 *	a-wait		please hold, the other side is being called
 *	a-busy a-no-answer a-declined a-failed	why nobody comes, goodbye
 *	a-blocked	you will not be called again, goodbye
 *	b-offer		someone has accepted your offer to talk
 *	b-press		press 1 to be connected
 */

/* A new call of this acceptance, in CALL_NEW. */
void call_init(struct call *, const struct acceptance *);

/*
 * One step.  Any event is harmless in any state; what has no meaning changes
 * nothing.  Sets is_dirty when something that is kept has changed; the driver
 * clears it when it is durable.
 */
void call_step(struct call *, const struct call_event *,
    struct call_actions *out);

/* When CALL_TIMER is due, monotonic ms; 0: never. */
int64_t call_due_ms(const struct call *);

/* How a person would tell the state.  CLOSING has ended, for people. */
enum ask_stage call_stage(const struct call *);
/* Seconds talked so far, or in all. */
int64_t call_talk_s(const struct call *, int64_t wall);
/* The longest that a leg may live, from RING on: its safety net. */
int call_leg_max_s(const struct call *, enum leg);
const char *call_state_word(enum call_state);

#endif
