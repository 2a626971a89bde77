#ifndef BRIDGE_PAYER_H
#define BRIDGE_PAYER_H

#include <stddef.h>
#include <stdint.h>

struct provider_hook;
struct request;
struct secret;

/*
 * Who pays for calls, where that is not the ledger: one file in payer/, one
 * constant table of pure functions, as a provider's
 * (bridge-client/provider/provider.h) and with the same four outcomes.  An
 * authorisation is known by the call's id on both sides: asking for it twice
 * is asking for it once.
 */
#define PAYER_CALL_BYTES	16
#define PAYER_REF_MAX		96
#define PAYER_CUSTOMER_MAX	95	/* his name for an account */
#define PAYER_URL_MAX		2047

/* A section of the configuration; strings borrowed. */
struct payer_conf {
	const char		*name;		/* of the section, for logs */
	const char		*url;	/* of the API, no slash at the end */
	const struct secret	*secret;	/* what both know */
	const struct secret	*hook_secret;	/* of webhooks, or NULL */
};

enum payer_act {
	PAYER_NOTHING,
	PAYER_AUTHORISE,	/* hold the amount: can he pay it? */
	PAYER_CAPTURE,		/* take this much of it, free the rest */
	PAYER_VOID,		/* free it all (done when it is already; what
				   was never heard of is never to be held) */
	PAYER_QUERY,		/* what has become of it? */
	PAYER_RAISE		/* hold the amount instead of the one that is
				   held, which is less: DONE, or as before */
};
#define PAYER_ACTS (PAYER_RAISE + 1)

struct payer_intent {
	enum payer_act	 act;
	unsigned char	 call[PAYER_CALL_BYTES];
	const char	*ref;		/* the payer's id of it, or "" */
	const char	*account;	/* its name in the configuration */
	const char	*customer;	/* the payer's name for it, or "" */
	const char	*currency;
	int64_t		 amount;	/* lib/money.h: to hold, or to take */
	int64_t		 wall;		/* now, Unix seconds */
	int		 may_grow;	/* AUTHORISE: RAISE may follow */
};

enum payer_outcome {
	PAYER_DONE,
	PAYER_MORE,	/* so far done: send the next step's request */
	PAYER_REFUSED,	/* no, and asking again does not help */
	PAYER_NOT,	/* it certainly did not happen: may be tried again */
	PAYER_UNKNOWN	/* it may have: ask (QUERY) */
};

/* QUERY's answer; VOID's: GONE, or IS_FREE. */
enum payer_found {
	PAYER_GONE,		/* never heard of, so far */
	PAYER_IS_HELD,
	PAYER_IS_TAKEN,
	PAYER_IS_FREE,		/* for ever: voided, expired */
	PAYER_IS_REFUSED	/* and never held */
};

struct payer_reply {
	enum payer_outcome	outcome;
	enum payer_found	found;
	/* the payer's id of it, or "".  MORE: it is the intent's from the next
	 * step on */
	char			ref[PAYER_REF_MAX + 1];
	char			detail[128]; /* why, for people; no numbers */
	/* AUTHORISE was refused because his bank wants him to say yes himself:
	 * a page of the payer's would let him */
	int			is_his_turn;
};

/*
 * A page of the payer's own on which somebody leaves his means of payment: no
 * part of them passes through here.  Known by an id of ours on both sides.
 */
enum payer_page_state {
	PAYER_PAGE_NONE,	/* there is none yet */
	PAYER_PAGE_OPEN,	/* `url` leads to it */
	PAYER_PAGE_LEFT,	/* the means are there: `customer` */
	PAYER_PAGE_OVER		/* nothing was left, and nothing will be */
};

struct payer_page_intent {
	unsigned char	 id[PAYER_CALL_BYTES];
	const char	*ref;	/* the payer's id of it; "": to be made */
	unsigned	 round;		/* pages of this id that are over */
	const char	*account;
	const char	*customer;	/* as he knows the account, or "" */
	const char	*address;	/* who is to open it */
	const char	*back;		/* where he goes from there */
	int64_t		 wall;		/* now, Unix seconds */
};

struct payer_page {
	enum payer_outcome	outcome; /* never MORE */
	enum payer_page_state	state;
	char			ref[PAYER_REF_MAX + 1];
	char			url[PAYER_URL_MAX + 1];
	char			customer[PAYER_CUSTOMER_MAX + 1];
	char			detail[128];
};

/*
 * A webhook is news, not truth: it says what there is to be asked about.  So
 * one that comes twice, late or out of order is harmless.
 */
enum payer_verdict { PAYER_FORGED, PAYER_STALE, PAYER_AUTHENTIC };
#define PAYER_HOOK_S	300	/* older, or newer, is not believed */

enum payer_news {
	PAYER_NO_NEWS,		/* none of ours, or of no interest */
	PAYER_NEWS_CALL,	/* ask about this call's money */
	PAYER_NEWS_PAGE,	/* ask about this page */
	PAYER_NEWS_PERSON	/* a person should see this: `detail` */
};
struct payer_hooked {
	enum payer_news	news;
	unsigned char	id[PAYER_CALL_BYTES];	/* of call or page; zeros */
	char		once[PAYER_REF_MAX + 1]; /* the event's name, or "" */
	char		detail[128];
};

struct payer {
	const char	*name;		/* in the configuration: kind = NAME */
	int		 can_raise;	/* PAYER_RAISE */
	/* NULL, or what is wrong with the section. */
	const char	*(*check)(const struct payer_conf *);
	/* The request of this step (0, 1, ..).  0, or -1: cannot be. */
	int		 (*request)(const struct payer_conf *,
			    const struct payer_intent *, int step,
			    struct request *out);
	/* As a provider's. */
	void		 (*reply)(const struct payer_intent *, int step,
			    int status, int is_sent, const char *body,
			    size_t len, struct payer_reply *out);
	/* A page to be made, or to be looked at: one request.  Likewise. */
	int		 (*page)(const struct payer_conf *,
			    const struct payer_page_intent *,
			    struct request *out);
	void		 (*page_reply)(const struct payer_page_intent *,
			    int status, int is_sent, const char *body,
			    size_t len, struct payer_page *out);
	/* `out` is zeroed; nothing is looked at before it is authentic. */
	enum payer_verdict (*hook)(const struct payer_conf *,
			    const struct provider_hook *,
			    struct payer_hooked *out);
	const char	*title;	/* for people, "Stripe"; NULL: its host */
};

/* Who that is, for people: what its kind is called, or the host of its URL. */
#define PAYER_TITLE_SIZE 64
void payer_title(const char *kind, const char *url,
    char dst[PAYER_TITLE_SIZE]);
/* 1 for what a browser may be sent to: https, or http on this machine. */
int payer_is_url(const char *);
/* The id of a call or page in lower-case hexadecimal, and back: 0, or -1. */
#define PAYER_ID_SIZE (2 * PAYER_CALL_BYTES + 1)
void payer_put_id(const unsigned char id[PAYER_CALL_BYTES],
    char dst[PAYER_ID_SIZE]);
int payer_read_id(const char *hex, unsigned char id[PAYER_CALL_BYTES]);

/* Sets outcome and detail. */
void payer_say(struct payer_reply *, enum payer_outcome, const char *detail);

/* "authorise", "capture", ...; "held", "taken", ... */
const char *payer_act_word(enum payer_act);
const char *payer_found_word(enum payer_found);

/* All that are built in, NULL-terminated; in payer/all.c. */
extern const struct payer *const payer_all[];

#endif
