/*
 * What comes in with the mail's header: X-Call-Offer, From, Subject, types.
 * A refusal is one line of ASCII; an address is one.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/ctype.h"
#include "milter/mailbox.h"
#include "milter/offer.h"
#include "milter/word.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
is_line(const char *s)
{
	if (*s == '\0')
		abort();
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const char *text = (const char *)p;
	char why[300], address[MAILBOX_MAX + 1], again[MAILBOX_MAX + 1];
	struct offer o;
	struct ctype t;

	if (offer_parse(&o, text, len, why, sizeof(why)) != 0)
		is_line(why);
	else if (len > 3 * OFFER_MAX && memchr(p, '\n', len) == NULL)
		abort();
	if (mailbox_parse(address, text, len) == 0 &&
	    (strchr(address, '@') == NULL ||
	    strchr(address, '@') != strrchr(address, '@') ||
	    mailbox_parse(again, address, strlen(address)) != 0 ||
	    strcmp(again, address) != 0))
		abort();
	(void)word_holds(text, len, "[call]");
	if (ctype_parse(&t, text, len) == 0 &&
	    (t.type[0] == '\0' || t.subtype[0] == '\0'))
		abort();
	(void)ctype_is_file(text, len);
	return 0;
}
