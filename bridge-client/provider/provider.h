#ifndef BRIDGE_PROVIDER_H
#define BRIDGE_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/tel.h"

struct request;
struct secret;

/*
 * A SIP trunk provider: one file in provider/, one constant table of pure
 * functions.  No I/O, no clock, no state: intent to request, reply to outcome,
 * event to meaning.  What cannot be done is NULL.
 */
enum leg { LEG_A, LEG_B };

#define PROVIDER_CALL_BYTES	16
#define PROVIDER_REF_MAX	96	/* a provider's own id of a leg */
#define PROVIDER_PRICE_MAX	23

/* An account at a provider; strings borrowed from the configuration, "" where
 * nothing is set there. */
struct provider_conf {
	const char	*name;		/* of the section, for logs */
	const char	*kind;		/* struct provider's name; or NULL */
	const char	*url;	/* base of the API, no slash at the end */
	const char	*user;
	const char	*app;		/* ARI: the Stasis application */
	/* ARI: "PJSIP/%s@trunk", %s the number with + */
	const char	*trunk_pstn;
	/* ARI: "PJSIP/packet/%s", %s the sip: URI; "": no packet legs */
	const char	*trunk_sip;
	/* where the prompts are, as the provider sees it: a directory, or the
	 * URL under which the web server shows it */
	const char	*prompts;
	const char	*names;	/* recordings of them: the directory, or NULL */
	/* where events come by webhook: the URL that he is given for them, no
	 * slash at the end, and what proves that they are his: his public key
	 * in base64, or "", or what both know, or NULL */
	const char	*hook_url;
	const char	*public_key;
	const struct secret *hook_secret;
	int		 calls_per_s;	/* may begin; 0: as many as we like */
	int		 is_erasing;	/* what we erase he deletes, too */
};

/* What the driver wants done. */
enum provider_act {
	PROVIDER_PROBE,	/* is it there, may we call, are we registered? */
	PROVIDER_RING,		/* create the leg and ring it.  Where events
				   come by a stream: only while it is up, or
				   who answers is dropped */
	PROVIDER_PLAY,		/* speak the prompts to the leg */
	PROVIDER_HUSH,		/* stop what is being spoken */
	PROVIDER_BRIDGE,	/* join both legs */
	PROVIDER_HANG,		/* end the leg (done when it is already gone) */
	PROVIDER_UNBRIDGE,	/* remove the bridge, where that is a thing */
	PROVIDER_FIND,		/* does the leg exist, and in which state? */
	PROVIDER_EXTEND		/* the leg may be up for longer */
};
#define PROVIDER_ACTS (PROVIDER_EXTEND + 1)

struct provider_intent {
	enum provider_act	 act;
	/* a UUIDv7, of when the offer was shown: half an hour before the
	 * acceptance at most (token_offer_ms) */
	unsigned char		 call[PROVIDER_CALL_BYTES];
	enum leg		 leg;
	/* the provider's id, or "": it made none, or we were not told */
	const char		*ref;
	const char		*other_ref;	/* BRIDGE: of the other leg */
	const struct tel	*to;	/* RING; or whom it rang, else */
	/* RING: the number shown, never NULL */
	const char		*caller;
	int			 ring_s;	/* RING */
	/* RING, EXTEND: of the whole leg, a safety net */
	int			 max_s;
	int			 left_s;	/* EXTEND: of that, from now */
	const char		*prompt; /* PLAY: names, comma-separated */
	const char		*lang;		/* PLAY */
	int			 is_joined; /* PLAY: with the other leg */
	/*
	 * PLAY: what is said behind the prompts "a-name" and "b-reference",
	 * or "": then they are left out.  Who has speech of his own says it as
	 * text, UTF-8; to others it is the name of a recording among those of
	 * names, and a word that is spelled.
	 */
	const char		*name, *reference;
	/* the first PLAY: to->ext, to be dialled before, or "".  Who has told
	 * RING of it takes no notice */
	const char		*digits;
	/* RING, where events come by a stream: that somebody listens is known
	 * (bridge-client/provider/listener).  Else that is what its first step
	 * asks, and PROVIDER_MORE is yes. */
	int			 has_listener;
};

