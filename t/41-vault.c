/*
 * Day keys, and erasing by them: what is erased is nowhere on the disk in any
 * form, and nothing else is lost.
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/db.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/bytes.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/journal/vault.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	INT64_C(1790000000)	/* 2026-09-21 */
#define DAY	INT64_C(86400)
#define TODAY	((int32_t)(WALL / DAY))
#define SECRET	"+442079460123"
#define PACKED	"\x1c\x44\x20\x79\x46\x01\x23"

static struct vault *vault;
static struct journal *j;
static char dir[512], keys[512];
static unsigned n_dirs;

static void
open_both(void)
{
	char why[600] = "";

	vault = vault_open(keys, why, sizeof(why));
	if (!ok(vault != NULL, "the keys (%s)", why))
		exit(1);
	j = journal_lmdb_open(dir, vault, 16 << 20, why, sizeof(why));
	if (!ok(j != NULL, "the journal (%s)", why))
		exit(1);
}

static void
open_new(void)
{
	snprintf(dir, sizeof(dir), "%s/j%u", tap_dir(), n_dirs);
	snprintf(keys, sizeof(keys), "%s/k%u", tap_dir(), n_dirs++);
	open_both();
}

static void
close_both(void)
{
	j->op->close(j);
	vault_close(vault);
}

static void
reopen(void)
{
	close_both();
	open_both();
}

static void
make_call(struct call *c, unsigned n, int64_t wall, const char *a)
{
	struct acceptance acc;

	memset(&acc, 0, sizeof(acc));
	make_id(acc.id, wall, n);
	make_id(acc.offer, wall - DAY, n);
	memset(acc.a_hash, (int)n, sizeof(acc.a_hash));
	acc.uses = 1;
	acc.not_after = wall + 7 * DAY;
	snprintf(acc.account, sizeof(acc.account), "acme");
	snprintf(acc.offeror, sizeof(acc.offeror), "jose@example.com");
	snprintf(acc.recipient, sizeof(acc.recipient), "x%u@example.net", n);
	set_tel(&acc.a, a);
	set_tel(&acc.b, "+442079460999");
	call_init(c, &acc);
	c->state = CALL_STARTING;
	c->since = c->accepted_at = wall;
}

/* Recorded, and ended where that is wished for. */
static void
record(struct call *c, int is_ended)
{
	int n = 0;

	n += j->op->begin(j) != JOURNAL_OK;
	n += j->op->accept(j, c) != JOURNAL_OK;
	n += j->op->commit(j, c->accepted_at) != JOURNAL_OK;
	if (is_ended) {
		c->state = CALL_ENDED;
		c->ended_at = c->accepted_at + 60;
		n += j->op->begin(j) != JOURNAL_OK;
		n += j->op->put(j, c) != JOURNAL_OK;
		n += j->op->commit(j, c->accepted_at) != JOURNAL_OK;
	}
	if (n != 0)
		ok(0, "call %u is recorded", c->acc.id[15]);
}

static void
add(unsigned n, int64_t wall, const char *a, int is_ended)
{
	struct call c;

	make_call(&c, n, wall, a);
	record(&c, is_ended);
}

/* How call `n` of that time reads: "+442079460123 x1@example.net", or what is
 * left of it in brackets. */
static const char *
reads(unsigned n, int64_t wall)
{
	static char text[2][1024];
	static int i;
	char a[TEL_REDACTED_SIZE], b[TEL_REDACTED_SIZE];
	unsigned char id[16];
	struct call c;

	i = !i;
	make_id(id, wall, n);
	if (j->op->get(j, id, &c) != JOURNAL_OK)
		return "nothing";
	call_redact(&c, 0, a);
	call_redact(&c, 1, b);
	if (c.is_erased)
		snprintf(text[i], sizeof(text[i]), "[%s %s%s%s%s]", a, b,
		    c.acc.a.text, c.acc.b.text, c.acc.recipient);
	else
		snprintf(text[i], sizeof(text[i]), "%s %s", c.acc.a.text,
		    c.acc.recipient);
	return text[i];
}

