/*
 * The journal's rows as bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/bytes.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/vault.h"

#include "t/tap.h"

#define WALL	1790000000

static struct vault *vault;

/* The checksum of this row under this key. */
static uint32_t
sum(const char *key, const void *row, size_t len)
{
	unsigned char bytes[64];
	struct scan s;
	struct buf b;

	buf_over(&b, bytes, sizeof(bytes));
	buf_put(&b, row, len);
	bytes_end(&b, 0, key, strlen(key));
	is_int(bytes_open(&s, key, strlen(key), b.data, b.len), bytes[0],
	    "opens, by its first byte");
	scan_init(&s, b.data + len, 4);
	return scan_u32(&s);
}

static void
test_bytes(void)
{
	/* RFC 3720, B.4: 32 bytes of zeros; and the usual check word */
	static const unsigned char zeros[32];
	static const int64_t times[][2] = { { -1, 0 }, { 0, 0 },
	    { WALL, WALL }, { BYTES_TIME_MAX - 1, BYTES_TIME_MAX - 1 },
	    { BYTES_TIME_MAX, BYTES_TIME_MAX - 1 } };
	unsigned char bytes[64];
	struct scan s;
	struct buf b;
	size_t i;

	is_int(sum("", "123456789", 9), 0xe3069283u, "CRC-32C of 1..9");
	is_int(sum("", zeros, 32), 0x8a9136aau, "CRC-32C of zeros");
	is_int(sum("1234", "56789", 5), 0xe3069283u, "of key and row");
	is_int(bytes_open(&s, "", 0, zeros, 4), -1, "no row: no version");
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		buf_over(&b, bytes, sizeof(bytes));
		bytes_put_time(&b, times[i][0]);
		is_int(b.len, 5, "a time");
		scan_init(&s, b.data, b.len);
		is_int(bytes_get_time(&s), times[i][1], "as it is read");
	}
}

static void
fill_call(struct call *c)
{
	struct acceptance *a = &c->acc;
	const char *why;

	memset(c, 0, sizeof(*c));
	memset(a->id, 7, sizeof(a->id));
	memset(a->offer, 8, sizeof(a->offer));
	memset(a->tag, 9, sizeof(a->tag));
	memset(a->a_hash, 10, sizeof(a->a_hash));
	a->uses = 3;
	a->attempts_max = 300;
	a->not_after = WALL + 86400;
	snprintf(a->name, sizeof(a->name), "Jos\303\251 Example");
	snprintf(a->account, sizeof(a->account), "acme");
	snprintf(a->offeror, sizeof(a->offeror), "jose@example.com");
	snprintf(a->recipient, sizeof(a->recipient), "someone@example.net");
	snprintf(a->reference, sizeof(a->reference), "order 4711");
	if (tel_parse(&a->a, "+442079460123;ext=42", 20, &why) != 0 ||
	    tel_parse(&a->b, "sip:desk@example.com", 20, &why) != 0)
		abort();
	snprintf(a->caller, sizeof(a->caller), "+441632960000");
	snprintf(a->a_lang, sizeof(a->a_lang), "en");
	a->ring_s = 25;
	a->confirm_s = 10;
	a->max_s = 3600;
	c->state = CALL_TALKING;
	c->end = ASK_END_B_BUSY;
	c->is_spent = c->is_blocked = c->is_bridged = 1;
	c->key_at = WALL + 10;
	c->talk_at = WALL + 20;
	c->ended_at = WALL + 30;
	c->since = c->accepted_at = WALL;
	c->leg[0].state = CALL_LEG_UP;
	c->leg[0].asked_at = WALL + 1;
	c->leg[1].state = CALL_LEG_MADE;
	c->leg[1].asked_at = WALL + 11;
	snprintf(c->leg[0].ref, sizeof(c->leg[0].ref), "CA0123");
	snprintf(c->detail, sizeof(c->detail), "486 Busy Here");
	snprintf(c->provider, sizeof(c->provider), "asterisk");
}

static void
test_short_rows(void)
{
	struct record_uses u = { 255, 254, 1, 65535, WALL, { 0 } }, gu;
	struct record_times t = { WALL, (INT64_C(1) << 40) - 1 }, gt;
	unsigned char row[RECORD_USES_MAX], key[16] = { 1 };
	size_t len = record_put_uses(row, key, &u);

	is_int(len, RECORD_USES_BYTES, "nobody is bound");
	is_int(record_get_uses(&gu, key, row, len), 0, "uses");
	ok(gu.uses == 255 && gu.spent == 254 && gu.is_open == 1 &&
	    gu.attempts == 65535 && gu.not_after == WALL, "the same");
	row[0]++;
	is_int(record_get_uses(&gu, key, row, len), -1, "version");
	u.bound[15] = 1;
	len = record_put_uses(row, key, &u);
	is_int(len, RECORD_USES_MAX, "somebody is");
	is_int(record_get_uses(&gu, key, row, len), 0, "uses");
	is_mem(gu.bound, u.bound, sizeof(u.bound), "the same");
	is_int(record_get_uses(&gu, key, row, len - 16), -1, "cut");
	record_put_times(row, key, sizeof(key), &t);
	is_int(record_get_times(&gt, key, sizeof(key), row,
	    RECORD_TIMES_BYTES), 0,
	    "times");
	ok(gt.at == t.at && gt.until == t.until, "the same");
	is_int(record_get_times(&gt, key, 15, row, RECORD_TIMES_BYTES), -1,
	    "another key");
}

static int
get(struct call *out, const struct call *of, const void *data, size_t len)
{
	const struct record_row row = { of->acc.id, data, len };

	return record_get_call(out, &row, vault);
}

static void
test_record(void)
{
	struct call c, got;
	struct buf b;
	unsigned char *edge;
	size_t i, bit, n_wrong = 0;

	fill_call(&c);
	buf_init(&b, RECORD_CALL_MAX);
	ok(record_put_call(&b, &c, vault) == 0, "a call as bytes (%zu)", b.len);
	is_int(get(&got, &c, b.data, b.len), 0, "and back");
	is_mem(&got, &c, sizeof(c), "it is the same");
	for (i = 0; i < b.len; i++) {
		edge = tap_edge(b.data, i);
		n_wrong += get(&got, &c, edge, i) == 0;
	}
	is_int(n_wrong, 0, "cut anywhere: refused");
	for (bit = 0; bit < 8 * b.len; bit++) {
		b.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		n_wrong += get(&got, &c, b.data, b.len) == 0;
		b.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	is_int(n_wrong, 0, "any bit changed: refused");
	c.acc.id[3] ^= 1;
	is_int(get(&got, &c, b.data, b.len), -1,
	    "under another key: refused");
	buf_free(&b);
}

int
main(void)
{
	char why[256];

	vault = vault_open(NULL, why, sizeof(why));
	test_bytes();
	test_short_rows();
	test_record();
	vault_close(vault);
	return tap_done();
}
