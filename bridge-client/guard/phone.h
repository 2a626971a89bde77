#ifndef BRIDGE_GUARD_PHONE_H
#define BRIDGE_GUARD_PHONE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The one door to libphonenumber: what kind of number is this, by the
 * numbering plans of the world (as old as the library's metadata, so this is
 * a first filter; prefixes and caps follow).  No exception leaves this room.
 */
enum phone_type {
	PHONE_UNKNOWN,		/* in no range that is in use */
	PHONE_FIXED,
	PHONE_MOBILE,
	PHONE_FIXED_OR_MOBILE,	/* one plan for both, as in North America */
	PHONE_TOLL_FREE,
	PHONE_VOIP,
	PHONE_PREMIUM,
	PHONE_SHARED_COST,
	PHONE_PERSONAL,
	PHONE_PAGER,
	PHONE_UAN,		/* one number for a company */
	PHONE_VOICEMAIL
};

#define PHONE_E164_SIZE		20
#define PHONE_SHOWN_SIZE	48

struct phone {
	char		e164[PHONE_E164_SIZE];	/* "+442079460123" */
	char		region[4];	/* "GB"; "001": a global code; "" */
	int		country;	/* 44 */
	enum phone_type	type;
	int		is_possible;	/* a length that its country has */
	int		is_valid;	/* in a range that is in use */
};

/* Loads the plans (some 50 ms); before the jail.  0, or -1. */
int phone_init(void);

/*
 * Reads a number as people type it; `region` ("GB") says how one without a
 * plus sign is meant, "" that there must be one.  An extension is refused.
 * 0, or -1: cannot be read as a number.
 */
int phone_read(struct phone *, const char *text, const char *region)
    __attribute__((warn_unused_result));

/*
 * A number in E.164 as people read it, "+44 20 7946 0123", in PHONE_SHOWN_SIZE
 * bytes; what is none is shown as it is.
 */
void phone_show(char *dst, size_t size, const char *e164);

/*
 * 1 when this text, dialled as it stands in this country, could reach an
 * emergency service, whatever follows; or likewise, or is a short number.
 */
int phone_is_emergency(const char *text, const char *region);
int phone_is_short(const char *text, const char *region);

/* 1 when it is a country that the library knows, two capital letters. */
int phone_is_region(const char *region);
/* Its numbers begin so: 44; 0: it is none. */
int phone_country_code(const char *region);

#ifdef __cplusplus
}
#endif

#endif