/* How often the bytes stand in the journal's file. */
static int
count(const char *bytes, size_t len)
{
	char path[600];
	unsigned char *data;
	struct stat st;
	int fd, n = 0;
	off_t i;

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	fd = open(path, O_RDONLY);
	if (fd == -1 || fstat(fd, &st) != 0 ||
	    (data = malloc((size_t)st.st_size)) == NULL ||
	    read(fd, data, (size_t)st.st_size) != st.st_size)
		abort();
	for (i = 0; i + (off_t)len <= st.st_size; i++)
		n += memcmp(data + i, bytes, len) == 0;
	free(data);
	close(fd);
	return n;
}

static int
has_file(int32_t day, unsigned generation)
{
	char path[600], date[16];
	time_t t = (time_t)day * DAY;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	snprintf(path, sizeof(path), "%s/%s.%u", keys, date, generation);
	return access(path, F_OK) == 0;
}

static struct journal_erased
erase(uint8_t by, const char *number, unsigned n, size_t budget)
{
	struct journal_erased out = { .is_more = 1 };
	struct journal_erasure what = { .by = by };
	unsigned char offer[16];
	struct tel tel;
	int i;

	if (number != NULL)
		set_tel(&tel, number);
	make_id(offer, WALL - DAY, n);
	what.number = &tel;
	what.offer = offer;
	what.day = WALL;
	for (i = 0; out.is_more && i < 1000; i++)
		if (j->op->erase(j, &what, budget, &out) != JOURNAL_OK) {
			ok(0, "erasing: %s", j->op->error(j));
			break;
		}
	ok(!out.is_more, "it comes to an end");
	return out;
}

static void
test_sealed(void)
{
	struct call c;

	open_new();
	add(1, WALL, SECRET, 1);
	is_int(count(PACKED, 7) + count(SECRET, 13) + count("x1@example", 10),
	    0, "no number in the journal's file, nor whom the mail went to");
	is_str(reads(1, WALL), SECRET " x1@example.net", "it can be read");
	reopen();
	is_str(reads(1, WALL), SECRET " x1@example.net", "after a start, too");
	is_int(has_file(TODAY, 0), 1, "the key is in its file");
	make_call(&c, 1, WALL, SECRET);
	c.state = CALL_ENDED;
	c.is_spent = 1;
	is_int(j->op->begin(j), JOURNAL_OK, "begin");
	is_int(j->op->put(j, &c), JOURNAL_OK, "put again");
	is_int(j->op->commit(j, WALL), JOURNAL_OK, "commit");
	is_str(reads(1, WALL), SECRET " x1@example.net", "sealed once more");
	close_both();
}

/* Somebody deletes the file, or puts another in its place. */
static void
test_deleted(void)
{
	char path[600];

	open_new();
	add(1, WALL, SECRET, 1);
	snprintf(path, sizeof(path), "%s/2026-09-21.0", keys);
	is_int(unlink(path), 0, "the file of the key is deleted");
	is_int(j->op->tidy(j, WALL, DAY, 100), JOURNAL_OK, "tidied");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "and that erases");
	add(2, WALL, "+442079460124", 1);
	is_str(reads(2, WALL), "+442079460124 x2@example.net",
	    "the day gets another key");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "which opens nothing");
	reopen();
	is_str(reads(1, WALL), "[+44...23 +44...99]", "after a start");
	is_int(chmod(path, 0644), 0, "a key that others may read");
	reopen();
	is_str(reads(2, WALL), "nothing", "is not used, and not lost");
	is_int(chmod(path, 0400), 0, "mended");
	is_str(reads(2, WALL), "+442079460124 x2@example.net", "it is read");
	close_both();
}

