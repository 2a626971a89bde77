#ifndef T_SIM_H
#define T_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/driver.h"
#include "bridge-client/call/world.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/provider/provider.h"

/*
 * The simulation: the bridge's own machine, driver and journal in a world of
 * which nothing is real.  Time is a number; providers and telephones are
 * structs that know the truth; the network loses, delays and doubles; the disk
 * fills; the bridge dies at any commit or request.  One seed is one world, and
 * the same seed is the same world.
 *
 *	sim.c		worlds one after the other, what they came to
 *	world.c		one world: its time, its people's clicks, its end
 *	weather.c	what goes wrong, and when
 *	bridge.c	the bridge: started, killed, told of things
 *	net.c		requests, answers and events on their way
 *	truth.c		what providers and telephones really do
 *	ledger.c	what must be in the journal; the journal held against it
 *	money.c		who pays: accounts, and a payer who is asked
 *	disk.c		the journal's disk (behind lib/db.h)
 *	thing.c		what is to happen, in its order; chance
 */

#define SIM_CALLS	64	/* acceptances of a world, at most */
#define SIM_OFFERS	48
#define SIM_SENDERS	3
#define SIM_PEOPLE	40	/* numbers that are given for leg A */
#define SIM_PURSES	3	/* accounts that pay in advance */
#define SIM_FLOOR	INT64_C(-500)	/* of some of them; else 0 */
#define SIM_TOPUP_ID	200	/* the last byte of a top-up's id */
#define SIM_PROVIDERS	2	/* one with a stream, one with webhooks */
#define SIM_WALL	INT64_C(1790000000)
#define SIM_KEEP_S	(2 * 86400)	/* calls that are over */
#define SIM_KEEP_NUMBERS_S 86400	/* .. and their numbers */
#define SIM_SLACK_MS	60000	/* what takes no longer takes for ever */

/* thing.c */

enum sim_thing_kind {
	SIM_ARRIVE,		/* a request at its provider */
	SIM_ANSWER,		/* .. its answer at the bridge */
	SIM_EVENT,		/* a provider's event at the bridge */
	SIM_PERSON,		/* somebody at a telephone acts */
	SIM_CLICK,		/* somebody at a browser */
	SIM_CANCEL,
	SIM_REVOKE,
	SIM_FAULT,
	SIM_REPAIR,
	SIM_START,		/* the bridge */
	SIM_STREAM,		/* the provider's, comes up or goes down */
	SIM_PAY,		/* a request at the payer */
	SIM_PAID,		/* .. its answer at the bridge */
	SIM_TOPUP,
	SIM_CHECK
};

enum sim_act {
	SIM_ANSWERS, SIM_PRESSES, SIM_LEAVES, SIM_HEARD, SIM_RINGS_OUT,
	SIM_LIMIT
};

enum sim_stream { SIM_STREAM_DOWN, SIM_STREAM_UP, SIM_STREAM_AGAIN };

enum sim_check { SIM_CHECK_END, SIM_CHECK_ENDED, SIM_CHECK_TALK };

/* A request as it is on the wire. */
struct sim_wire {
	uint8_t			act;		/* enum provider_act */
	uint8_t			leg;
	uint8_t			step;
	unsigned char		call[CALL_ID_BYTES];
	int32_t			ring_s, max_s;
	char			ref[12];
	char			to[20];
	char			prompt[20];	/* the last */
};

struct sim_call;
struct sim_phone;

struct sim_thing {
	struct sim_thing	*next;		/* among the unused */
	int64_t			 at_ms;
	uint64_t		 order;
	enum sim_thing_kind	 kind;
	int			 what;		/* act, fault, check */
	int			 gen;		/* of the telephone; tries */
	int			 provider;
	struct sim_call		*call;
	struct sim_phone	*phone;
	struct provider_event	 event;
	int64_t			 since_ms;	/* of a check; sent, of a request */
	int64_t			 bound_ms;	/* .. ; or the mean pause */
	int64_t			 bad_ms;
	/* requests and answers */
	struct sim_wire		 wire;
	world_done_fn		*fn;		/* NULL: nobody wants to know */
	void			*ctx;
	int			 fate;		/* enum sim_fate */
	int			 status;
	int			 is_sent;
	char			 body[12];
};

