#ifndef MILTER_POLICY_H
#define MILTER_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/entry.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "milter/reason.h"

struct mint_offer;
struct settings;
struct table;

/*
 * Who may offer, and what: decided from the envelope and the header, before
 * the body is looked at.
 */
struct policy_mail {
	const char	*login;		/* SASL; NULL: not authenticated */
	int		 is_trusted;	/* from a trusted network */
	const char	*sender;	/* envelope, "" is the null sender */
	size_t		 n_recipients;
	const char	*recipient;	/* the first one, "" */
	/* header values as they stand, folds included; "" where absent */
	size_t		 n_offers;	/* X-Call-Offer fields */
	const char	*offer;
	size_t		 n_from;
	const char	*from;
	const char	*subject;
	const char	*message_id;
	int		 is_resent;	/* any Resent-* */
	int		 is_auto;	/* Auto-Submitted but "no" */
	int		 is_list;	/* List-*, Precedence: list, bulk */
	int		 is_dkim;	/* DKIM-Signature, ARC-* */
};

/*
 * A field that may say that the message is not its submitter's own words; its
 * name without the white space that may stand behind it.
 */
void policy_note(struct policy_mail *, const char *name, size_t name_len,
    const char *value);

enum policy_verdict {
	POLICY_PASS,		/* no offer; the header goes, the mail passes */
	POLICY_OFFER,
	POLICY_REFUSE,		/* 550 and `text` */
	POLICY_FAIL		/* ours: on_error says what happens */
};

struct policy_answer {
	enum policy_verdict	verdict;
	enum reason		reason;		/* REASON_NONE: an offer */
	int			is_explicit;	/* the header asked for it */
	char			text[256];	/* behind "X-Call-Offer: " */
	/* the offer, also where it is taken back later */
	struct terms		terms;
	uint32_t		expires_s;
	uint8_t			uses;
	char			name[TOKEN_NAME_MAX + 1];
	char			lang[3];
	char			tag[ENTRY_WORD_MAX + 1]; /* in the subject */
	char			template[ENTRY_TEMPLATE_MAX + 1]; /* or "" */
};

void policy_decide(struct policy_answer *, const struct settings *,
    struct table *, const struct policy_mail *);

/*
 * The message turned out to be one that cannot carry a button: what becomes of
 * an offer.
 */
void policy_unfit(struct policy_answer *, const struct settings *,
    enum reason);

/* What the mint makes of an answer that is an offer: borrows from it. */
void policy_offer(const struct policy_answer *, int64_t now_ms,
    struct mint_offer *);

#endif