static void
test_number(size_t budget)
{
	struct journal_erased done;
	unsigned i;

	open_new();
	add(1, WALL, SECRET, 1);
	add(2, WALL, "+442079460124", 1);
	add(3, WALL + DAY, SECRET, 1);
	add(4, WALL + 2 * DAY, "+442079460125", 1);
	add(5, WALL, SECRET, 0);
	for (i = 10; i < 400; i++)
		add(i, WALL, "+442079460126", 1);
	done = erase(ASK_ERASE_NUMBER, SECRET, 0, budget);
	ok(done.n_calls == 2 && done.n_open == 1, "two calls, and one goes on");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "erased");
	is_str(reads(3, WALL + DAY), "[+44...23 +44...99]", "on another day");
	is_str(reads(2, WALL), "+442079460124 x2@example.net", "others not");
	is_str(reads(399, WALL), "+442079460126 x399@example.net", "none");
	is_str(reads(5, WALL), SECRET " x5@example.net", "nor an open call's");
	ok(!has_file(TODAY, 0) && has_file(TODAY, 1),
	    "the key that could bring it back is gone");
	ok(has_file(TODAY + 2, 0), "a day that was not meant keeps its own");
	reopen();
	is_str(reads(1, WALL), "[+44...23 +44...99]", "after a start");
	is_str(reads(2, WALL), "+442079460124 x2@example.net", "others not");
	done = erase(ASK_ERASE_NUMBER, "+442079460999", 0, budget);
	is_int(done.n_calls, 392, "a destination's number");
	close_both();
}

static void
test_offer_and_day(void)
{
	struct journal_erased done;

	open_new();
	add(1, WALL, SECRET, 1);
	add(2, WALL, "+442079460124", 1);
	add(3, WALL + DAY, SECRET, 1);
	done = erase(ASK_ERASE_OFFER, NULL, 2, 100);
	is_int(done.n_calls, 1, "an offer's call");
	is_str(reads(2, WALL), "[+44...24 +44...99]", "is erased");
	is_str(reads(1, WALL), SECRET " x1@example.net", "others not");
	add(4, WALL, "+442079460125", 0);
	done = erase(ASK_ERASE_DAY, NULL, 0, 100);
	ok(done.n_calls == 1 && done.n_open == 1, "a day with an open call");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "is erased");
	is_str(reads(4, WALL), "+442079460125 x4@example.net", "but for that");
	is_str(reads(3, WALL + DAY), SECRET " x3@example.net",
	    "the next day not");
	close_both();
	open_new();
	add(1, WALL, SECRET, 1);
	done = erase(ASK_ERASE_DAY, NULL, 0, 100);
	is_int(done.n_calls, 1, "a whole day");
	ok(!has_file(TODAY, 0) && !has_file(TODAY, 1), "has no key any more");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "and is erased");
	done = erase(ASK_ERASE_DAY, NULL, 0, 100);
	is_int(done.n_calls, 0, "nothing is left of it");
	close_both();
}

/* The bridge dies between two pieces. */
static void
test_interrupted(void)
{
	struct journal_erasure what = { .by = ASK_ERASE_NUMBER };
	struct journal_erased done;
	struct tel tel;
	unsigned i;

	open_new();
	add(1, WALL, SECRET, 1);
	for (i = 10; i < 400; i++)
		add(i, WALL, "+442079460126", 1);
	set_tel(&tel, SECRET);
	what.number = &tel;
	for (i = 0; i < 5; i++)
		is_int(j->op->erase(j, &what, 100, &done), JOURNAL_OK,
		    "a piece");
	ok(done.is_more && has_file(TODAY, 0) && has_file(TODAY, 1),
	    "in the middle");
	reopen();
	is_str(reads(399, WALL), "+442079460126 x399@example.net",
	    "what is sealed under either key can be read");
	is_int(j->op->tidy(j, WALL, DAY, 10000), JOURNAL_OK, "tidied");
	ok(!has_file(TODAY, 0) && has_file(TODAY, 1), "it is finished");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "erased");
	is_str(reads(399, WALL), "+442079460126 x399@example.net", "kept");
	close_both();
}

