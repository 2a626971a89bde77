#ifndef BRIDGE_MAIL_CODE_WORDS_H
#define BRIDGE_MAIL_CODE_WORDS_H

/* What a mail with a code says; %s: the offeror's name, a number shortened, the
 * code. */
struct code_words {
	char		 lang[3];
	int		 is_rtl;
	const char	*subject, *lead, *number, *why, *code, *how, *foot;
};

/* English where there are none in this language. */
const struct code_words *code_words_in(const char *lang);

#endif
