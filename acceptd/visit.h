#ifndef ACCEPTD_VISIT_H
#define ACCEPTD_VISIT_H

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/token.h"

#include "acceptd/web.h"

struct frame;

/*
 * One request on its way to its response: what it has asked of the bridge, and
 * what of the request is still needed when the answer comes.  The site (pure)
 * moves it on; the desk carries questions and responses.
 */
enum visit_step {
	VISIT_RESPOND,		/* `response` is complete */
	VISIT_ASK,		/* `verb` and `question` go to the bridge */
	VISIT_STREAM		/* the connection becomes secret's stream */
};

enum visit_room {		/* what the answer is for */
	VISIT_NONE,
	VISIT_OFFER_LOOK,	/* GET: the offer, to be shown */
	VISIT_OFFER_CHECK,	/* POST: is this a number? */
	VISIT_OFFER_CONFIRM,	/* POST: the offer, to show the number back */
	VISIT_OFFER_ACCEPT,
	VISIT_OFFER_AGAIN,	/* POST: the offer, to show the form again */
	VISIT_OFFER_CARD,	/* GET: the offer, for the caller's number */
	VISIT_CALL_SHOW,
	VISIT_CALL_CARD,
	VISIT_CALL_HANGUP,
	VISIT_HOOK,
	VISIT_WAY	/* a link to leave means of payment */
};

struct visit {
	/* VISIT_RESPOND */
	struct web_response	 response;
	/* VISIT_ASK */
	uint8_t			 verb;		/* enum ask_verb */
	struct buf		 question;
	/* VISIT_STREAM, and call pages */
	char			 secret[ASK_SECRET_MAX + 1];

	/* The site's own. */
	enum visit_room		 room;
	char			 client[ASK_CLIENT_MAX + 1];
	char			 lang[9];	/* wished by ?lang=, or "" */
	char			 offer_lang[3];	/* of the offer or call, as far
						   as it is known, or "" */
	char			 accept_language[128];
	char			 token[TOKEN_TEXT_MAX + 1];
	char			 name[TOKEN_NAME_MAX + 1];
	char			 nonce[ASK_NONCE_MAX + 1];
	char			 entry[ASK_NUMBER_MAX + 1];	/* as typed */
	char			 code[ASK_CODE_MAX + 1]; /* typed, or "" */
	int			 is_digits;	/* the entry is three digits */
	int			 is_honeypot;	/* VISIT_OFFER_AGAIN: why */
	enum ask_refusal	 refusal;	/* VISIT_OFFER_AGAIN: why */
	struct ask_checked	 checked;	/* VISIT_OFFER_CONFIRM */
	int			 is_sent;	/* the question has left us */
	int			 is_garbled;	/* the bridge's answer did not
						   decode: end the connection */
};

void visit_init(struct visit *);
void visit_free(struct visit *);	/* what it owns, not the struct */

#endif
