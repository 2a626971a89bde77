#ifndef LIB_ASK_H
#define LIB_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/token.h"

struct buf;

/*
 * What acceptd and the administrator ask of the bridge: the bodies of the
 * frames of lib/frame.h.  Both ends encode and decode here, and only here.
 *
 * One connection carries many questions; answers come in any order and carry
 * the question's id and verb.  ASK_STATUS is answered at once and again at
 * each change until the call has ended or the connection closes.  A body that
 * does not decode ends the connection, never the daemon.
 *
 * Encoding of a body: the fields in the order of the struct; integers
 * big-endian at their size; strings and blobs as a 2-byte length and the
 * bytes; ids and tags as they are; tel by tel_pack(); a list as a 2-byte count
 * and its elements.
 */
enum ask_verb {
	/* the face's socket */
	ASK_LOOK = 1,	/* struct ask_look	-> struct ask_offer */
	ASK_CHECK,	/* struct ask_check	-> struct ask_checked */
	ASK_ACCEPT,	/* struct ask_accept	-> struct ask_accepted */
	ASK_STATUS, /* struct ask_watch	-> struct ask_status, repeated */
	ASK_HANGUP,	/* struct ask_watch	-> struct ask_status */
	ASK_HOOK,	/* struct ask_hook	-> struct ask_hooked */
	ASK_MEANS,	/* struct ask_means	-> struct ask_way */
	/* the administrator's socket */
	/* struct ask_list -> struct ask_call, repeated; one with an all-zero
	 * id ends the list */
	ASK_LIST = 64,
	ASK_REVOKE,	/* struct ask_revoke	-> struct ask_revoked */
	ASK_TEST,	/* struct ask_test	-> struct ask_accepted */
	ASK_HEALTH,	/* empty		-> struct ask_health */
	ASK_ERASE,	/* struct ask_erase	-> struct ask_erased */
	ASK_TOPUP,	/* struct ask_topup	-> struct ask_topped */
	/* empty -> struct ask_account, repeated; one without a name ends it */
	ASK_ACCOUNTS,
	/* struct ask_entries -> struct ask_entry, repeated; one with the number
	 * 0 ends it, and its `at` is not 0 where there are more */
	ASK_ENTRIES,
	ASK_INVITE,	/* struct ask_invite	-> struct ask_invited */
	ASK_BOUND	/* struct ask_bound	-> struct ask_binding */
};

/* Why an offer cannot be accepted, or not now. */
enum ask_refusal {
	ASK_OK = 0,
	ASK_TOKEN_BAD,	/* malformed, forged, unknown key, out of scope */
	ASK_EXPIRED,
	ASK_USED_UP,
	ASK_REVOKED,
	ASK_CLOSED,		/* outside its hours: opens_at says when */
	ASK_IN_CALL,		/* a call on this offer is going on */
	ASK_NUMBER_BAD,		/* cannot be read or cannot exist */
	ASK_NUMBER_DENIED,	/* not rung by policy */
	ASK_NUMBER_WRONG, /* the last three digits are not the known ones */
	ASK_TOO_MANY,		/* a throttle or a cap: later */
	ASK_NONCE_EARLY,	/* the form came back too soon */
	ASK_NONCE_LATE,
	ASK_NONCE_BAD,
	ASK_STOPPED,	/* calls are switched off, or the clock is wrong */
	ASK_NO_PROVIDER,	/* nobody to place the call just now */
	ASK_STORE_FULL,	/* the journal cannot take it: nothing recorded */
	ASK_UNREACHABLE, /* (made by acceptd) the bridge does not answer */
	ASK_UNPAID,		/* the offeror's side cannot pay for it now */
	/* another number used the offer first: who got the mail must agree, and
	 * has a code for this one; then it comes with the number */
	ASK_CODE_WANTED,
	ASK_CODE_WRONG,
	ASK_REFUSALS
};
/* "expired", "used-up", ...: the word used in logs and page names. */
const char *ask_refusal_word(enum ask_refusal);

#define ASK_NONCE_MAX	96	/* text, base64url */
#define ASK_SECRET_MAX	64	/* text of a call's page address, base64url */
#define ASK_NUMBER_MAX	160	/* as typed */
#define ASK_CODE_MAX	32	/* as typed */
#define ASK_CLIENT_MAX	64 /* address prefix of the browser, for throttles */

