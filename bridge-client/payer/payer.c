#include <stdio.h>
#include <string.h>

#include "bridge-client/payer/payer.h"

void
payer_say(struct payer_reply *r, enum payer_outcome outcome,
    const char *detail)
{
	r->outcome = outcome;
	snprintf(r->detail, sizeof(r->detail), "%s", detail);
}

const char *
payer_act_word(enum payer_act act)
{
	static const char *const words[PAYER_ACTS] = { "nothing", "authorise",
	    "capture", "void", "query", "raise" };

	return act < PAYER_ACTS ? words[act] : "?";
}

const char *
payer_found_word(enum payer_found found)
{
	static const char *const words[] = { "gone", "held", "taken", "free",
	    "refused" };

	return found <= PAYER_IS_REFUSED ? words[found] : "?";
}

void
payer_title(const char *kind, const char *url, char dst[PAYER_TITLE_SIZE])
{
	const char *host = strstr(url, "://");
	size_t i;

	host = host != NULL ? host + 3 : url;
	snprintf(dst, PAYER_TITLE_SIZE, "%.*s", (int)strcspn(host, "/"), host);
	for (i = 0; payer_all[i] != NULL; i++)
		if (strcmp(payer_all[i]->name, kind) == 0 &&
		    payer_all[i]->title != NULL)
			snprintf(dst, PAYER_TITLE_SIZE, "%s",
			    payer_all[i]->title);
}

int
payer_is_url(const char *s)
{
	size_t i;

	if (strncmp(s, "https://", 8) != 0 &&
	    strncmp(s, "http://127.0.0.1:", 17) != 0 &&
	    strncmp(s, "http://[::1]:", 13) != 0)
		return 0;
	for (i = 0; s[i] != '\0'; i++)
		if (s[i] <= ' ' || s[i] > '~' || strchr("\"'<>\\^`{|}",
		    s[i]) != NULL)
			return 0;
	return i > 8 && i <= PAYER_URL_MAX;
}

void
payer_put_id(const unsigned char id[PAYER_CALL_BYTES], char dst[PAYER_ID_SIZE])
{
	int i;

	for (i = 0; i < PAYER_CALL_BYTES; i++)
		snprintf(dst + 2 * i, 3, "%02x", id[i]);
}

int
payer_read_id(const char *hex, unsigned char id[PAYER_CALL_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	int i;

	if (strspn(hex, digits) != PAYER_ID_SIZE - 1 ||
	    hex[PAYER_ID_SIZE - 1] != '\0')
		return -1;
	for (i = 0; i < PAYER_CALL_BYTES; i++)
		id[i] = (unsigned char)(
		    (strchr(digits, hex[2 * i]) - digits) << 4 |
		    (strchr(digits, hex[2 * i + 1]) - digits));
	return 0;
}