static void
test_expires(void)
{
	const int64_t midnight = (TODAY + 1) * DAY;

	open_new();
	add(1, WALL, SECRET, 1);
	add(2, WALL + DAY, SECRET, 1);
	is_int(j->op->tidy(j, midnight + 2 * DAY - 1, 2 * DAY, 100),
	    JOURNAL_OK, "two days later, but for a second");
	is_str(reads(1, WALL), SECRET " x1@example.net", "kept");
	is_int(j->op->tidy(j, midnight + 2 * DAY, 2 * DAY, 100), JOURNAL_OK,
	    "two days later");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "erased");
	is_str(reads(2, WALL + DAY), SECRET " x2@example.net",
	    "the next day not");
	is_int(has_file(TODAY, 0), 0, "the file is gone");
	close_both();
}

/* A row as it was written before there was a vault. */
static size_t
bare_row(unsigned char *row, const struct call *c)
{
	struct record_row r = { c->acc.id, row, 0 };
	struct buf b, old;
	struct call back;
	size_t at, i;

	buf_init(&b, RECORD_CALL_MAX);
	buf_init(&old, RECORD_CALL_MAX);
	if (record_put_call(&b, c, vault) != 0)
		abort();
	/* what may remain stands right before the sealed part */
	for (at = 0; memcmp(b.data + at, "\x08+44...23\x08+44...99", 18) != 0;
	    at++)
		continue;
	buf_u8(&old, 1);
	buf_put(&old, b.data + 1, at - 1);
	i = old.len;
	buf_u16(&old, 0);
	tel_pack(&c->acc.a, &old);
	tel_pack(&c->acc.b, &old);
	buf_u8(&old, (uint8_t)strlen(c->acc.recipient));
	buf_str(&old, c->acc.recipient);
	old.data[i + 1] = (unsigned char)(old.len - i - 2);
	at += 18;
	at += 2 + (size_t)(b.data[at] << 8 | b.data[at + 1]);
	buf_put(&old, b.data + at, b.len - at - 4);
	bytes_end(&old, 0, c->acc.id, 16);
	memcpy(row, old.data, old.len);
	r.len = old.len;
	is_int(record_get_call(&back, &r, NULL), 0, "an old row is read");
	is_str(back.acc.a.text, SECRET, "with its number");
	buf_free(&b);
	buf_free(&old);
	return r.len;
}

static void
test_old(void)
{
	unsigned char row[RECORD_CALL_MAX];
	char why[600] = "";
	struct db_txn *txn;
	struct call c;
	struct db *db;
	size_t len;

	open_new();
	make_call(&c, 1, WALL, SECRET);
	c.state = CALL_TALKING;
	len = bare_row(row, &c);
	add(2, WALL, "+442079460124", 1);
	close_both();
	db = db_open(dir, DB_WRITE_DIR, rows_tables, 16 << 20, why,
	    sizeof(why));
	if (db == NULL || db_begin(db, &txn, 1) != DB_OK ||
	    db_put(txn, ROWS_CALLS, c.acc.id, 16, row, len) != DB_OK ||
	    db_del(txn, ROWS_META, "sealed", 6) != DB_OK ||
	    db_commit(txn) != DB_OK)
		abort();
	db_close(db);
	ok(count(PACKED, 7) > 0, "a journal of before: the number is in it");
	open_both();
	is_str(reads(1, WALL), SECRET " x1@example.net", "it is read");
	is_int(j->op->get(j, c.acc.id, &c), JOURNAL_OK, "whole");
	is_int(c.state, CALL_TALKING, "as it was");
	close_both();
	snprintf(why, sizeof(why), "%s/2026-09-21.0", keys);
	is_int(unlink(why), 0, "its day's key is deleted");
	open_both();
	is_str(reads(1, WALL), "[+44...23 +44...99]", "so it was sealed");
	close_both();
}

/* The file of a day's key, which nothing can be done with for a while. */
static void
block_key(int64_t wall, int is_blocked)
{
	char path[600], kept[600], date[CLOCK_ISO_SIZE];

	clock_iso(wall, date);
	snprintf(path, sizeof(path), "%s/%.10s.0", keys, date);
	snprintf(kept, sizeof(kept), "%s-kept", keys);
	if (is_blocked ? rename(path, kept) != 0 || mkdir(path, 0700) != 0 :
	    rmdir(path) != 0 || rename(kept, path) != 0)
		abort();
}

