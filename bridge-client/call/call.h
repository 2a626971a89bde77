#ifndef BRIDGE_CALL_H
#define BRIDGE_CALL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/money.h"
#include "lib/spoken.h"
#include "lib/tariff.h"
#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/token.h"

/*
 * A call: what was accepted, how far it has come, and what is known of its
 * two legs.  Plain data; bridge-client/call/machine says how it moves.
 */
#define CALL_ID_BYTES	TOKEN_OFFER_BYTES
#define CALL_HASH_BYTES	16
#define CALL_REF_MAX	96	/* a provider's own id of a leg */
#define CALL_PRICE_MAX	23
#define CALL_ROUTES_MAX	8

/*
 * What a call may cost, and who pays: settled when it is accepted, by the
 * rates of that moment.
 */
#define CALL_PAYER_MAX	32
#define CALL_CUSTOMER_MAX 95
#define CALL_PREPAID	"prepaid"	/* the payer that is the ledger */
struct call_fare {
	char		payer[CALL_PAYER_MAX + 1];	/* "": nobody */
	/* as the payer knows the account, or "" */
	char		customer[CALL_CUSTOMER_MAX + 1];
	char		currency[MONEY_CURRENCY_SIZE];
	int64_t		hold;		/* reserved when it is accepted */
	uint32_t	step_s;		/* of talk, for which more is held when
					   it is nearly over; 0: never */
	int64_t		floor;		/* CALL_PREPAID: that stays */
	struct tariff_rate rate[2];	/* of each leg */
};

/*
 * An acceptance as the service has verified it.  It never changes; the call
 * it starts bears its id, which is the nonce's: so the same page sent twice is
 * one call.
 */
struct acceptance {
	unsigned char	id[CALL_ID_BYTES];	/* UUIDv7 */
	unsigned char	offer[TOKEN_OFFER_BYTES];
	unsigned char	tag[TERMS_TAG_BYTES];
	unsigned char	a_hash[CALL_HASH_BYTES]; /* keyed, of A's */
	uint8_t		uses;		/* that the offer allows, 1..255 */
	uint16_t	attempts_max;	/* of the offer; 0: no cap */
	/* not kept: only the number that pressed 1 first may use the offer */
	uint8_t		is_bound;
	int64_t		not_after;	/* of the offer, Unix seconds */
	char		name[TOKEN_NAME_MAX + 1];	/* of the offeror */
	char		account[TERMS_ACCOUNT_MAX + 1];
	char		offeror[TERMS_ADDRESS_MAX + 1];	/* lower case */
	char		recipient[TERMS_ADDRESS_MAX + 1];	/* or "" */
	char		reference[TERMS_REFERENCE_MAX + 1];	/* or "" */
	struct tel	a, b;		/* offeree, destination */
	/* the account's own number, shown on both legs */
	char		caller[TEL_TEXT_MAX + 1];
	char		a_lang[3], b_lang[3];	/* of what each side hears */
	uint16_t	ring_s;		/* how long each leg may ring */
	uint16_t	confirm_s;	/* silence after the prompt */
	uint32_t	max_s;		/* talking */
	struct call_fare fare;
	uint8_t		n_routes;	/* providers, the first choice first: */
	uint8_t		route[CALL_ROUTES_MAX];	/* indexes of the driver's */
	/* for each route a bit for every route whose legs can be joined with
	 * its own; the driver's */
	uint8_t		joins[CALL_ROUTES_MAX];
	/* not kept: A's number is that of whom the offer was made to */
	uint8_t		is_known;
	/* likewise: the recording of the name (lib/spoken.h), or "" */
	char		name_file[SPOKEN_SIZE];
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
	/* of calls that somebody else pays for; kept as numbers, hence last */
	CALL_AUTHORISING,	/* before STARTING: can he pay? */
	CALL_SETTLING,		/* before ENDED: he pays, or is free again */
	CALL_STATES
};

/*
 * What has become of the money.  Kept in the journal: ASKED, TAKING and
 * FREEING are intents.  The last four are resolutions, of which each call has
 * one at most.
 */
enum call_pay {
	CALL_PAY_NONE,		/* nobody pays, or not asked for */
	CALL_PAY_ASKED,		/* nobody knows yet whether it is held */
	CALL_PAY_HELD,
	CALL_PAY_TAKING,	/* `cost` of it, the rest is freed */
	CALL_PAY_FREEING,
	CALL_PAY_TAKEN,
	CALL_PAY_FREE,
	CALL_PAY_REFUSED,	/* never held */
	CALL_PAY_LOST		/* a person must look after it */
};
#define CALL_PAYS (CALL_PAY_LOST + 1)

/* What is known of a leg.  Kept in the journal: ASKED is the intent. */
enum call_leg_state {
	CALL_LEG_NONE,		/* not asked for, or certainly not made */
	CALL_LEG_ASKED,		/* asked for; nobody knows yet if it was made */
	CALL_LEG_MADE,		/* it is there and not answered */
	CALL_LEG_UP,
	CALL_LEG_GONE		/* was there, is certainly down */
};
#define CALL_LEG_STATES (CALL_LEG_GONE + 1)

