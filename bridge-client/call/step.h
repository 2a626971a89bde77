#ifndef BRIDGE_CALL_STEP_H
#define BRIDGE_CALL_STEP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"

#include "bridge-client/call/call.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/provider/provider.h"

/*
 * One step of a call: the event that it begins with, the actions that it
 * brings, and the moves of which bridge-client/call/machine composes it.  No
 * I/O, no clock: the event carries the time.
 */
enum call_event_kind {
	CALL_BEGIN,		/* accepted */
	CALL_RESTORED,		/* read from the journal after a start */
	CALL_TIMER,		/* call_due_ms() has come */
	CALL_CANCEL,		/* by the offeree, from the page */
	CALL_REVOKE,		/* by the administrator */
	CALL_RESYNC,		/* events may have been missed */
	CALL_OUTCOME,		/* of an act: `leg`, `act` and `reply` */
	CALL_PAID,		/* of one of who pays: `pay` and `paid` */
	CALL_PROVIDER		/* `provider` */
};

struct call_event {
	enum call_event_kind		 kind;
	int64_t				 now_ms;	/* monotonic */
	int64_t				 wall;		/* Unix seconds */
	enum leg			 leg;
	enum provider_act		 act;
	const struct provider_reply	*reply;		/* borrowed */
	enum payer_act			 pay;
	const struct payer_reply	*paid;		/* borrowed */
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
 *
 * Where `pay` is not PAYER_NOTHING, who pays is asked, and no provider: when
 * the call is durable, one act at a time, and each brings one CALL_PAID.
 */
struct call_action {
	enum provider_act	 act;
	enum leg		 leg;
	const char		*prompt;	/* PLAY: a literal */
	int			 is_first;	/* PLAY: after the answer */
	enum payer_act		 pay;
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
 *	a-name		you will be connected with; behind it, the name
 *	b-offer		someone who has your mail has accepted your offer
 *	b-known		to whom you offered the call has accepted it
 *	b-reference	the reference is; behind it, the offer's reference
 *	b-press		press 1 to be connected
 *	a-ending b-ending	half a minute is left
 */

struct step {
	struct call			*c;
	const struct call_event		*ev;
	struct call_actions		*out;
};

/* What is so. */

/* The leg is not there: never made, or gone. */
int step_is_down(const struct call *, enum leg);
/* The call still needs it; else it is being put down. */
int step_is_wanted(const struct call *, enum leg);
int step_is_being_rung(const struct call *, enum leg);
/* Its key 1 is waited for. */
int step_is_asked(const struct call *, enum leg);
/* By its provider's own name the event is of another leg than it says: not
 * every signature covers both. */
int step_is_of_another(const struct call *, const struct provider_event *);
/* An act whose outcome has not come. */
int step_is_awaited(struct call *, enum provider_act, enum leg);

/*
 * How the call ends when a leg goes that is wanted: enum provider_cause, or
 * STEP_UNSEEN where nobody saw it go.
 */
#define STEP_UNSEEN	(-1)
enum ask_end step_end_by(const struct call *, enum leg, int cause);

/* What can be done. */

/* Acts whose outcome is awaited are not given again, but for HUSH. */
void step_give(struct step *, enum provider_act, enum leg);
/* The outcome has come. */
void step_came(struct step *, enum provider_act, enum leg);
int64_t step_in_ms(const struct step *, int64_t ms);
/* Monotonic, of a time that was recorded by the wall clock; never to come. */
int64_t step_mono_of(const struct step *, int64_t wall);
/* `due_ms` 0: the state has no deadline. */
void step_set_state(struct step *, enum call_state, int64_t due_ms);
void step_set_leg(struct step *, enum leg, enum call_leg_state);
/* The provider's name of the leg; an empty one changes nothing. */
void step_set_ref(struct step *, enum leg, const char *ref);
/* What the leg has cost, likewise. */
void step_set_price(struct step *, enum leg, const char *price);
/* The provider's reason; an empty one changes nothing. */
void step_note(struct step *, const char *detail);

void step_ring(struct step *, enum leg);
/*
 * The leg goes by the next provider of the account's list: that has not been
 * asked and, for B, whose legs can be joined with A's.  0: there is none.
 */
int step_next_route(struct call *, enum leg);
/*
 * The leg is gone, and no trunk took it: likewise, a moment later, when RING's
 * answer is here, too.  0: it has rung, is not being rung, or there is none.
 */
#define STEP_AGAIN_MS	100
int step_goes_elsewhere(struct step *, const struct provider_event *);
/* Asks for the key 1: the first time, or after a wrong one. */
void step_prompt(struct step *, enum leg);
/*
 * Asks the provider about the leg: now; with growing pauses; while it talks.
 * A leg that is being put down counts as gone when its own limit is past.
 */
void step_look(struct step *, enum leg);
void step_look_later(struct step *, enum leg);
void step_check_later(struct step *, enum leg);
/* Who pays is asked. */
void step_pay(struct step *, enum payer_act);
/*
 * The provider knows of the leg no more, and does not say why.  The event that
 * does may be on its way still: the leg is looked for once more, a moment
 * later.  0: that was so already, or nobody needs to know.
 */
int step_waits_for_cause(struct step *, enum leg);
/*
 * The provider does not know a leg whose making is not certain.  The request
 * was sent, nobody can say how far it has come, and so it is looked for again
 * for as long as it could ring, and half a minute.
 */
void step_look_for_late(struct step *, enum leg);
/* The leg has answered. */
void step_ask(struct step *, enum leg);
/* A pressed 1: spends the use and asks for B. */
void step_agree(struct step *);
/* B pressed 1. */
void step_bridge(struct step *);
/* Bridged. */
void step_talk(struct step *);
/* They talk, and what is held pays for so long: our limit, what comes before
 * it, and when more is to be held. */
void step_limit(struct step *);
/* More is held: the providers' limits first; when both are so, ours. */
void step_extend(struct step *);
void step_extended(struct step *, enum leg, const struct provider_reply *);
/* The end, told to A before A is put down. */
void step_part(struct step *, enum ask_end);
/* The end; both legs are put down. */
void step_finish(struct step *, enum ask_end);
/* Likewise, with the end that is already known. */
void step_close(struct step *);
/* No key 1 has come. */
void step_no_key(struct step *, enum leg);
/* The prompts are over. */
void step_has_heard(struct step *, const struct provider_event *);
/* Time to speak to the leg again: nothing was pressed, or B still rings. */
void step_remind(struct step *, enum leg);

#endif
