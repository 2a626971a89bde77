/*
 * The vectors of t/data/token-vectors, read with the programs' own rooms.
 *
 * With a folder of keys as argument this is a tool for t/15-vectors.py: it
 * reads lines "read TOKEN" and "mint N" and answers with what it sees, or with
 * a token, and an empty line.
 */

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "bridge-client/guard/unseal.h"
#include "lib/buf.h"
#include "lib/key.h"
#include "lib/secret.h"
#include "lib/terms.h"
#include "lib/token.h"
#include "milter/mint.h"
#include "t/tap.h"

static struct key_ring ring;
static struct unseal *unseal;
static char why[512];

static void
line_hex(struct buf *b, const char *name, const unsigned char *p, size_t n)
{
	char hex[2 * 32 + 1];

	sodium_bin2hex(hex, sizeof(hex), p, n);
	buf_printf(b, "%s: %s\n", name, hex);
}

static void
line_text(struct buf *b, const char *name, const char *text)
{
	if (text[0] != '\0')
		buf_printf(b, "%s: %s\n", name, text);
}

static void
line_tel(struct buf *b, const char *name, const struct tel *t)
{
	char full[TEL_FULL_SIZE];

	tel_full(t, full);
	line_text(b, name, full);
}

static void
describe_terms(struct buf *b, const struct terms *t)
{
	char text[WINDOW_TEXT_SIZE];

	line_tel(b, "destination", &t->destination);
	line_text(b, "offeror", t->offeror);
	line_text(b, "account", t->account);
	line_hex(b, "tag", t->tag, sizeof(t->tag));
	line_text(b, "recipient", t->recipient);
	line_tel(b, "offeree", &t->offeree);
	window_text(&t->window, text);
	line_text(b, "window", text);
	if (t->max_s > 0)
		buf_printf(b, "max_s: %u\n", (unsigned)t->max_s);
	line_text(b, "reference", t->reference);
	line_text(b, "lang", t->lang);
}

static void
describe(struct buf *b, const char *text)
{
	static const char *const words[] = { "good", "unknown", "broken" };
	enum token_verdict verdict;
	enum unseal_result r;
	char uuid[TOKEN_UUID_SIZE];
	struct terms terms;
	struct token t;

	verdict = token_verify(&t, text, strlen(text), &ring);
	buf_printf(b, "verdict: %s\n", token_verdict_text(verdict));
	if (verdict != TOKEN_GOOD)
		return;
	r = unseal_open(unseal, &t, &terms);
	buf_printf(b, "seal: %s\nuses: %u\n", words[r], (unsigned)t.uses);
	line_hex(b, "sign_id", t.sign_id, sizeof(t.sign_id));
	line_hex(b, "seal_id", t.seal_id, sizeof(t.seal_id));
	buf_printf(b, "not_after: %lld\n", (long long)t.not_after);
	token_uuid_text(t.offer, uuid);
	line_text(b, "offer", uuid);
	line_text(b, "name", t.name);
	if (r == UNSEAL_GOOD)
		describe_terms(b, &terms);
}

/* Keys are named sign, verify, unseal and seal. */
static struct mint *
open_keys(const char *dir)
{
	char path[4][512];
	static const char *const names[] = { "sign", "verify", "unseal",
	    "seal" };
	struct mint *m;
	int i;

	for (i = 0; i < 4; i++)
		snprintf(path[i], sizeof(path[i]), "%s/%s", dir, names[i]);
	unseal = unseal_new();
	m = mint_open(path[0], path[3], why, sizeof(why));
	if (m == NULL || key_ring_add(&ring, KEY_VERIFY, path[1], why,
	    sizeof(why)) != 0 || unseal_add(unseal, path[2], why,
	    sizeof(why)) != 0) {
		printf("Bail out! %s\n", why);
		return NULL;
	}
	return m;
}