struct ask_look {
	char	token[TOKEN_TEXT_MAX + 1];
	char	client[ASK_CLIENT_MAX + 1];
};

struct ask_offer {
	uint8_t		refusal;	/* enum ask_refusal */
	char		name[TOKEN_NAME_MAX + 1];
	char		address[TERMS_ADDRESS_MAX + 1];
	int64_t		not_after;
	int64_t		opens_at;	/* ASK_CLOSED: Unix seconds, else 0 */
	char		caller[TEL_TEXT_MAX + 1];	/* what will ring him */
	char		region[3]; /* default country of typed numbers, "GB" */
	/* the offeror gave the number: its country; else "" */
	char		known_region[3];
	char		price[64]; /* what it costs the offeree; "": free */
	char		lang[3];
	char		nonce[ASK_NONCE_MAX + 1];	/* "" where refused */
};

struct ask_check {
	char	token[TOKEN_TEXT_MAX + 1];
	char	number[ASK_NUMBER_MAX + 1];
	char	region[3];		/* "" : the account's default */
};

struct ask_checked {
	uint8_t	refusal;	/* ASK_OK, ASK_NUMBER_BAD, _DENIED, TOKEN_BAD */
	char	number[TEL_TEXT_MAX + 1];	/* canonical "+442079460123" */
	char	shown[TEL_TEXT_MAX + 1];	/* "+44 20 7946 0123" */
	char	region[3];
};

struct ask_accept {
	char	token[TOKEN_TEXT_MAX + 1];
	char	nonce[ASK_NONCE_MAX + 1];
	char	number[ASK_NUMBER_MAX + 1];	/* canonical, or three digits */
	char	client[ASK_CLIENT_MAX + 1];
	char	lang[3];			/* of the page: A's prompts */
	char	code[ASK_CODE_MAX + 1];		/* see ASK_CODE_WANTED; or "" */
};

struct ask_accepted {
	uint8_t	refusal;
	char	secret[ASK_SECRET_MAX + 1];	/* of /c/SECRET where ASK_OK */
	int64_t	retry_at;			/* ASK_TOO_MANY: when, or 0 */
	unsigned char call[TOKEN_OFFER_BYTES];
};

struct ask_watch {
	char	secret[ASK_SECRET_MAX + 1];
	uint8_t	is_subscription;	/* 0: answer once */
};

/* Where a call stands, as a person would tell it. */
enum ask_stage {
	ASK_STAGE_NONE = 0,	/* no such call (any more) */
	ASK_STAGE_STARTING,
	ASK_STAGE_RINGING_A,
	ASK_STAGE_ASKING_A,	/* answered; waits for the key 1 */
	ASK_STAGE_RINGING_B,
	ASK_STAGE_ASKING_B,
	ASK_STAGE_TALKING,
	ASK_STAGE_ENDED,
	ASK_STAGES
};

/* How a call ended. */
enum ask_end {
	ASK_END_NONE = 0,	/* not yet */
	ASK_END_TALKED,
	ASK_END_A_NO_ANSWER, ASK_END_A_BUSY, ASK_END_A_DECLINED,
	ASK_END_A_NO_KEY, /* answered, no 1: voicemail, silence, wrong key */
	ASK_END_A_BLOCKED,	/* pressed 9: never again */
	ASK_END_A_UNREACHABLE,	/* no such number, network */
	ASK_END_A_LEFT,		/* hung up before B was there */
	ASK_END_B_NO_ANSWER, ASK_END_B_BUSY, ASK_END_B_DECLINED,
	ASK_END_B_NO_KEY, ASK_END_B_UNREACHABLE,
	ASK_END_CANCELLED,	/* from the page */
	ASK_END_REVOKED,	/* by the administrator or the offeror */
	ASK_END_PROVIDER,	/* the provider refused or failed */
	ASK_END_UNKNOWN,	/* after a crash nobody could tell */
	ASK_END_UNPAID,		/* who pays refused, or could not be asked */
	ASK_ENDS
};
const char *ask_stage_word(enum ask_stage);
const char *ask_end_word(enum ask_end);

struct ask_status {
	uint8_t	stage;
	uint8_t	end;
	int64_t	since;			/* of the stage, Unix seconds */
	int64_t	talk_s;			/* seconds talked, once ended */
	char	name[TOKEN_NAME_MAX + 1];
	char	caller[TEL_TEXT_MAX + 1];
	char	lang[3];
};

