/*
 * Offers, and the requests of who looks at them.
 *
 *	offers sign.key seal.pub count requests
 *
 * They are of a realistic age: most were made within hours, some up to a week
 * ago.  Appends to the file `requests', each with its length before it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/secret.h"
#include "lib/tel.h"
#include "lib/terms.h"

#include "milter/mint.h"

#include "t/bench/ages.h"


static void
usual_terms(struct terms *t)
{
	const char *why = "";

	memset(t, 0, sizeof(*t));
	if (tel_parse(&t->destination, "+442079460123", 13, &why) != 0)
		abort();
	snprintf(t->offeror, sizeof(t->offeror), "alice@example.com");
	snprintf(t->account, sizeof(t->account), "sales");
	snprintf(t->recipient, sizeof(t->recipient), "bob.builder@example.org");
	snprintf(t->lang, sizeof(t->lang), "en");
	terms_tag(t->tag, t->offeror, "<20261123060933.1@example.com>");
}

static void
put_request(FILE *f, const struct mint_token *t)
{
	char text[TOKEN_TEXT_MAX + 256];
	int n = snprintf(text, sizeof(text), "GET /o/%s HTTP/1.1\r\n"
	    "Host: call.example.com\r\nAccept-Language: en-GB,en;q=0.5\r\n\r\n",
	    t->text);
	const unsigned char len[4] = { 0, 0, (unsigned char)(n >> 8),
		(unsigned char)n };

	fwrite(len, 1, sizeof(len), f);
	fwrite(text, 1, (size_t)n, f);
}

int
main(int argc, char **argv)
{
	struct mint_offer offer = { .uses = 1, .name = "Alice Example" };
	struct mint_token token;
	struct terms terms;
	struct mint *mint;
	char why[256];
	unsigned long n;
	FILE *f;

	if (argc != 5 || secret_init() != 0) {
		fprintf(stderr, "usage: offers sign.key seal.pub count "
		    "requests\n");
		return 64;
	}
	mint = mint_open(argv[1], argv[2], why, sizeof(why));
	f = mint != NULL ? fopen(argv[4], "a") : NULL;
	if (f == NULL) {
		fprintf(stderr, "offers: %s\n", mint != NULL ? argv[4] : why);
		return 1;
	}
	usual_terms(&terms);
	offer.terms = &terms;
	for (n = strtoul(argv[3], NULL, 10); n > 0; n--) {
		offer.now_ms = clock_wall_ms() - ages_ms();
		offer.not_after = offer.now_ms / 1000 + 2 * AGES_WEEK_S;
		if (mint_token(mint, &offer, &token) != MINT_OK)
			abort();
		put_request(f, &token);
	}
	mint_free(mint);
	return fclose(f) == 0 ? 0 : 1;
}