/* The N-th of some offers that differ. */
static void
mint_one(const struct mint *m, unsigned n)
{
	static const char *const to[] = { "+442079460123;ext=42",
	    "sip:desk@example.com", "sips:a@[2001:db8::1]:5061",
	    "+12345678" };
	static const char hours[] = "Mon-Fri 09:00-17:00 Europe/Berlin";
	struct mint_offer o = { 1790000000000, 1790604800, 1, "", NULL };
	struct mint_token token;
	struct terms t;

	memset(&t, 0, sizeof(t));
	if (tel_parse(&t.destination, to[n % 4], strlen(to[n % 4]), NULL) !=
	    0 || (n % 3 == 1 && tel_parse(&t.offeree, to[0], 20, NULL) != 0)
	    || (n % 5 == 1 && window_parse(&t.window, hours, strlen(hours),
	    NULL) != 0))
		return;
	o.terms = &t;
	o.uses = (uint8_t)(1 + n % 255);
	o.name = n % 2 == 0 ? "" : "J\xc3\xbcrg \xf0\x9f\x93\x9e";
	snprintf(t.offeror, sizeof(t.offeror), "a%u@example.com", n);
	snprintf(t.account, sizeof(t.account), "account-%u", n);
	terms_tag(t.tag, t.offeror, "<id@example.com>");
	if (n % 2 == 1)
		snprintf(t.recipient, sizeof(t.recipient), "b%u@c.example", n);
	t.max_s = n % 4 == 1 ? 60 * n : 0;
	if (n % 7 == 3)
		snprintf(t.reference, sizeof(t.reference), "Ticket %u", n);
	if (n % 6 < 2)
		snprintf(t.lang, sizeof(t.lang), "de");
	if (mint_token(m, &o, &token) == MINT_OK)
		printf("%s\n", token.text);
}

static int
serve(const char *dir)
{
	struct mint *m = open_keys(dir);
	char line[4096];
	struct buf b;
	unsigned n;

	if (m == NULL)
		return 1;
	buf_init(&b, 4096);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "read ", 5) == 0) {
			buf_clear(&b);
			describe(&b, line + 5);
			fputs(buf_cstr(&b), stdout);
		} else if (strncmp(line, "mint ", 5) == 0) {
			for (n = 0; line[5 + n] == '.'; n++)
				;
			mint_one(m, n);
		}
		putchar('\n');
		fflush(stdout);
	}
	buf_free(&b);
	mint_free(m);
	unseal_free(unseal);
	return 0;
}

/* The value of "name: value"; NULL when the line says something else. */
static char *
value_of(char *line, const char *name)
{
	size_t n = strlen(name);

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, name, n) != 0 || strncmp(line + n, ": ", 2) != 0)
		return NULL;
	return line + n + 2;
}

/* The key block: one line for each, as far as the first empty line. */
static int
save_keys(FILE *f)
{
	static const struct {
		const char	*name;
		enum key_kind	 kind;
	} keys[] = {
		{ "sign", KEY_SIGN }, { "verify", KEY_VERIFY },
		{ "unseal", KEY_UNSEAL }, { "seal", KEY_SEAL }
	};
	char line[4096], path[512], *hex;
	unsigned char bytes[KEY_BYTES];
	size_t i = 0;

	while (i < 4 && fgets(line, sizeof(line), f) != NULL) {
		hex = value_of(line, keys[i].name);
		if (hex == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", tap_dir(),
		    keys[i].name);
		if (sodium_hex2bin(bytes, sizeof(bytes), hex, strlen(hex),
		    NULL, NULL, NULL) != 0 || key_save(keys[i].kind, bytes,
		    path, why, sizeof(why)) != 0)
			return -1;
		i++;
	}
	return i == 4 ? 0 : -1;
}

/* A vector: its name, its token, and what is to be seen of it. */
static int
test_vectors(FILE *f)
{
	char line[4096], name[128], token[1024], *v;
	struct buf want, got;
	int n = 0;

	buf_init(&want, 4096);
	buf_init(&got, 4096);
	while (fgets(line, sizeof(line), f) != NULL) {
		v = value_of(line, "vector");
		if (v == NULL)
			continue;
		snprintf(name, sizeof(name), "%.100s", v);
		if (fgets(line, sizeof(line), f) == NULL ||
		    (v = value_of(line, "token")) == NULL)
			break;
		snprintf(token, sizeof(token), "%.1000s", v);
		buf_clear(&want);
		while (fgets(line, sizeof(line), f) != NULL && line[0] != '\n')
			buf_str(&want, line);
		buf_clear(&got);
		describe(&got, token);
		is_str(buf_cstr(&got), buf_cstr(&want), "%s", name);
		n++;
	}
	buf_free(&want);
	buf_free(&got);
	return n;
}

int
main(int argc, char **argv)
{
	struct mint *m;
	FILE *f;

	if (secret_init() != 0)
		return 1;
	if (argc == 2)
		return serve(argv[1]);
	f = fopen("t/data/token-vectors", "r");
	if (!ok(f != NULL && save_keys(f) == 0, "keys of the vectors: %s",
	    why))
		return tap_done();
	m = open_keys(tap_dir());
	ok(test_vectors(f) >= 20, "twenty vectors at least");
	fclose(f);
	mint_free(m);
	unseal_free(unseal);
	return tap_done();
}