/*
 * Four outcomes.  UNKNOWN: it may have happened: ask (FIND), never repeat.
 * What comes of them:
 *
 *		DONE		REFUSED		NOT		UNKNOWN
 *	RING	it rings	next provider	3 times, then	FIND
 *						the next
 *	PLAY	is heard	FIND		silence		silence
 *	BRIDGE	talking		the end		3 times		the end
 *	HANG	FIND		FIND		FIND		FIND
 *	FIND	what it says	asked again and again
 *
 * PROBE: all but DONE is not ready.  HUSH: whatever comes.
 */
enum provider_outcome {
	PROVIDER_DONE,
	PROVIDER_MORE,		/* so far done: send the next step's request */
	PROVIDER_REFUSED, /* it will not, and saying it again won't help */
	PROVIDER_NOT,	/* it certainly did not happen: may be tried again */
	PROVIDER_UNKNOWN
};

/* FIND's answer. */
enum provider_found {
	PROVIDER_GONE, PROVIDER_IS_RINGING, PROVIDER_IS_UP
};

/* How a leg's network says it ended. */
enum provider_cause {
	CAUSE_NORMAL,		/* was up, hung up */
	CAUSE_BUSY, CAUSE_DECLINED, CAUSE_NO_ANSWER,
	CAUSE_UNREACHABLE,	/* no such number, no route, not registered */
	CAUSE_FAILED,		/* congestion, 5xx, everything else */
	CAUSE_CANCELLED		/* by us */
};

struct provider_reply {
	enum provider_outcome	outcome;
	enum provider_found	found;			/* FIND */
	/* UNKNOWN, of an act that does no more twice than once */
	int			may_repeat;
	/* GONE: how it ended, where the provider says so */
	int			has_cause;
	enum provider_cause	cause;
	/* RING: the provider's id of the leg, or "".  MORE, of any act: it was
	 * looked up, and is the intent's from the next step on */
	char			ref[PROVIDER_REF_MAX + 1];
	char			detail[128]; /* why, for people; no numbers */
	/* FIND: what the leg has cost, "0.0106 USD"; "": not known (yet) */
	char			price[PROVIDER_PRICE_MAX + 1];
};

enum provider_event_kind {
	EVENT_NONE,		/* of no interest */
	EVENT_RINGING,
	EVENT_ANSWERED,		/* and under our control: it can be spoken to */
	EVENT_KEY,
	EVENT_SPOKEN,		/* the prompts are over, or were hushed:
				   `detail` is the name of the one spoken last,
				   so that the end of hushed ones is not taken
				   for the end of those that followed */
	EVENT_GONE,
	EVENT_ECHO,		/* what PROBE had sent to us has come */
	EVENT_PRICE,		/* its price is known, and nothing else new */
	EVENT_LOST		/* we are no longer whom events are sent to */
};

struct provider_event {
	enum provider_event_kind kind;
	unsigned char		 call[PROVIDER_CALL_BYTES];
	enum leg		 leg;
	char			 key;		/* '0'..'9', '*', '#' */
	int			 is_unrung;	/* GONE: certainly nobody was
						   rung: no trunk took it */
	enum provider_cause	 cause;		/* GONE; SPOKEN: CAUSE_FAILED:
						   there is no such prompt */
	char			 ref[PROVIDER_REF_MAX + 1];
	char			 detail[128]; /* "486 Busy Here"; no numbers */
	char			 price[PROVIDER_PRICE_MAX + 1]; /* of the leg */
};

/* A request of the provider's: an event that comes by webhook. */
struct provider_hook {
	const char		*url;	/* whole, as he was given it */
	const char		*headers;	/* as in struct ask_hook */
	const unsigned char	*body;
	size_t			 len;
	int64_t			 wall;		/* now, Unix seconds */
};

#define PROVIDER_HOOK_S		300	/* older or newer: not listened to */
#define PROVIDER_ONCE_MAX	96

enum provider_verdict {
	PROVIDER_AUTHENTIC,
	PROVIDER_STALE,		/* his, but not of now */
	PROVIDER_FORGED		/* not his, or nobody can tell */
};

/* What an authentic one says. */
struct provider_hooked {
	struct provider_event	event;
	int			is_odd;		/* not understood: EVENT_NONE */
	/* the same when he repeats himself, and never else; "": it may come
	 * any number of times */
	char			once[PROVIDER_ONCE_MAX + 1];
	/* what he is answered, each time: of this type (a literal, or NULL:
	 * nothing), without any number */
	const char		*type;
	struct buf		answer;
};
#define PROVIDER_ANSWER_MAX	4096

/* The answer to the request of this id; the body until it returns. */
typedef void provider_answer_fn(void *ctx, uint32_t id, int status,
    const char *body, size_t len);