void sim_seed(uint64_t);
unsigned sim_dice(unsigned n);			/* 0..n-1 */
int sim_chance(unsigned per_mille);
int64_t sim_between(int64_t low, int64_t high);
int64_t sim_about(int64_t mean);		/* exponential, to 8 means */

/* To be filled by the caller.  Aborts when memory is short. */
struct sim_thing *sim_later(enum sim_thing_kind, int64_t in_ms);
/* The next, or NULL; it stays in the queue. */
struct sim_thing *sim_next(void);
/* Takes it out; given back by sim_drop(). */
struct sim_thing *sim_take(void);
/* The thing in hand once more, so much later. */
void sim_again(struct sim_thing *, int64_t in_ms);
void sim_drop(struct sim_thing *);
/* All of them: `fn` may change them; non-zero drops. */
void sim_each(int (*fn)(struct sim_thing *));
void sim_drop_all(void);

/* truth.c */

enum sim_phone_state {
	SIM_PHONE_IDLE, SIM_PHONE_RINGING, SIM_PHONE_UP, SIM_PHONE_GONE
};

struct sim_phone {
	struct sim_call		*call;
	enum leg		 leg;
	enum sim_phone_state	 state;
	int			 gen;		/* rises when it goes */
	int			 provider;	/* that rings it */
	int			 n_rung;
	int			 n_asked;	/* RINGs that the bridge sent */
	int			 n_refused;	/* .. and the provider refused */
	int			 n_on_its_way;	/* RINGs that may yet begin */
	int			 has_agreed;	/* the person pressed 1 */
	int			 was_heard;	/* .. and the bridge asked */
	int			 has_left;	/* of his own will */
	int			 n_hangs;	/* HANGs that the bridge sent */
	int64_t			 listened_ms;	/* as for the world, of its RING */
	int			 speaks;	/* which play; 0: none */
	int64_t			 rung_ms;
	int			 n_limits;	/* that it was given, after RING */
	int			 n_plays;
	char			 prompt[20];	/* the last of them */
	char			 ref[12];
};

/* A request has come. */
void truth_serve(struct sim_thing *);
/* A person acts, or the provider keeps a limit. */
void truth_person(struct sim_thing *);
/* The provider has lost everything. */
void truth_restart(int provider);
int truth_is_there(const struct sim_phone *);

/* ledger.c: what is durable. */

struct ledger_call {
	uint8_t	is_in, state, end, is_spent, is_blocked;
	uint8_t	leg[2];
	uint8_t	pay;
	int64_t	cost, hold, raise;
};

struct ledger_purse {
	int64_t	paid_in, spent, held;
};

struct ledger_offer {
	uint8_t	spent, n_open, is_revoked;
	uint16_t attempts;
	int	bound;		/* person that pressed 1 first, + 1 */
};

struct ledger {
	struct ledger_call	call[SIM_CALLS];
	struct ledger_offer	offer[SIM_OFFERS];
	int64_t			revoked_at[SIM_SENDERS];
	uint8_t			is_blocked[SIM_PEOPLE];
	struct ledger_purse	purse[SIM_PURSES];
	unsigned		topped;	/* so many have been put in */
	int64_t			high;	/* wall clock of commits */
	int64_t			since;	/* .. of what they have written */
};

extern struct ledger ledger;		/* as the last commit left it */
void ledger_reset(void);
/* The journal, open, or NULL; everything goes through the ledger. */
struct journal *ledger_open(void);
void ledger_close(void);
/* The bridge has died: what is durable now? */
void ledger_crash(void);
/* One transaction; 1 when it is durable for certain. */
int ledger_topup(const struct journal_post *, int purse, unsigned number);
/* The journal holds exactly what it must. */
void ledger_audit(void);
const struct ledger_call *ledger_of(const struct sim_call *);

/* disk.c */

