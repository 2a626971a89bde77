/*
 * What can be rung: reading, comparing and packing numbers and SIP addresses.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "lib/tel.h"

#define DIGITS_MAX	15	/* E.164 */
#define LABEL_MAX	63	/* RFC 1035, 2.3.4 */

static int
refuse(const char **why, const char *reason)
{
	if (why != NULL)
		*why = reason;
	return -1;
}

/* Up to the extension's parameter: digits, and what people put between. */
static int
parse_digits(struct tel *t, const char *p, size_t len, const char **why)
{
	size_t i, n = 0;

	t->text[0] = '+';
	for (i = 0; i < len; i++) {
		if (scan_is_digit((unsigned char)p[i])) {
			if (n == DIGITS_MAX)
				return refuse(why,
				    "a number has at most 15 digits");
			t->text[1 + n++] = p[i];
		} else if (memchr(" -.()", p[i], 5) == NULL) {
			return refuse(why, "a number is + and digits");
		}
		/* Not dialled from abroad, and nobody can tell it apart. */
		if (len - i >= 3 && memcmp(p + i, "(0)", 3) == 0)
			return refuse(why, "leave out the national (0)");
	}
	t->text[1 + n] = '\0';
	if (n < TEL_DIGITS_MIN)
		return refuse(why, "a number has at least 7 digits");
	if (t->text[1] == '0')
		return refuse(why, "no country code begins with 0");
	return 0;
}

static int
parse_e164(struct tel *t, const char *p, size_t len, const char **why)
{
	const char *param = memchr(p, ';', len);
	size_t main_len = param == NULL ? len : (size_t)(param - p);
	size_t ext_len, i;

	if (parse_digits(t, p + 1, main_len - 1, why) != 0)
		return -1;
	t->kind = TEL_E164;
	if (param == NULL)
		return 0;
	if (len - main_len < 5 || !scan_is(param, 5, ";ext="))
		return refuse(why, "only ;ext= may follow a number");
	ext_len = len - main_len - 5;
	if (ext_len < 1 || ext_len > TEL_EXT_MAX)
		return refuse(why, "an extension has 1 to 10 digits");
	for (i = 0; i < ext_len; i++)
		if (!scan_is_digit((unsigned char)param[5 + i]))
			return refuse(why, "an extension has digits only");
	memcpy(t->ext, param + 5, ext_len);
	t->ext[ext_len] = '\0';
	return 0;
}

/*
 * RFC 3261, 25.1 allows more; what separates channels in a dial string, or
 * would need an escape, does not pass here.
 */
static int
is_user(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!scan_is_alnum((unsigned char)p[i]) &&
		    memchr("-_.!~*+=", p[i], 8) == NULL)
			return 0;
	return len > 0;
}

static int
is_hostname(const char *p, size_t len)
{
	size_t i, label = 0;

	for (i = 0; i < len; i++) {
		if (p[i] == '.') {
			if (label == 0 || p[i - 1] == '-')
				return 0;
			label = 0;
		} else if (scan_is_alnum((unsigned char)p[i]) ||
		    (p[i] == '-' && label > 0)) {
			if (++label > LABEL_MAX)
				return 0;
		} else {
			return 0;
		}
	}
	return label > 0 && p[len - 1] != '-';
}

/* A name (lowered), or an address that the system's own reader accepts. */
static int
parse_host(const char *p, size_t len, char *dst, size_t size)
{
	unsigned char addr[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN + 2], canon[INET6_ADDRSTRLEN];
	size_t i, last;

	if (len >= 2 && p[0] == '[' && p[len - 1] == ']') {
		if (len - 2 >= sizeof(text))
			return -1;
		memcpy(text, p + 1, len - 2);
		text[len - 2] = '\0';
		if (memchr(text, '\0', len - 2) != NULL ||
		    inet_pton(AF_INET6, text, addr) != 1 ||
		    inet_ntop(AF_INET6, addr, canon, sizeof(canon)) == NULL)
			return -1;
		return snprintf(dst, size, "[%s]", canon) < (int)size ? 0 : -1;
	}
	if (!is_hostname(p, len) || len >= size)
		return -1;
	for (i = 0; i < len; i++)
		dst[i] = (char)scan_lower((unsigned char)p[i]);
	dst[len] = '\0';
	for (last = len; last > 0 && dst[last - 1] != '.'; last--)
		;
	/* RFC 3261: no top label begins with a digit, so this is IPv4. */
	if (scan_is_digit((unsigned char)dst[last]) &&
	    inet_pton(AF_INET, dst, addr) != 1)
		return -1;
	return 0;
}

static int
parse_sip(struct tel *t, const char *p, size_t len, const char **why)
{
	const char *colon = memchr(p, ':', len), *at, *host, *port;
	const char *end = p + len;
	const char *scheme = colon - p == 3 ? "sip" : "sips";
	char name[TEL_TEXT_MAX + 1], port_text[8] = "";
	uint64_t n;
	int put;

	p = colon + 1;
	at = memchr(p, '@', (size_t)(end - p));
	if (at == NULL || !is_user(p, (size_t)(at - p)))
		return refuse(why,
		    "a SIP address has a plain user before its @");
	host = at + 1;
	port = host;
	if (host < end && *host == '[') {
		port = memchr(host, ']', (size_t)(end - host));
		if (port == NULL)
			return refuse(why, "a [ without its ]");
	}
	port = memchr(port, ':', (size_t)(end - port));
	if (port != NULL) {
		if (scan_uint(port + 1, (size_t)(end - port - 1), 65535, &n) !=
		    0 || n == 0)
			return refuse(why, "a port is 1 to 65535");
		snprintf(port_text, sizeof(port_text), ":%u", (unsigned)n);
		end = port;
	}
	if (parse_host(host, (size_t)(end - host), name, sizeof(name)) != 0)
		return refuse(why, "a SIP address ends with a host's name or "
		    "address, and at most a port");
	put = snprintf(t->text, sizeof(t->text), "%s:%.*s@%s%s", scheme,
	    (int)(at - p), p, name, port_text);
	if (put < 0 || (size_t)put >= sizeof(t->text))
		return refuse(why, "it is too long");
	t->kind = TEL_SIP;
	return 0;
}