struct provider {
	const char	*name;		/* in the configuration: kind = NAME */
	/* its password is a private key: see jwt.h */
	int		 is_by_token;
	int		 has_speech;	/* says text by itself */
	/* PLAY goes to one of two legs that are joined, which stay so */
	int		 is_heard_talking;
	/* EXTEND: else a leg's limit is for ever what RING has said */
	int		 can_extend;
	/* where that says nothing; 0: as many as we like */
	int		 calls_per_s;
	/* FIND says the price of a leg some time after its end */
	int		 has_late_price;
	/* Does `caller` etc. fit?  NULL, or what is wrong with the section. */
	const char	*(*check)(const struct provider_conf *);
	/*
	 * The request of this step (0, 1, ..) of an intent.  0, or -1: this
	 * provider cannot do that.
	 */
	int		 (*request)(const struct provider_conf *,
			    const struct provider_intent *, int step,
			    struct request *out);
	/* `status` 0: there was no answer (then `is_sent` says whether the
	 * request may have reached the provider). */
	void		 (*reply)(const struct provider_intent *, int step,
			    int status, int is_sent, const char *body,
			    size_t len, struct provider_reply *out);
	/* The request that deletes what he keeps of the ended leg of this name,
	 * harmless when that is done already: put into `out`, an empty one.
	 * 0, or -1; NULL: he deletes nothing. */
	int		 (*forget)(const struct provider_conf *,
			    const char *ref, struct request *out);
	/* Can legs of these two, both of this kind, be joined?  NULL: no. */
	int		 (*joins)(const struct provider_conf *,
			    const struct provider_conf *);
	/* The path and query, below `url`, of the WebSocket that brings events;
	 * NULL where events come by webhook.  -1: does not fit. */
	int		 (*stream)(const struct provider_conf *, char *dst,
			    size_t size);
	/* PROBE has an EVENT_ECHO sent by the stream: that it comes is the only
	 * proof that the stream is listened to. */
	int		 is_echoed;
	/*
	 * Requests by the stream, where the other side takes them there; NULL:
	 * it has no such thing.  `say' makes one of them a message: 0, or -1,
	 * it does not fit.  `heard' hands an answer on: 1, or 0, the message is
	 * something else.
	 */
	int		 (*say)(const struct provider_conf *,
			    const struct request *, uint32_t id,
			    struct buf *out);
	int		 (*heard)(const void *, size_t, provider_answer_fn *,
			    void *ctx);
	/* One event from the stream.  0, or -1: not understood (log it). */
	int		 (*event)(const void *, size_t,
			    struct provider_event *out);
	/* A webhook; NULL where events come by a stream.  Nothing in it is
	 * looked at for its meaning before it is known to be authentic.  `out`
	 * is zeroed, its answer an empty buffer, and whose it was. */
	enum provider_verdict (*hook)(const struct provider_conf *,
			    const struct provider_hook *,
			    struct provider_hooked *out);
};

/* What providers have in common. */

/* The call's id as 32 lower-case hexadecimal digits, and back: 0, or -1. */
#define PROVIDER_ID_SIZE (2 * PROVIDER_CALL_BYTES + 1)
void provider_put_id(const unsigned char call[PROVIDER_CALL_BYTES],
    char dst[PROVIDER_ID_SIZE]);
int provider_read_id(const char *hex, size_t len,
    unsigned char call[PROVIDER_CALL_BYTES]);

/*
 * "co-CALL-a", "co-CALL-b": how a leg is named where the name is ours.  Back:
 * 0, or -1, it is none of ours.
 */
#define PROVIDER_LEG_SIZE (PROVIDER_ID_SIZE + 5)
void provider_put_leg(const unsigned char call[PROVIDER_CALL_BYTES], enum leg,
    char dst[PROVIDER_LEG_SIZE]);
int provider_read_leg(const char *, size_t, struct provider_event *out);

/* The name of the prompt that is spoken `i`-th, those left out not counted.
 * 0, or -1: there are not so many, or it is no word. */
#define PROVIDER_WORD_SIZE 64
#define PROVIDER_NAME		"a-name"
#define PROVIDER_REFERENCE	"b-reference"
int provider_prompt(const struct provider_intent *, int i,
    char dst[PROVIDER_WORD_SIZE]);
/* How many; -1: one of them, or the language, is no word. */
int provider_n_prompts(const struct provider_intent *);

