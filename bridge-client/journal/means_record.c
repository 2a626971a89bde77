#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "bridge-client/journal/bytes.h"

#include "bridge-client/journal/means_record.h"

#define VERSION		1

static void
put_text(struct buf *b, const char *text)
{
	size_t len = strlen(text);

	buf_u16(b, (uint16_t)len);
	buf_put(b, text, len);
}

static void
get_text(struct scan *s, char *dst, size_t size)
{
	scan_str(s, dst, size, scan_u16(s));
}

void
means_record_key(struct means_key *k, const struct means *m)
{
	struct buf b;

	buf_over(&b, k->bytes, sizeof(k->bytes) + 1);
	buf_u8(&b, m->kind);
	if (m->kind == MEANS_LINK)
		buf_put(&b, m->id, sizeof(m->id));
	else
		buf_str(&b, m->account);
	k->len = b.len;
}

void
means_record_put(struct buf *b, const struct means *m)
{
	size_t start = b->len;
	struct means_key k;

	means_record_key(&k, m);
	buf_u8(b, VERSION);
	buf_put(b, m->id, sizeof(m->id));
	buf_u8(b, m->round);
	buf_u8(b, m->is_used);
	buf_u64(b, (uint64_t)m->at);
	buf_u64(b, (uint64_t)m->until);
	buf_put(b, m->lang, 2);
	put_text(b, m->account);
	put_text(b, m->payer);
	put_text(b, m->customer);
	put_text(b, m->address);
	put_text(b, m->ref);
	bytes_end(b, start, k.bytes, k.len);
}

static void
get_fields(struct means *m, struct scan *s)
{
	scan_copy(s, m->id, sizeof(m->id));
	m->round = scan_u8(s);
	m->is_used = scan_u8(s);
	m->at = (int64_t)scan_u64(s);
	m->until = (int64_t)scan_u64(s);
	scan_copy(s, m->lang, 2);
	get_text(s, m->account, sizeof(m->account));
	get_text(s, m->payer, sizeof(m->payer));
	get_text(s, m->customer, sizeof(m->customer));
	get_text(s, m->address, sizeof(m->address));
	get_text(s, m->ref, sizeof(m->ref));
}

int
means_record_get(struct means *m, const struct means_key *k, const void *row,
    size_t len)
{
	struct means_key same;
	struct scan s;

	memset(m, 0, sizeof(*m));
	if (k->len == 0 ||
	    bytes_open(&s, k->bytes, k->len, row, len) != VERSION)
		return -1;
	m->kind = k->bytes[0];
	get_fields(m, &s);
	means_record_key(&same, m);
	return scan_done(&s) && m->kind >= MEANS_LINK &&
	    m->kind <= MEANS_ASKED && m->is_used <= 1 &&
	    same.len == k->len && memcmp(same.bytes, k->bytes, k->len) == 0 ?
	    0 : -1;
}
