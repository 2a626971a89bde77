/*
 * Means of payment in the journal: their rows, what survives, what is
 * forgotten; and the links that lead to them.
 */
#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/guard/nonce.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/means_record.h"
#include "bridge-client/journal/vault.h"
#include "bridge-client/payer/means.h"

#include "t/tap.h"

#define WALL	1790000000
#define DAY	86400

static struct means
make(enum means_kind kind, unsigned n)
{
	struct means m;

	memset(&m, 0, sizeof(m));
	m.kind = (uint8_t)kind;
	memset(m.id, (int)n, sizeof(m.id));
	m.round = 3;
	m.at = WALL;
	m.until = kind == MEANS_BOUND ? 0 : WALL + 7 * DAY;
	snprintf(m.account, sizeof(m.account), "acme%u", n);
	snprintf(m.payer, sizeof(m.payer), "cards");
	snprintf(m.customer, sizeof(m.customer), "cus_1:pm_%u", n);
	snprintf(m.address, sizeof(m.address), "al@example.com");
	snprintf(m.lang, sizeof(m.lang), "de");
	snprintf(m.ref, sizeof(m.ref), "cs_%u", n);
	return m;
}

static void
test_row(void)
{
	struct means m = make(MEANS_LINK, 1), back, other;
	struct means_key k;
	unsigned char *copy;
	struct buf b;
	size_t n;

	memset(m.address, 'a', sizeof(m.address) - 1);
	memset(m.customer, 'c', sizeof(m.customer) - 1);
	memset(m.ref, 'r', sizeof(m.ref) - 1);
	memset(m.payer, 'p', sizeof(m.payer) - 1);
	memset(m.account, 'x', sizeof(m.account) - 1);
	buf_init(&b, MEANS_RECORD_MAX);
	means_record_key(&k, &m);
	means_record_put(&b, &m);
	ok(buf_ok(&b), "the longest row fits");
	for (n = 0; n < b.len; n++)
		if (means_record_get(&back, &k, tap_edge(b.data, n), n) == 0)
			break;
	is_int(n, b.len, "cut, it is refused");
	copy = malloc(b.len);
	for (n = 0; n < b.len; n++) {
		memcpy(copy, b.data, b.len);
		copy[n] ^= 1;
		if (means_record_get(&back, &k, copy, b.len) == 0)
			break;
	}
	is_int(n, b.len, "changed in any byte, it is refused");
	free(copy);
	other = make(MEANS_LINK, 2);
	means_record_key(&k, &other);
	is_int(means_record_get(&back, &k, b.data, b.len), -1,
	    "under another key, it is refused");
	means_record_key(&k, &m);
	is_int(means_record_get(&back, &k, b.data, b.len), 0, "it is read");
	is_mem(&back, &m, sizeof(m), "and says the same");
	buf_free(&b);
}

static struct journal *
start(const char *dir, struct vault *vault)
{
	char why[256];
	struct journal *j = journal_lmdb_open(dir, vault, 16 << 20, why,
	    sizeof(why));

	if (!ok(j != NULL, "a journal (%s)", j != NULL ? "" : why))
		exit(tap_done());
	return j;
}

static void
put(struct journal *j, const struct means *m)
{
	ok(j->op->begin(j) == JOURNAL_OK &&
	    j->op->means_put(j, m) == JOURNAL_OK &&
	    j->op->commit(j, WALL) == JOURNAL_OK, "%s is put", m->account);
}

static enum journal_result
get(struct journal *j, const struct means *want, struct means *out)
{
	memset(out, 0, sizeof(*out));
	out->kind = want->kind;
	memcpy(out->id, want->id, sizeof(out->id));
	memcpy(out->account, want->account, sizeof(out->account));
	return j->op->means_get(j, out);
}

static void
test_journal(const char *dir, struct vault *vault)
{
	struct means link = make(MEANS_LINK, 1), bound = make(MEANS_BOUND, 1),
	    asked = make(MEANS_ASKED, 1), back;
	struct journal *j = start(dir, vault);
	int i;

	is_int(get(j, &link, &back), JOURNAL_NOT_FOUND, "nothing is there");
	put(j, &link);
	put(j, &bound);
	put(j, &asked);
	link.is_used = 1;
	put(j, &link);
	j->op->close(j);
	j = start(dir, vault);
	ok(get(j, &link, &back) == JOURNAL_OK &&
	    memcmp(&back, &link, sizeof(link)) == 0, "the link, as it was put "
	    "last");
	ok(get(j, &bound, &back) == JOURNAL_OK &&
	    memcmp(&back, &bound, sizeof(bound)) == 0, "what is bound");
	ok(get(j, &asked, &back) == JOURNAL_OK &&
	    memcmp(&back, &asked, sizeof(asked)) == 0, "what was asked");
	for (i = 0; i < 2; i++) {
		ok(j->op->begin(j) == JOURNAL_OK &&
		    j->op->sweep(j, WALL + (i == 0 ? 8 : 9) * DAY, DAY, 100) ==
		    JOURNAL_OK && j->op->commit(j, WALL + 9 * DAY) ==
		    JOURNAL_OK, "swept");
		is_int(get(j, &link, &back), i == 0 ? JOURNAL_OK :
		    JOURNAL_NOT_FOUND, i == 0 ? "a day after its end the "
		    "link is there" : "and then it is not");
	}
	is_int(get(j, &asked, &back), JOURNAL_NOT_FOUND, "nor what was asked");
	is_int(get(j, &bound, &back), JOURNAL_OK, "what is bound stays");
	j->op->close(j);
}

static void
test_links(void)
{
	char path[512], why[256], text[ASK_SECRET_MAX + 1];
	char page[ASK_SECRET_MAX + 1];
	unsigned char id[16] = "0123456789abcdef", back[16];
	struct secret *mac;
	FILE *f;
	size_t i;

	snprintf(path, sizeof(path), "%s/mac", tap_dir());
	f = fopen(path, "w");
	if (f == NULL || fputs("0123456789abcdef0123456789abcdef\n", f) < 0 ||
	    fclose(f) != 0 || chmod(path, 0600) != 0)
		abort();
	mac = secret_read(path, why, sizeof(why));
	nonce_link(text, mac, id);
	is_int(nonce_link_check(back, text, mac), 0, "a link is known again");
	is_mem(back, id, sizeof(id), "and whose it is");
	nonce_secret(page, mac, id);
	is_int(nonce_link_check(back, page, mac), -1,
	    "the address of a call's page is none");
	is_int(nonce_secret_check(back, text, mac), -1, "nor the reverse");
	for (i = 0; i < strlen(text); i++) {
		text[i] ^= 1;
		if (nonce_link_check(back, text, mac) == 0)
			break;
		text[i] ^= 1;
	}
	is_int(i, strlen(text), "changed in any letter, it is none");
	secret_free(mac);
}

int
main(void)
{
	char dir[512];
	struct vault *vault;
	char why[256];

	if (secret_init() != 0)
		abort();
	vault = vault_open(NULL, why, sizeof(why));
	snprintf(dir, sizeof(dir), "%s/journal", tap_dir());
	test_row();
	test_journal(dir, vault);
	test_links();
	vault_close(vault);
	return tap_done();
}