struct sim_disk {
	int	is_lmdb;	/* real files; else in memory */
	char	dir[256];
	int	is_full;
	int	break_in;	/* so many operations; 0: never */
	int	doubt_next;	/* the next commit fails, but may be done */
	int	has_doubt;	/* such a commit is the last one */
	int	n_doubts;
	int	was_done;	/* .. and was, as the crash has shown */
};
extern struct sim_disk disk;
void disk_reset(int is_lmdb);
/* Power is lost: does the doubtful commit count? */
void disk_crash(void);
/* Removes files. */
void disk_end(void);

/* net.c */

enum sim_fate {
	SIM_FINE,
	SIM_LOST,		/* the request */
	SIM_LATE,		/* long after nobody waits any more */
	SIM_DOUBLED,
	SIM_UNANSWERED,		/* done, and the answer is lost */
	SIM_ERROR,		/* 5xx, not done */
	SIM_RESET,		/* cut, whether done or not */
	SIM_FATES
};

extern const struct world_provider net_provider[SIM_PROVIDERS];
extern const char *const net_act_words[];
int net_send(void *, size_t provider, const struct request *,
    world_done_fn *, void *done_ctx);
enum sim_fate net_fate(void);
/* A request is where it was going; an answer is back. */
void net_arrive(struct sim_thing *);
/* What a provider has to tell the bridge. */
void net_event(const struct sim_phone *, enum provider_event_kind,
    int64_t in_ms, const struct provider_event *more);
void net_deliver(struct sim_thing *);
/* A RING's question whether somebody listens is answered: yes. */
void net_listened(const struct sim_thing *);
/* What is on its way to or from this provider is lost. */
void net_cut(int provider);

/* money.c */

enum sim_held {
	SIM_NOT_HELD, SIM_HELD, SIM_TAKEN, SIM_FREE, SIM_DECLINED
};

void money_arrive(struct sim_thing *);
void money_answer(struct sim_thing *);
void money_topup(struct sim_thing *);
void money_world(struct world *);
/* Who pays for it, and how much. */
void money_of(struct acceptance *);
void money_check(const struct sim_call *);
void money_check_price(const struct sim_call *, const struct call *);
/* For so long what is held pays. */
uint32_t money_pays_s(const struct sim_call *);
void money_audit(void);

/* weather.c */

enum sim_fault {
	FAULT_CRASH,		/* between two turns */
	FAULT_POINT,		/* at one of the next commits and requests */
	FAULT_FULL,		/* the disk */
	FAULT_BREAK,		/* one of its next operations fails */
	FAULT_DOUBT,
	FAULT_RESTART,		/* of a provider */
	FAULT_LINK,		/* to a provider is down */
	FAULT_STREAM,		/* is down */
	FAULT_STOLEN,		/* somebody else gets our events */
	FAULT_CLOCK,		/* the wall clock jumps */
	FAULT_STALL,		/* the bridge does not run for a while */
	FAULT_PAYER,		/* is down */
	FAULTS
};

struct sim_weather {
	int	is_calm;	/* nothing goes wrong at all */
	int	fate[SIM_FATES];	/* per mille of requests */
	int	slow;		/* per mille of answers */
	int	event_lost, event_late, event_doubled;	/* per mille */
	int64_t	every_ms[FAULTS];	/* on the average; 0: never */
};

void weather_draw(struct sim_weather *);
void weather_begin(void);
void weather_fault(struct sim_thing *);
void weather_repair(struct sim_thing *);
/* From now on nothing goes wrong. */
void weather_clear(void);
/* Milliseconds until now in which not everything was well. */
int64_t weather_bad_ms(void);
void weather_is_bad(int delta);
void weather_bad_for(int64_t ms);
extern const char *const weather_words[FAULTS];

/* bridge.c */

void bridge_start(void);
void bridge_die(void);
/* A commit or a request: the bridge may die here.  1: it is dead. */
int bridge_dies(void);
/* End of the turn; kills who was to die in it. */
void bridge_turn_end(void);
void bridge_event(struct sim_thing *);
void bridge_click(struct sim_call *);
void bridge_cancel(struct sim_call *);
void bridge_revoke(void);
int bridge_is_up(void);
void bridge_wake(void);
int64_t bridge_alarm_ms(void);		/* -1: none */
void bridge_die_in(int points);
void bridge_stream(int is_up);
void bridge_stolen(void);
/* The call as the bridge has it.  0, or -1. */
int bridge_get(const struct sim_call *, struct call *out);