static void
test_not_erased(void)
{
	struct journal_erasure what = { .by = ASK_ERASE_DAY, .day = WALL };
	struct journal_erased done;
	struct tel tel;
	int i;

	open_new();
	add(1, WALL, SECRET, 1);
	add(2, WALL + DAY, SECRET, 1);
	block_key(WALL, 1);
	for (i = 0; i < 2; i++)
		is_int(j->op->erase(j, &what, 100, &done), JOURNAL_BROKEN,
		    "a key that cannot be deleted, told %s", i ? "again" :
		    "once");
	reopen();
	set_tel(&tel, SECRET);
	what.by = ASK_ERASE_NUMBER;
	what.number = &tel;
	is_int(j->op->erase(j, &what, 100, &done), JOURNAL_BROKEN,
	    "a key that cannot be read");
	is_str(reads(2, WALL + DAY), "[+44...23 +44...99]",
	    "other days do not wait for it");
	block_key(WALL, 0);
	is_str(reads(1, WALL), SECRET " x1@example.net", "nothing is lost");
	done = erase(ASK_ERASE_NUMBER, SECRET, 0, 100);
	is_int(done.n_calls, 1, "what was left, and not twice");
	is_str(reads(1, WALL), "[+44...23 +44...99]", "is erased");
	close_both();
}

/* Somebody deletes the newest key of a day that has two. */
static void
test_newest_deleted(void)
{
	char path[600], date[CLOCK_ISO_SIZE];

	open_new();
	add(1, WALL, SECRET, 1);
	is_int(vault_renew(vault, TODAY), 0, "another key for the day");
	reopen();
	clock_iso(WALL, date);
	snprintf(path, sizeof(path), "%s/%.10s.1", keys, date);
	is_int(unlink(path), 0, "somebody deletes it");
	add(2, WALL, SECRET, 1);
	is_str(vault_error(vault), "", "the one before seals");
	is_str(reads(2, WALL), SECRET " x2@example.net", "and opens");
	is_str(reads(1, WALL), SECRET " x1@example.net",
	    "what it has sealed before, too");
	close_both();
}

/* The high-water mark, where nothing can be written. */
static void
test_mark(void)
{
	struct rlimit was, none;
	int64_t at = 0;
	char why[256];
	int rc;

	open_new();
	is_int(vault_set_high(vault, WALL), 0, "the mark");
	(void)getrlimit(RLIMIT_FSIZE, &was);
	none = was;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	rc = vault_set_high(vault, WALL + 1);
	(void)setrlimit(RLIMIT_FSIZE, &was);
	is_int(rc, -1, "a full disk");
	ok(strstr(vault_error(vault), "/high-water: ") != NULL &&
	    strstr(vault_error(vault), "large") != NULL,
	    "says which file, and why (%s)", vault_error(vault));
	is_int(vault_set_high(vault, WALL + 2), 0, "there is room again");
	is_int(vault_high(vault, &at), 1, "and it is there");
	is_int(at, WALL + 2, "as it was set last");
	(void)setrlimit(RLIMIT_FSIZE, &none);
	rc = vault_set_high(vault, WALL + 3);
	if (j->op->begin(j) == JOURNAL_OK)
		rc = j->op->commit(j, WALL + 100);
	snprintf(why, sizeof(why), "%s", j->op->error(j));
	(void)setrlimit(RLIMIT_FSIZE, &was);
	ok(rc > JOURNAL_OK && why[0] != '\0' && strstr(why, "high-water") ==
	    NULL, "what fails later has its own sentence (%s)", why);
	close_both();
}

int
main(void)
{
	test_mark();
	test_sealed();
	test_deleted();
	test_number(10000);
	test_number(7);
	test_offer_and_day();
	test_interrupted();
	test_expires();
	test_newest_deleted();
	test_not_erased();
	test_old();
	return tap_done();
}