struct call_leg {
	uint8_t		state;		/* enum call_leg_state */
	int64_t		asked_at;	/* Unix seconds, of the last RING */
	char		ref[CALL_REF_MAX + 1];	/* or "" */
	/* what its provider says that it has cost, "0.0106 USD", or "": not
	 * known */
	char		price[CALL_PRICE_MAX + 1];
	/* not kept in the journal; times are monotonic ms, 0: none */
	uint16_t	waits;		/* bits 1 << enum provider_act: outcomes
					   that are still to come */
	uint8_t		tries;		/* of what is being tried again */
	uint8_t		is_news;	/* that it is there: it was heard of
					   since it was last asked about */
	uint8_t		n_prompts;	/* spoken since the last key */
	uint8_t		n_wrong;	/* keys */
	uint8_t		is_rung;	/* it was heard to ring */
	uint8_t		is_missed;	/* it is not there, nobody said why */
	uint8_t		is_heard_talking;	/* as its provider says; the
						   driver's */
	uint8_t		route_at;	/* index in acc.route */
	uint8_t		tried;		/* bits 1 << of those that are no more
					   to be asked */
	const char	*speaking;	/* literal: the prompts spoken last */
	int64_t		asked_ms;	/* of the last RING */
	int64_t		due_ms;		/* when to ask for it, or about it */
	int64_t		prompt_ms;	/* when to speak to it again */
};

struct call {
	struct acceptance acc;
	uint8_t		state;		/* enum call_state */
	uint8_t		end;		/* enum ask_end; set from PARTING on */
	uint8_t		is_spent;	/* the use: once set, for ever */
	uint8_t		is_blocked;	/* A pressed 9 */
	uint8_t		is_bridged;	/* asked for, and not removed */
	/* the numbers (and the recipient) are not in acc any more: the key of
	 * their day is gone, and this is what is left of them */
	uint8_t		is_erased;
	char		shown[2][TEL_REDACTED_SIZE];	/* only where erased */
	int64_t		since;		/* of the state; like the next four */
	int64_t		accepted_at;	/* Unix seconds, or 0 */
	int64_t		key_at;		/* key 1 on leg A */
	int64_t		talk_at;
	int64_t		ended_at;	/* end known */
	char		provider[33];	/* name of A's */
	char		b_provider[33];	/* likewise; "": B is not asked for */
	char		detail[128];	/* the provider's reason; no numbers */
	struct call_leg	leg[2];		/* A, B */
	uint8_t		pay;		/* enum call_pay */
	int64_t		cost;		/* known from the end on */
	int64_t		hold;		/* held by now: it costs no more */
	int64_t		raise;		/* .. if what was asked for is granted,
					   which nobody knows; or 0 */
	char		pay_ref[CALL_REF_MAX + 1];	/* the payer's, or "" */
	/* not kept in the journal: */
	uint8_t		is_dirty;	/* what is kept has changed */
	uint8_t		tries;		/* of BRIDGE, UNBRIDGE */
	uint16_t	waits;		/* likewise, as in a leg */
	int64_t		due_ms;		/* deadline of the state; ms, 0: none */
	int64_t		bridge_ms;	/* when to try the bridge again, or 0 */
	int64_t		talk_ms;	/* monotonic talk_at, or 0 */
	uint8_t		pay_wants;	/* enum payer_act, to be given */
	uint8_t		pay_waits;	/* one that is still to come */
	uint8_t		pay_tries;
	int64_t		pay_since_ms;	/* of the first try */
	int64_t		pay_asked_ms;	/* of the last */
	int64_t		pay_due_ms;	/* when to try again, or 0 */
	uint32_t	limit_s;	/* of talk: our timer, the providers' */
	int64_t		more_ms;	/* when to have more held, or 0 */
	uint8_t		extended;	/* bits 1 << leg, whose limit is so */
	/* CALL_PREPAID: what has become of `raise`, durable; by the batch */
	enum call_ledger { CALL_LEDGER_NONE, CALL_LEDGER_YES, CALL_LEDGER_NO }
			ledger;
};

/* A new call of this acceptance, in CALL_NEW. */
void call_init(struct call *, const struct acceptance *);

/* How long what comes before talking and after it takes at most. */
#define CALL_RING_GRACE_S 15	/* beyond the ring limit: request, network */
#define CALL_BRIDGE_S	10
#define CALL_PART_S	20	/* an apology has been spoken by then */
#define CALL_WRONG_MAX	3	/* wrong keys, then it is over */
#define CALL_ROUNDS	2	/* a prompt and its repetition on silence */

/*
 * Where an extension is dialled a switchboard has answered, and who is wanted
 * still rings: he hears the whole prompt again and again for as long.  So often
 * a leg is asked for its key before its silence counts, and so long at most.
 */
int call_has_ext(const struct call *, int leg);
int call_rounds(const struct call *, int leg);
int call_asking_s(const struct call *, int leg);
/* The longest that a leg may live, from RING on: its safety net. */
int call_leg_max_s(const struct call *, int leg);

/* When the machine wants to be woken (CALL_TIMER), monotonic ms; 0: never. */
int64_t call_due_ms(const struct call *);

/* A number shortened, as tel_redact(); leg 0 is A's. */
void call_redact(const struct call *, int leg, char dst[TEL_REDACTED_SIZE]);

/* Forgets numbers and recipient, but for what call_redact() shows. */
void call_erase(struct call *);

/* Nobody is called any more: what is left is between us and who pays. */
int call_is_free(const struct call *);

/*
 * What so much talk costs: both legs together, each by its own rounding, and
 * that sum rounded up, once, to what the payer counts in: the smallest coin of
 * the currency; the ledger counts millionths.
 */
int64_t call_cost(const struct call_fare *, int64_t seconds);

/* The talk that the hold pays for; the longest, where nobody pays. */
uint32_t call_paid_s(const struct call *);
/* The ledger pays. */
int call_is_prepaid(const struct call *);

/* How a person would tell the state.  From PARTING on it has ended. */
enum ask_stage call_stage(const struct call *);
/* Seconds talked so far, or in all. */
int64_t call_talk_s(const struct call *, int64_t wall);
const char *call_state_word(enum call_state);
/* One line of the log: that it has moved. */
void call_log(const struct call *, enum call_state was);

#endif
