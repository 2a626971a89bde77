#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "bridge-client/net/sign.h"

#include "bridge-client/net/stamp.h"

#define MACS_MAX	8
#define TIME_DIGITS	12
#define HEX_LEN		(SIGN_SHA256_HEX_SIZE - 1)

/* What a header holds. */
struct parts {
	char		time[TIME_DIGITS + 1];	/* as it was signed */
	uint64_t	at;
	size_t		n;
	unsigned char	mac[MACS_MAX][SIGN_SHA256_BYTES];
};

static int
read_hex(const char *s, size_t len, unsigned char out[SIGN_SHA256_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t i;

	if (len != HEX_LEN)
		return -1;
	for (i = 0; i < SIGN_SHA256_BYTES; i++) {
		high = memchr(digits, s[2 * i], sizeof(digits) - 1);
		low = memchr(digits, s[2 * i + 1], sizeof(digits) - 1);
		if (high == NULL || low == NULL)
			return -1;
		out[i] = (unsigned char)((high - digits) << 4 |
		    (low - digits));
	}
	return 0;
}

static int
read_time(struct parts *p, const char *s, size_t len)
{
	if (p->time[0] != '\0' || len == 0 || len > TIME_DIGITS ||
	    scan_uint(s, len, UINT64_MAX, &p->at) != 0)
		return -1;
	memcpy(p->time, s, len);
	p->time[len] = '\0';
	return 0;
}

/* 0, or -1: it is no such header. */
static int
read_parts(struct parts *p, const char *s)
{
	size_t n;

	memset(p, 0, sizeof(*p));
	for (; *s != '\0'; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (n > 2 && strncmp(s, "t=", 2) == 0) {
			if (read_time(p, s + 2, n - 2) != 0)
				return -1;
		} else if (n > 3 && strncmp(s, "v1=", 3) == 0) {
			if (p->n == MACS_MAX ||
			    read_hex(s + 3, n - 3, p->mac[p->n++]) != 0)
				return -1;
		}
	}
	return p->time[0] != '\0' && p->n > 0 ? 0 : -1;
}

enum payer_verdict
stamp_check(const struct stamp *s)
{
	unsigned char want[SIGN_SHA256_BYTES];
	struct parts p;
	struct buf base;
	int is_good = 0;
	size_t i;

	if (s->secret == NULL || read_parts(&p, s->header) != 0)
		return PAYER_FORGED;
	buf_init(&base, TIME_DIGITS + strlen(s->between) + s->len);
	buf_str(&base, p.time);
	buf_str(&base, s->between);
	buf_put(&base, s->body, s->len);
	if (buf_ok(&base)) {
		sign_hmac_sha256(s->secret, base.data, base.len, want);
		for (i = 0; i < p.n; i++)
			is_good |= sign_is_same(want, p.mac[i], sizeof(want));
	}
	buf_free(&base);
	if (!is_good)
		return PAYER_FORGED;
	return llabs((long long)p.at - s->wall) > PAYER_HOOK_S ?
	    PAYER_STALE : PAYER_AUTHENTIC;
}
