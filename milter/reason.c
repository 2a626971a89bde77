/*
 * The reasons why a message gets no button, in one table.
 */

#include <stddef.h>

#include "milter/reason.h"

struct row {
	const char	*word;
	const char	*status;	/* NULL: no refusal, the mail passes */
	const char	*text;
};

#define UNSIGNED "send it unsigned, or without the header"

static const struct row rows[REASONS] = {
[REASON_NONE] =		{ "none", NULL, "" },
[REASON_NOT_ASKED] =	{ "not-asked", NULL, "" },
[REASON_DECLINED] =	{ "declined", NULL, "" },
[REASON_UNAUTHENTICATED] = { "unauthenticated", NULL, "" },
[REASON_NULL_SENDER] =	{ "null-sender", NULL, "" },
[REASON_RESENT] =	{ "resent", NULL, "" },
[REASON_AUTO] =		{ "auto-submitted", NULL, "" },
[REASON_LIST] =		{ "list", NULL, "" },
[REASON_HEADER] =	{ "header", "5.6.0", "the header cannot be read" },
[REASON_FROM] =		{ "from", "5.7.1",
    "an offer needs exactly one address in one From header" },
[REASON_NOT_OFFEROR] =	{ "not-offeror", "5.7.1",
    "the From address is not registered to offer calls; ask your postmaster, "
    "or remove the header" },
[REASON_LOGIN] =	{ "login", "5.7.1",
    "your login may not offer calls as this From address" },
[REASON_DESTINATION] =	{ "destination", "5.7.1",
    "this destination is not allowed for your address; write yes for the "
    "registered one" },
[REASON_RECIPIENTS] =	{ "recipients", "5.5.3",
    "too many recipients for one offer; send it to fewer at a time" },
[REASON_DKIM] =		{ "dkim", "5.7.1",
    "the message already carries a DKIM or ARC signature; " UNSIGNED },
[REASON_SIGNED] =	{ "signed", "5.7.1",
    "a signed message cannot take a button; " UNSIGNED },
[REASON_ENCRYPTED] =	{ "encrypted", "5.7.1",
    "an encrypted message cannot take a button; send it without the header" },
[REASON_PGP] =		{ "pgp", "5.7.1",
    "a message with inline PGP cannot take a button; " UNSIGNED },
[REASON_REPORT] =	{ "report", "5.6.0",
    "a report cannot take a button; send it without the header" },
[REASON_CALENDAR] =	{ "calendar", "5.6.0",
    "the answer to an invitation cannot take a button; send it without the "
    "header" },
[REASON_MESSAGE] =	{ "message", "5.6.0",
    "a partial or external message cannot take a button; send it whole, or "
    "without the header" },
[REASON_AMBIGUOUS] =	{ "ambiguous", "5.6.0",
    "the MIME structure of the message is ambiguous; send it without the "
    "header" },
[REASON_BOUNDARY] =	{ "boundary", "5.6.0",
    "the message has an unusable MIME boundary; send it without the header" },
[REASON_ENCODING] =	{ "encoding", "5.6.0",
    "the transfer encoding of the text is not understood; send it as plain "
    "text, or without the header" },
[REASON_CHARSET] =	{ "charset", "5.6.0",
    "the character set of the text is not understood; send it as UTF-8, or "
    "without the header" },
[REASON_HTML] =		{ "html", "5.6.0",
    "the HTML of the message is broken off; there is no place for a button" },
[REASON_NO_TEXT] =	{ "no-text", "5.6.0",
    "the message has no text that could take a button" },
[REASON_LIMIT] =	{ "limit", "5.6.0",
    "the message is nested too deeply or has too many parts; send it without "
    "the header" },
[REASON_SIZE] =		{ "size", "5.3.4",
    "the message is too large for a button; send it without the header" },
[REASON_TOKEN] =	{ "token", "5.6.0",
    "the offer is too long; use fewer or shorter parameters" },
[REASON_ERROR] =	{ "error", NULL, "" },
};

const char *
reason_word(enum reason r)
{
	return rows[r].word;
}

const char *
reason_text(enum reason r)
{
	return rows[r].text;
}

const char *
reason_status(enum reason r)
{
	return rows[r].status != NULL ? rows[r].status : "5.0.0";
}

int
reason_is_refusal(enum reason r)
{
	return rows[r].status != NULL;
}
