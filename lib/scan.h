#ifndef LIB_SCAN_H
#define LIB_SCAN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reading bytes from outside: bounded, exact, no allocation.
 *
 * A cursor over a borrowed slice.  A read past the end marks the cursor bad,
 * gives zeros, and every later read does the same: a decoder reads all its
 * fields and asks scan_done() once.
 */
struct scan {
	const unsigned char	*p;
	const unsigned char	*end;
	int			 is_bad;
};

void scan_init(struct scan *, const void *, size_t);
uint8_t scan_u8(struct scan *);
uint16_t scan_u16(struct scan *);
uint32_t scan_u32(struct scan *);
uint64_t scan_u64(struct scan *);
/* A borrowed slice of `n` bytes; NULL when there are not so many. */
const unsigned char *scan_bytes(struct scan *, size_t n);
/* Copies `n` bytes, or zeros `n` bytes when there are not so many. */
void scan_copy(struct scan *, void *, size_t n);
/*
 * A string of exactly `n` bytes into `dst` of `size` bytes, NUL-terminated;
 * bad when it does not fit or holds a NUL.
 */
void scan_str(struct scan *, char *dst, size_t size, size_t n);
size_t scan_left(const struct scan *);
/* 1 when nothing failed and nothing is left over. */
int scan_done(const struct scan *) __attribute__((warn_unused_result));

/*
 * Numbers in text: decimal digits only (no sign, no space), the whole slice,
 * at most `max`.  0, or -1 and `*out` untouched.
 */
int scan_uint(const char *, size_t, uint64_t max, uint64_t *out)
    __attribute__((warn_unused_result));
/* "90", "90s", "30m", "2h", "7d", "2w", as seconds. */
int scan_duration(const char *, size_t, uint64_t max_s, uint64_t *out_s)
    __attribute__((warn_unused_result));
/* "500", "64k", "10M", "1G", as bytes (powers of 1024). */
int scan_size(const char *, size_t, uint64_t max, uint64_t *out)
    __attribute__((warn_unused_result));

/*
 * ASCII only, whatever the locale.  In line: they are asked of nearly every
 * byte of a header.
 */
static inline int
scan_is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline int
scan_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline int
scan_is_alnum(int c)
{
	return scan_is_alpha(c) || scan_is_digit(c);
}

/* SP and HTAB */
static inline int
scan_is_space(int c)
{
	return c == ' ' || c == '\t';
}

static inline int
scan_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The value of a hexadecimal digit, or -1. */
static inline int
scan_hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 1 when the two slices are equal but for ASCII case. */
int scan_same(const char *, size_t, const char *, size_t);
/* 1 when the slice equals the literal but for ASCII case. */
int scan_is(const char *, size_t, const char *literal);

/*
 * base64url (RFC 4648, 5) without padding, as it is written and in no other
 * way: nothing of another alphabet, no bits left over that are not zero.  The
 * count of bytes, or -1: it is none, or is more than `size`.  Not for secrets:
 * how long it takes says what it reads, so it is quicker than libsodium's.
 */
long scan_base64url(unsigned char *dst, size_t size, const char *, size_t)
    __attribute__((warn_unused_result));
/*
 * 1 when every byte is of base64url's alphabet.  To be asked before
 * sodium_base642bin(), which takes bytes from 0x80 up for letters.
 */
int scan_is_base64url(const char *, size_t);

/*
 * 1 when the slice is UTF-8 in shortest form, without surrogates, C0 and C1
 * controls, U+2028/2029, and without bidirectional controls (U+061C,
 * 200E-200F, 202A-202E, 2066-2069): fit to be shown as a name.
 */
int scan_is_printable_utf8(const char *, size_t);

#endif