#define ASK_HOOK_MAX	49152
struct ask_hook {
	char		 provider[33];
	char		 method[8];
	char		 path[513];	/* with its query, as received */
	/* "name: value\n"..., names in lower case */
	char		 headers[8193];
	const unsigned char *body;	/* decoded: borrowed from the frame */
	size_t		 body_len;	/* at most ASK_HOOK_MAX */
};
struct ask_hooked {
	uint16_t	 status;	/* HTTP */
	char		 type[64]; /* Content-Type, "" with an empty body */
	const unsigned char *body;	/* as above */
	size_t		 body_len;
};

struct ask_list {
	int64_t		since;		/* Unix seconds; 0: all */
	uint32_t	most;		/* newest first; 0: all */
	uint8_t		is_open_only;
	unsigned char	offer[TOKEN_OFFER_BYTES];	/* zeros: any */
};
struct ask_call {
	unsigned char	call[TOKEN_OFFER_BYTES];
	unsigned char	offer[TOKEN_OFFER_BYTES];
	uint8_t		stage;
	uint8_t		end;
	/* Unix s or 0 */
	int64_t		accepted_at, key_at, talk_at, ended_at;
	char		account[TERMS_ACCOUNT_MAX + 1];
	char		offeror[TERMS_ADDRESS_MAX + 1];
	char		a[TEL_REDACTED_SIZE], b[TEL_REDACTED_SIZE];
	char		provider[33];
	char		detail[128];	/* the provider's reason, redacted */
	/* what the legs have cost as the provider says it, "0.0106 USD"; "" */
	char		price_a[24], price_b[24];
};

struct ask_revoke {
	uint8_t		by;		/* enum ask_revoke_by */
	unsigned char	offer[TOKEN_OFFER_BYTES];
	unsigned char	tag[TERMS_TAG_BYTES];
	char		sender[TERMS_ADDRESS_MAX + 1];	/* lower case */
	uint8_t		is_hangup;
};
enum ask_revoke_by { ASK_BY_OFFER = 1, ASK_BY_TAG, ASK_BY_SENDER };
struct ask_revoked {
	uint8_t		refusal;	/* ASK_OK or ASK_STORE_FULL */
	uint32_t	n_hung_up;
};

struct ask_test {
	char		account[TERMS_ACCOUNT_MAX + 1];
	struct tel	a, b;
};

/* What identifies people, erased from what is kept of calls. */
enum ask_erase_by { ASK_ERASE_NUMBER = 1, ASK_ERASE_OFFER, ASK_ERASE_DAY };
struct ask_erase {
	uint8_t		by;		/* enum ask_erase_by */
	struct tel	number;
	unsigned char	offer[TOKEN_OFFER_BYTES];
	int64_t		day;		/* a time in it, Unix seconds */
};
struct ask_erased {
	uint8_t		refusal;	/* ASK_OK or ASK_STORE_FULL */
	uint8_t		is_more;	/* to be done: ask the same again */
	uint32_t	n_calls;	/* erased so far */
	uint32_t	n_open;		/* left, for they have not ended */
};

struct ask_health {
	uint8_t		is_journal_ok;
	uint8_t		is_stopped;
	uint32_t	n_open_calls;
	uint64_t	journal_used, journal_max;
	uint16_t	n_providers;	/* at most 8 */
	struct ask_health_provider {
		char	name[33];
		uint8_t	is_ready;
		char	detail[128];	/* what is wrong and how to mend it */
	} provider[8];
};

/*
 * The ledger.  Amounts are lib/money.h's, with their sign.
 */