/* What is said behind this prompt; "": nothing. */
const char *provider_behind(const struct provider_intent *,
    const char *prompt);
/* The language of that, as speech of networks is asked for: "en-GB"; in Arabic
 * "arb". */
const char *provider_tongue(const struct provider_intent *);

/* 1 for letters, digits, "-" and "_", fewer than PROVIDER_WORD_SIZE. */
int provider_is_word(const char *, size_t);
/* 1 for http:// or https:// without query, fragment and slash at its end. */
int provider_is_web(const char *);
/* Whom to ring, without the extension: "+44..", "sip:..", and for sips: (RFC
 * 3261, 26.2.2) "sip:..;transport=tls", as all networks take it. */
#define PROVIDER_TO_SIZE (TEL_TEXT_MAX + 16)
void provider_put_to(const struct tel *, char dst[PROVIDER_TO_SIZE]);
/* 1 for a + and digits. */
int provider_is_number(const char *);

/* What all must be like whose prompts are fetched from the web server: NULL, or
 * what is wrong.  `unquoted': what may not stand in the documents' URLs. */
const char *provider_check_web(const struct provider_conf *,
    const char *unquoted);
/* RING: is there whom, by which number, and for how long? */
int provider_can_ring(const struct provider_intent *);
/* The provider's id of a leg: 0 for "" and NULL. */
int provider_is_known(const char *ref);
/* HANG, FIND: of a leg whose id is not known, so it is looked for. */
int provider_is_search(const struct provider_intent *);

/* A header of a webhook, by its name in lower case; it must be there exactly
 * once.  0, or -1. */
int provider_header(const struct provider_hook *, const char *name, char *dst,
    size_t size) __attribute__((warn_unused_result));

/*
 * Of a webhook whose URL is the hook_url and "/co-CALL-a/key" or the like:
 * whose leg it is, and what follows its name; NULL: it is none of ours.
 */
const char *provider_hooked_leg(const struct provider_conf *,
    const struct provider_hook *, struct provider_event *out);
/* What follows is "/spoken/PROMPT": the prompt, a word; NULL: it is not. */
const char *provider_spoken(const char *what);
/* An EVENT_SPOKEN of it. */
void provider_put_spoken(struct provider_event *, const char *prompt);
/* 1, and it is an EVENT_KEY: this is one key.  0: it is not; NULL is none. */
int provider_put_key(struct provider_event *, const char *digits);

/* Text for people out of a provider's: printable ASCII, and nothing that could
 * be a telephone number or a SIP address.  Cut where it does not fit. */
void provider_plain(char *dst, size_t size, const char *text);

/* A price, from its amount in decimal digits, whose minus sign is dropped, and
 * its currency ("" or three letters); "" where it is none.  Either may be
 * NULL. */
void provider_put_price(char dst[PROVIDER_PRICE_MAX + 1], const char *amount,
    const char *currency);

/* Sets a reference; "" where there is none or it does not fit. */
void provider_set_ref(char dst[PROVIDER_REF_MAX + 1], const char *ref);

/* Sets outcome and detail. */
void provider_say(struct provider_reply *, enum provider_outcome,
    const char *detail);

/* Likewise: "HTTP 422: Invalid number: ..", by their own words, of which either
 * may be NULL. */
void provider_say_http(struct provider_reply *, enum provider_outcome,
    int status, const char *title, const char *more);

/* How a leg that was never answered ended: by the SIP status where there is
 * one (else 0), or by the cause of Q.850. */
enum provider_cause provider_cause_of(int sip, int q850);

/* All that are built in, NULL-terminated; in provider/all.c. */
extern const struct provider *const provider_all[];
/* The one of this name, or NULL. */
const struct provider *provider_kind(const char *name);

/*
 * The answer to a RING that makes a call.  It was made, as `ref`: without a
 * name (NULL, "" or one too long) it is UNKNOWN.
 */
void provider_say_made(struct provider_reply *, const char *ref);

/* It was not made, or may have been, by the status of HTTP; and a command to a
 * leg was not obeyed. */
enum provider_outcome provider_not_made(int status);
enum provider_outcome provider_not_obeyed(int status);

/* The leg was looked for, and is there under this name: HANG goes on to end
 * it. */
void provider_say_listed(struct provider_reply *,
    const struct provider_intent *, const char *ref);

/* FIND: what an event that tells the same would have said. */
void provider_set_found(struct provider_reply *,
    const struct provider_event *);

#endif