int
tel_parse(struct tel *t, const char *p, size_t len, const char **why)
{
	int rc;

	memset(t, 0, sizeof(*t));
	if (len > 0 && p[0] == '+')
		rc = parse_e164(t, p, len, why);
	else if ((len > 4 && scan_is(p, 4, "sip:")) ||
	    (len > 5 && scan_is(p, 5, "sips:")))
		rc = parse_sip(t, p, len, why);
	else
		rc = refuse(why, "it begins neither with + nor with sip:");
	if (rc != 0)
		memset(t, 0, sizeof(*t));
	return rc;
}

void
tel_full(const struct tel *t, char dst[TEL_FULL_SIZE])
{
	snprintf(dst, TEL_FULL_SIZE, "%s%s%s", t->text,
	    t->ext[0] != '\0' ? ";ext=" : "", t->ext);
}

int
tel_same(const struct tel *a, const struct tel *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0 &&
	    strcmp(a->ext, b->ext) == 0;
}

void
tel_redact(const struct tel *t, char dst[TEL_REDACTED_SIZE])
{
	const char *user, *at;

	switch (t->kind) {
	case TEL_E164:
		snprintf(dst, TEL_REDACTED_SIZE, "%.3s...%s", t->text,
		    t->text + strlen(t->text) - 2);
		return;
	case TEL_SIP:
		user = strchr(t->text, ':') + 1;
		at = strchr(user, '@');
		/* A long host is cut: this is for reading only. */
		snprintf(dst, TEL_REDACTED_SIZE, "%.*s...%.80s",
		    (int)(user + 1 - t->text), t->text, at);
		return;
	case TEL_NONE:
		break;
	}
	snprintf(dst, TEL_REDACTED_SIZE, "-");
}

/* Two digits a byte, high nibble first, an odd last one beside 0xf. */
static void
pack_digits(const char *digits, size_t n, struct buf *b)
{
	size_t i;
	unsigned high, low;

	for (i = 0; i < n; i += 2) {
		high = (unsigned)(digits[i] - '0');
		low = i + 1 < n ? (unsigned)(digits[i + 1] - '0') : 0xf;
		buf_u8(b, (uint8_t)(high << 4 | low));
	}
}

static void
unpack_digits(char *dst, size_t n, struct scan *s)
{
	size_t i;
	unsigned both = 0, nibble;

	for (i = 0; i < n + n % 2; i++) {
		if (i % 2 == 0)
			both = scan_u8(s);
		nibble = i % 2 == 0 ? both >> 4 : both & 0xf;
		if (i == n) {
			if (nibble != 0xf)
				s->is_bad = 1;
			break;
		}
		if (nibble > 9)
			s->is_bad = 1;
		else
			dst[i] = (char)('0' + nibble);
	}
	dst[n] = '\0';
}

void
tel_pack(const struct tel *t, struct buf *b)
{
	const char *rest;
	size_t n;

	if (t->kind == TEL_NONE) {
		buf_u8(b, 0);
		return;
	}
	if (t->kind == TEL_E164) {
		n = strlen(t->text + 1);
		buf_u8(b, (uint8_t)(TEL_E164 << 4 | n));
		pack_digits(t->text + 1, n, b);
	} else {
		rest = strchr(t->text, ':') + 1;
		n = strlen(rest);
		buf_u8(b, (uint8_t)(TEL_SIP << 4 | (t->text[3] == 's')));
		buf_u8(b, (uint8_t)n);
		buf_put(b, rest, n);
	}
	n = strlen(t->ext);
	buf_u8(b, (uint8_t)n);
	pack_digits(t->ext, n, b);
}

static void
unpack_e164(struct tel *t, size_t n, struct scan *s)
{
	size_t ext;

	t->kind = TEL_E164;
	t->text[0] = '+';
	unpack_digits(t->text + 1, n, s);
	if (n < TEL_DIGITS_MIN || t->text[1] == '0')
		s->is_bad = 1;
	ext = scan_u8(s);
	if (ext > TEL_EXT_MAX)
		s->is_bad = 1;
	else
		unpack_digits(t->ext, ext, s);
}

static void
unpack_sip(struct tel *t, int is_sips, struct scan *s)
{
	char text[TEL_TEXT_MAX + 1];
	size_t scheme = is_sips ? 5 : 4;

	memcpy(text, "sips:", 5);
	text[scheme - 1] = ':';
	scan_str(s, text + scheme, sizeof(text) - scheme, scan_u8(s));
	/* What is not canonical was not made by tel_pack(). */
	if (scan_u8(s) != 0 || s->is_bad ||
	    tel_parse(t, text, strlen(text), NULL) != 0 ||
	    strcmp(t->text, text) != 0)
		s->is_bad = 1;
}

void
tel_unpack(struct tel *t, struct scan *s)
{
	unsigned first = scan_u8(s), low = first & 0xf;

	memset(t, 0, sizeof(*t));
	if (s->is_bad)
		return;
	if (first >> 4 == TEL_E164)
		unpack_e164(t, low, s);
	else if (first >> 4 == TEL_SIP && low <= 1)
		unpack_sip(t, (int)low, s);
	else if (first != 0)
		s->is_bad = 1;
	if (s->is_bad)
		memset(t, 0, sizeof(*t));
}