/* world.c */

struct sim_offer {
	unsigned char	id[CALL_ID_BYTES];
	unsigned char	tag[TERMS_TAG_BYTES];
	int		sender;
	uint8_t		uses;
	uint16_t	attempts_max;
	int64_t		not_after;
	int		is_revoked;	/* the administrator was told so */
};

struct sim_call {
	struct acceptance	 acc;
	struct sim_offer	*offer;
	int			 person;	/* at leg A */
	struct sim_phone	 phone[2];
	int			 was_ok;	/* somebody was told so */
	int			 was_in;	/* .. journal, when clicked */
	int			 was_refused;
	int			 is_unanswered;	/* the bridge died first */
	int			 was_meddled;	/* cancelled or revoked */
	int			 n_ended;	/* ended() has told so often */
	struct watch		*watch;		/* somebody looks at its page */
	enum ask_stage		 stage;		/* as he was told */
	int			 is_bridged;
	int			 held;		/* enum sim_held, at the payer */
	int64_t			 held_amount, taken;
	int			 is_raising;	/* nobody knows if he holds more */
	int64_t			 bridged_ms, bridged_bad_ms;
	int			 has_doubt;	/* nobody knows if he holds */
	int			 is_checked;	/* its checks are under way */
};

enum sim_raise { SIM_UNRAISED, SIM_RAISED, SIM_RAISED_PARTLY, SIM_RAISES };

struct sim_counts {
	uint64_t	calls, worlds, sim_ms, turns, requests, commits,
			rings, bridged, clicks, refused[ASK_REFUSALS],
			crashes, late_rings, doubts, bills,
			pays[CALL_PAYS], raises[SIM_RAISES], extended,
			faults[FAULTS], fates[SIM_FATES],
			states[CALL_STATES], ends[ASK_ENDS];
};
extern struct sim_counts counts;

/* Somebody else gets our events; he is gone, and nobody gets them. */
enum sim_thief { SIM_NO_THIEF, SIM_THIEF, SIM_THIEF_GONE };

struct sim_world {
	uint64_t		 seed;
	struct sim_weather	 weather;
	int64_t			 now_ms;
	int64_t			 skew_ms;	/* of the wall clock */
	int64_t			 boot_ms;	/* the monotonic clock's 0 */
	int64_t			 stalled_ms;	/* the bridge runs from then */
	int			 is_quiet;	/* it is coming to its end */
	size_t			 n_calls, n_offers;
	struct sim_call		 call[SIM_CALLS];
	struct sim_offer	 offer[SIM_OFFERS];
	int			 is_link_up[SIM_PROVIDERS];
	int			 is_stream_up;	/* provider 0's */
	int64_t			 stream_ms;	/* .. since when */
	int64_t			 listened_ms;	/* when it was asked whether
						   somebody listens: yes */
	int			 is_payer_down;
	int			 has_memory;	/* the payer, of what he voided */
	unsigned		 n_topups;
	int			 is_one_switch;	/* legs of both can be joined */
	int			 is_stolen;	/* enum sim_thief */
	int64_t			 alone_ms[SIM_PROVIDERS]; /* so it wants to be left */
	int64_t			 call_ms;	/* the next at provider 1 */
	const char		*wrong;		/* a literal */
	const struct sim_call	*wrong_call;
};
extern struct sim_world world;
extern int sim_is_verbose;
extern const char *sim_only;	/* what is wrong counts alone; or NULL */

/* One world from beginning to end.  NULL, or what is wrong. */
const char *world_run(uint64_t seed);
int64_t world_wall(void);
void world_set_clock(void);
/* What must never be.  Only the first counts. */
void world_wrong(const struct sim_call *, const char *literal);
struct sim_call *world_call(const unsigned char id[CALL_ID_BYTES]);
int world_index(const struct sim_call *);
/* An id of now, with this last byte. */
void world_id(unsigned char id[CALL_ID_BYTES], unsigned last);
/* Is checked later; see world.c. */
void world_check(struct sim_call *, enum sim_check, int64_t in_ms);
/* One line of the log of a world that is replayed. */
void sim_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
