#ifndef BRIDGE_MAIL_LETTER_WORDS_H
#define BRIDGE_MAIL_LETTER_WORDS_H

/*
 * What the mails to offerors say, in the languages of the pages.
 */
enum letter_kind {
	LETTER_MISSED = 1,	/* the destination was not there */
	LETTER_DECLINED,	/* the offeree, or the destination, would not */
	LETTER_USED_UP,		/* it was the last one that the offer allowed */
	LETTER_RECEIPT,		/* it has been charged */
	/* of a link (letter_link.h), and no call */
	LETTER_LINK = 16,	/* he is invited to leave means of payment */
	LETTER_LINK_BANK	/* his bank wants to hear from him */
};

/* %s: in `when' a time, in the others what they speak of. */
struct letter_words {
	char		 lang[3];
	int		 is_rtl;	/* written from right to left */
	const char	*subject[LETTER_RECEIPT + 1];
	const char	*text[LETTER_RECEIPT + 1];
	const char	*also_used_up;
	const char	*when, *caller, *mail_to, *reference, *foot;
	/* of a receipt: the time, what a minute costs, the sum, what is left */
	const char	*talked, *rates, *amount, *balance;
};

/* English where there are none in this one. */
const struct letter_words *letter_words_in(const char *lang);

#endif
