/*
 * calloffer inspect: shows what of a token is for everybody to read.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/key.h"
#include "lib/token.h"

#include "admin/command.h"
#include "admin/text.h"

#include "admin/inspect.h"

#define LABEL	17		/* columns of the labels */

/* The token of a link: what stands behind its /o/; else the whole. */
static const char *
token_of(const char *text, size_t *len)
{
	const char *p, *found = text;

	for (p = text; (p = strstr(p, "/o/")) != NULL; p += 3)
		found = p + 3;
	*len = strcspn(found, "?#");
	return found;
}

static void
show_public_part(const struct token *t)
{
	char uuid[TOKEN_UUID_SIZE], when[TEXT_TIME_SIZE], span[TEXT_TIME_SIZE];
	char sign[KEY_ID_HEX], seal[KEY_ID_HEX];
	int64_t left = t->not_after - clock_wall();

	token_uuid_text(t->offer, uuid);
	key_id_hex(t->sign_id, sign);
	key_id_hex(t->seal_id, seal);
	text_row(LABEL, "Offer", "%s", uuid);
	text_row(LABEL, "Offeror's name", "%s", *t->name == '\0' ?
	    "(none)" : t->name);
	text_moment(token_offer_ms(t->offer) / 1000, when);
	text_row(LABEL, "Minted", "%s", when);
	text_moment(t->not_after, when);
	text_span(left < 0 ? -left : left, span);
	text_row(LABEL, "Good until", left < 0 ? "%s (expired %s ago)" :
	    "%s (%s from now)", when, span);
	text_row(LABEL, "Uses", "%d", t->uses);
	text_row(LABEL, "Signing key", "%s", sign);
	text_row(LABEL, "Sealing key", "%s", seal);
	text_row(LABEL, "Sealed part", "%zu bytes; the bridge alone can read "
	    "them", t->sealed_len);
}

/* The last row.  An exit status: 0, or 1 when the token is not genuine. */
static int
show_signature(const char *text, size_t len, const struct key_ring *ring)
{
	struct token token;
	enum token_verdict verdict;

	if (ring->n == 0) {
		text_row(LABEL, "Signature", "not checked: name public keys "
		    "with -k");
		return EX_OK;
	}
	verdict = token_verify(&token, text, len, ring);
	printf("%-*s", LABEL, "Signature");
	if (verdict == TOKEN_GOOD)
		text_say(TEXT_GOOD, "holds");
	else if (verdict == TOKEN_KEY_UNKNOWN)
		text_say(TEXT_BAD, "cannot be checked: made by another key "
		    "than those given");
	else
		text_say(TEXT_BAD, "DOES NOT HOLD: %s",
		    token_verdict_text(verdict));
	printf("\n");
	return verdict == TOKEN_GOOD ? EX_OK : 1;
}

static int
inspect(const char *text, const struct key_ring *ring)
{
	struct token token;
	enum token_verdict verdict;
	size_t len;

	text = token_of(text, &len);
	verdict = token_peek(&token, text, len);
	if (verdict != TOKEN_GOOD) {
		fprintf(stderr, "calloffer inspect: this is not a token: %s\n",
		    token_verdict_text(verdict));
		return EX_DATAERR;
	}
	show_public_part(&token);
	return show_signature(text, len, ring);
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct key_ring *ring = calloc(1, sizeof(*ring));
	int ch, status = COMMAND_USAGE;
	char why[1024];

	(void)place;
	if (ring == NULL) {
		fprintf(stderr, "calloffer inspect: out of memory\n");
		return EX_OSERR;
	}
	while ((ch = getopt(argc, argv, "k:")) != -1) {
		if (ch != 'k')
			goto out;
		if (key_ring_add(ring, KEY_VERIFY, optarg, why,
		    sizeof(why)) == -1) {
			fprintf(stderr, "calloffer inspect: %s\n", why);
			status = EX_NOINPUT;
			goto out;
		}
	}
	if (argc - optind == 1)
		status = inspect(argv[optind], ring);
out:
	free(ring);
	return status;
}

const struct command inspect_command = {
	"inspect", "[-k SIGN.PUB ...] TOKEN | URL",
	"show what everybody can read in a token",
	"Shows the public part of an offer token, or of a link with one.\n"
	"What is sealed in it (destination, account, numbers) the bridge\n"
	"alone can read.  The exit status is 1 where the signature does not\n"
	"hold.\n\n"
	"  -k FILE  hold the signature against this public key, or these\n",
	run
};