#define ASK_ACCOUNT_MAX	42	/* "customer:NAME" */
#define ASK_NOTE_MAX	63
struct ask_topup {
	unsigned char	id[TOKEN_OFFER_BYTES];	/* UUIDv7: the same, once */
	char		account[TERMS_ACCOUNT_MAX + 1];
	int64_t		amount;
	char		note[ASK_NOTE_MAX + 1];
};
struct ask_topped {
	/* ASK_OK; ASK_TOKEN_BAD: no such account, or not prepaid;
	 * ASK_STORE_FULL */
	uint8_t		refusal;
	uint8_t		is_again;	/* it had been put in before */
	char		currency[4];
	int64_t		available;	/* now */
};
struct ask_account {
	char		name[ASK_ACCOUNT_MAX + 1];
	char		currency[4];
	int64_t		debits, credits, debits_held, credits_held;
};
struct ask_entries {
	uint64_t	from;		/* a number */
	uint32_t	most;
};
struct ask_entry {
	uint64_t	number;
	int64_t		at;		/* Unix seconds */
	char		kind[16];	/* a word */
	unsigned char	id[TOKEN_OFFER_BYTES];
	char		debit[ASK_ACCOUNT_MAX + 1];
	char		credit[ASK_ACCOUNT_MAX + 1];
	char		currency[4];
	int64_t		amount, held;
	char		note[ASK_NOTE_MAX + 1];
};

/*
 * Means of payment, which are left with who is paid by them: by a link that
 * was mailed (the face), and what the administrator does about it.
 */
#define ASK_URL_MAX	2047
enum ask_way_state {
	ASK_WAY_NONE,		/* no such link, or it is over */
	ASK_WAY_OPEN,		/* they can be left */
	ASK_WAY_USED,		/* they have been */
	ASK_WAY_LATER,		/* the payer does not answer just now */
	ASK_WAYS
};
struct ask_means {
	char	secret[ASK_SECRET_MAX + 1];	/* of /p/SECRET */
	uint8_t	is_wanted;	/* a page of the payer's is to be there */
};
struct ask_way {
	uint8_t	state;
	char	payer[64];		/* "Stripe", or a host */
	char	url[ASK_URL_MAX + 1];	/* of his page, where it is wanted */
	char	lang[3];
	int64_t	until;			/* the link is good, Unix seconds */
};

enum ask_invite_outcome {
	ASK_INVITE_DONE,
	ASK_INVITE_NO_ACCOUNT,
	ASK_INVITE_NO_PAGE,	/* who pays for it has no pages */
	ASK_INVITE_NO_MAIL,	/* the bridge sends none */
	ASK_INVITE_ADDRESS,	/* no mail can go to it */
	ASK_INVITE_STORE_FULL,
	ASK_INVITE_OUTCOMES
};
struct ask_invite {
	char	account[TERMS_ACCOUNT_MAX + 1];
	char	address[TERMS_ADDRESS_MAX + 1];
	char	lang[3];
	uint8_t	is_shown;	/* not mailed: the answer has the link */
};
struct ask_invited {
	uint8_t	outcome;
	int64_t	until;
	char	link[ASK_URL_MAX + 1];	/* or "" */
};
struct ask_bound {
	char	account[TERMS_ACCOUNT_MAX + 1];
	uint8_t	is_forget;	/* first: what was left holds no more */
};
struct ask_binding {
	uint8_t	outcome;	/* enum ask_invite_outcome */
	uint8_t	is_bound;
	int64_t	at;			/* since when */
	char	payer[33];		/* its section */
	char	address[TERMS_ADDRESS_MAX + 1];	/* who left them */
};

/*
 * Encoders append a body to the buffer (buf_ok()); decoders want the whole
 * body, every string within its bound, enums within theirs: 0 or -1.
 */
#define ASK_CODEC(what) \
	void ask_put_##what(struct buf *, const struct ask_##what *); \
	int ask_get_##what(struct ask_##what *, const void *, size_t) \
	    __attribute__((warn_unused_result))
ASK_CODEC(look);
ASK_CODEC(offer);
ASK_CODEC(check);
ASK_CODEC(checked);
ASK_CODEC(accept);
ASK_CODEC(accepted);
ASK_CODEC(watch);
ASK_CODEC(status);
ASK_CODEC(hook);
ASK_CODEC(hooked);
ASK_CODEC(list);
ASK_CODEC(call);
ASK_CODEC(revoke);
ASK_CODEC(revoked);
ASK_CODEC(test);
ASK_CODEC(health);
ASK_CODEC(erase);
ASK_CODEC(erased);
ASK_CODEC(topup);
ASK_CODEC(topped);
ASK_CODEC(account);
ASK_CODEC(entries);
ASK_CODEC(entry);
ASK_CODEC(means);
ASK_CODEC(way);
ASK_CODEC(invite);
ASK_CODEC(invited);
ASK_CODEC(bound);
ASK_CODEC(binding);

#endif
