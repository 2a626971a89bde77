#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "bridge-client/journal/bytes.h"

#include "bridge-client/journal/ledger_record.h"

#define VERSION		1
#define VERSION_GROWS	2	/* of a hold that may become more */
#define CODE		(MONEY_CURRENCY_SIZE - 1)

/* With its sign, two's complement. */
static void
put_amount(struct buf *b, int64_t amount)
{
	buf_u64(b, (uint64_t)amount);
}

static int64_t
get_amount(struct scan *s)
{
	return (int64_t)scan_u64(s);
}

/* Accounts. */

void
ledger_record_key(struct ledger_key *k, const char *name,
    const char *currency)
{
	struct buf b;

	buf_over(&b, k->bytes, sizeof(k->bytes) + 1);
	buf_str(&b, name);
	buf_u8(&b, 0);
	buf_put(&b, currency, CODE);
	k->len = b.len;
}

void
ledger_record_put_account(struct buf *b, const struct ledger_account *a)
{
	struct ledger_key k;
	size_t start = b->len;

	ledger_record_key(&k, a->name, a->currency);
	buf_u8(b, VERSION);
	put_amount(b, a->debits);
	put_amount(b, a->credits);
	put_amount(b, a->debits_held);
	put_amount(b, a->credits_held);
	bytes_end(b, start, k.bytes, k.len);
}

int
ledger_record_get_account(struct ledger_account *a, const void *key,
    size_t key_len, const void *row, size_t len)
{
	struct scan s;

	memset(a, 0, sizeof(*a));
	if (bytes_open(&s, key, key_len, row, len) != VERSION)
		return -1;
	a->debits = get_amount(&s);
	a->credits = get_amount(&s);
	a->debits_held = get_amount(&s);
	a->credits_held = get_amount(&s);
	if (!scan_done(&s))
		return -1;
	if (key_len <= CODE + 1)
		return -1;
	scan_init(&s, key, key_len);
	scan_str(&s, a->name, sizeof(a->name), key_len - CODE - 1);
	(void)scan_u8(&s);
	scan_str(&s, a->currency, sizeof(a->currency), CODE);
	return scan_done(&s) ? 0 : -1;
}

/* Entries. */

void
ledger_record_number(unsigned char key[LEDGER_NUMBER_BYTES], uint64_t n)
{
	int i;

	for (i = 0; i < LEDGER_NUMBER_BYTES; i++)
		key[i] = (unsigned char)(n >> (56 - 8 * i));
}

void
ledger_record_put_entry(struct buf *b, const struct ledger_entry *e)
{
	unsigned char key[LEDGER_NUMBER_BYTES];
	size_t start = b->len;

	ledger_record_number(key, e->number);
	buf_u8(b, VERSION);
	buf_u8(b, e->kind);
	bytes_put_time(b, e->at);
	buf_put(b, e->id, sizeof(e->id));
	buf_put(b, e->currency, CODE);
	put_amount(b, e->amount);
	put_amount(b, e->held);
	bytes_put_text(b, e->debit);
	bytes_put_text(b, e->credit);
	bytes_put_text(b, e->note);
	bytes_end(b, start, key, sizeof(key));
}

int
ledger_record_get_entry(struct ledger_entry *e, const void *key,
    size_t key_len, const void *row, size_t len)
{
	struct scan s;

	memset(e, 0, sizeof(*e));
	if (key_len != LEDGER_NUMBER_BYTES ||
	    bytes_open(&s, key, key_len, row, len) != VERSION)
		return -1;
	e->kind = scan_u8(&s);
	e->at = bytes_get_time(&s);
	scan_copy(&s, e->id, sizeof(e->id));
	scan_copy(&s, e->currency, CODE);
	e->amount = get_amount(&s);
	e->held = get_amount(&s);
	bytes_get_text(&s, e->debit, sizeof(e->debit));
	bytes_get_text(&s, e->credit, sizeof(e->credit));
	bytes_get_text(&s, e->note, sizeof(e->note));
	if (!scan_done(&s) || e->kind == 0 || e->kind >= LEDGER_KINDS)
		return -1;
	scan_init(&s, key, key_len);
	e->number = scan_u64(&s);
	return 0;
}

/* Holds. */

static void
put_rate(struct buf *b, const struct tariff_rate *r)
{
	put_amount(b, r->setup);
	put_amount(b, r->minute);
	buf_u16(b, r->first_s);
	buf_u16(b, r->step_s);
}

static void
get_rate(struct tariff_rate *r, struct scan *s)
{
	r->setup = get_amount(s);
	r->minute = get_amount(s);
	r->first_s = scan_u16(s);
	r->step_s = scan_u16(s);
}

void
ledger_record_put_hold(struct buf *b, const unsigned char id[16],
    const struct ledger_hold *h)
{
	size_t start = b->len;
	int grows = h->fare.step_s != 0;

	buf_u8(b, grows ? VERSION_GROWS : VERSION);
	buf_u8(b, h->pay);
	bytes_put_time(b, h->at);
	buf_put(b, h->fare.currency, CODE);
	put_amount(b, h->fare.hold);
	put_amount(b, h->fare.floor);
	put_amount(b, h->cost);
	put_rate(b, &h->fare.rate[0]);
	put_rate(b, &h->fare.rate[1]);
	bytes_put_text(b, h->fare.payer);
	bytes_put_text(b, h->fare.customer);
	bytes_put_text(b, h->account);
	bytes_put_text(b, h->ref);
	if (grows) {
		buf_u32(b, h->fare.step_s);
		put_amount(b, h->raise);
	}
	bytes_end(b, start, id, 16);
}

int
ledger_record_get_hold(struct ledger_hold *h, const unsigned char id[16],
    const void *row, size_t len)
{
	struct scan s;
	int version = bytes_open(&s, id, 16, row, len);

	memset(h, 0, sizeof(*h));
	if (version != VERSION && version != VERSION_GROWS)
		return -1;
	h->pay = scan_u8(&s);
	h->at = bytes_get_time(&s);
	scan_copy(&s, h->fare.currency, CODE);
	h->fare.hold = get_amount(&s);
	h->fare.floor = get_amount(&s);
	h->cost = get_amount(&s);
	get_rate(&h->fare.rate[0], &s);
	get_rate(&h->fare.rate[1], &s);
	bytes_get_text(&s, h->fare.payer, sizeof(h->fare.payer));
	bytes_get_text(&s, h->fare.customer, sizeof(h->fare.customer));
	bytes_get_text(&s, h->account, sizeof(h->account));
	bytes_get_text(&s, h->ref, sizeof(h->ref));
	if (version == VERSION_GROWS) {
		h->fare.step_s = scan_u32(&s);
		h->raise = get_amount(&s);
	}
	/* step_s divides: a row that was damaged and signed anew is none */
	return scan_done(&s) && h->pay < CALL_PAYS &&
	    (h->fare.payer[0] == '\0' || (h->fare.rate[0].step_s != 0 &&
	    h->fare.rate[1].step_s != 0)) ? 0 : -1;
}
