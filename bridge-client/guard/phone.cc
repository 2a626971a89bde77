/*
 * phone: the door to libphonenumber, and the only file in C++.
 */
#include <set>
#include <string>

#include <stdio.h>
#include <string.h>

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>

#include "bridge-client/guard/phone.h"

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

#define TYPED_MAX	64	/* bytes of a number as people type it */

/* The library's own state, made once by phone_init() and never freed. */
static struct {
	const PhoneNumberUtil	*util;
	const ShortNumberInfo	*shorts;
	std::set<std::string>	*regions;
} lib;

extern "C" int
phone_init(void)
{
	try {
		if (lib.util != NULL)
			return 0;
		lib.shorts = new ShortNumberInfo();
		lib.regions = new std::set<std::string>();
		PhoneNumberUtil::GetInstance()->GetSupportedRegions(
		    lib.regions);
		lib.util = PhoneNumberUtil::GetInstance();
		return 0;
	} catch (...) {
		return -1;
	}
}

static enum phone_type
type_of(const PhoneNumber &number)
{
	switch (lib.util->GetNumberType(number)) {
	case PhoneNumberUtil::FIXED_LINE:
		return PHONE_FIXED;
	case PhoneNumberUtil::MOBILE:
		return PHONE_MOBILE;
	case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
		return PHONE_FIXED_OR_MOBILE;
	case PhoneNumberUtil::TOLL_FREE:
		return PHONE_TOLL_FREE;
	case PhoneNumberUtil::PREMIUM_RATE:
		return PHONE_PREMIUM;
	case PhoneNumberUtil::SHARED_COST:
		return PHONE_SHARED_COST;
	case PhoneNumberUtil::VOIP:
		return PHONE_VOIP;
	case PhoneNumberUtil::PERSONAL_NUMBER:
		return PHONE_PERSONAL;
	case PhoneNumberUtil::PAGER:
		return PHONE_PAGER;
	case PhoneNumberUtil::UAN:
		return PHONE_UAN;
	case PhoneNumberUtil::VOICEMAIL:
		return PHONE_VOICEMAIL;
	case PhoneNumberUtil::UNKNOWN:
		break;
	}
	return PHONE_UNKNOWN;
}

/*
 * The library reads letters as digits ("1-800-FLOWERS"), finds numbers within
 * sentences and knows extensions: of ASCII only digits, a plus sign and what
 * people put between digits is let through to it.  Other scripts' digits are
 * the library's business.
 */
static int
is_typed_number(const char *text)
{
	size_t n = strlen(text);
	const char *plus = strchr(text, '+');

	return n > 0 && n <= TYPED_MAX &&
	    (plus == NULL || strchr(plus + 1, '+') == NULL) &&
	    strpbrk(text, "\t\n\v\f\r!\"#$%&'*,:;<=>?@[\\]^_`{|}~") == NULL &&
	    strpbrk(text, "abcdefghijklmnopqrstuvwxyz") == NULL &&
	    strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL;
}

/* Cut to nothing rather than to a wrong number. */
static void
put(char *dst, size_t size, const std::string &s)
{
	if (s.size() < size)
		memcpy(dst, s.c_str(), s.size() + 1);
	else
		dst[0] = '\0';
}

static int
read_number(struct phone *out, const char *text, const char *region)
{
	PhoneNumber number;
	std::string s;

	if (!is_typed_number(text))
		return -1;
	if (lib.util->Parse(text, region[0] != '\0' ? region : "ZZ",
	    &number) != PhoneNumberUtil::NO_PARSING_ERROR)
		return -1;
	if (number.has_extension() && !number.extension().empty())
		return -1;
	lib.util->Format(number, PhoneNumberUtil::E164, &s);
	put(out->e164, sizeof(out->e164), s);
	if (out->e164[0] != '+')
		return -1;
	lib.util->GetRegionCodeForNumber(number, &s);
	put(out->region, sizeof(out->region), s == "ZZ" ? "" : s);
	out->country = number.country_code();
	out->type = type_of(number);
	out->is_possible = lib.util->IsPossibleNumber(number);
	/* IsValidNumber() is the same question at the price of a third more. */
	out->is_valid = out->type != PHONE_UNKNOWN;
	return 0;
}

extern "C" int
phone_read(struct phone *out, const char *text, const char *region)
{
	memset(out, 0, sizeof(*out));
	if (phone_init() == -1)
		return -1;
	try {
		if (read_number(out, text, region) == 0)
			return 0;
	} catch (...) {
		;
	}
	memset(out, 0, sizeof(*out));
	return -1;
}

/* What people read, or the number as it is. */
static void
show_number(char dst[PHONE_SHOWN_SIZE], const char *e164)
{
	PhoneNumber number;
	std::string s;

	snprintf(dst, PHONE_SHOWN_SIZE, "%s", e164);
	if (lib.util->Parse(e164, "ZZ", &number) !=
	    PhoneNumberUtil::NO_PARSING_ERROR)
		return;
	lib.util->Format(number, PhoneNumberUtil::INTERNATIONAL, &s);
	if (s.size() < PHONE_SHOWN_SIZE)
		put(dst, PHONE_SHOWN_SIZE, s);
}

/* A bridge has few numbers of its own, and they are on every page. */
static struct shown {
	char	e164[PHONE_E164_SIZE];
	char	shown[PHONE_SHOWN_SIZE];
} memory[64];

static struct shown *
place_of(const char *e164)
{
	unsigned h = 0;

	for (; *e164 != '\0'; e164++)
		h = h * 31 + (unsigned char)*e164;
	return &memory[h % (sizeof(memory) / sizeof(memory[0]))];
}

extern "C" void
phone_show(char *dst, size_t size, const char *e164)
{
	struct shown *m = place_of(e164);

	snprintf(dst, size, "%s", e164);
	if (e164[0] != '+' || strlen(e164) >= sizeof(m->e164) ||
	    phone_init() == -1)
		return;
	if (strcmp(m->e164, e164) != 0) {
		m->e164[0] = '\0';
		try {
			show_number(m->shown, e164);
		} catch (...) {
			return;
		}
		memcpy(m->e164, e164, strlen(e164) + 1);
	}
	if (strlen(m->shown) < size)
		memcpy(dst, m->shown, strlen(m->shown) + 1);
}

extern "C" int
phone_is_emergency(const char *text, const char *region)
{
	if (phone_init() == -1)
		return 1;
	try {
		return lib.shorts->ConnectsToEmergencyNumber(text, region);
	} catch (...) {
		return 1;
	}
}

extern "C" int
phone_is_short(const char *text, const char *region)
{
	PhoneNumber number;

	if (phone_is_emergency(text, region))
		return 1;
	try {
		if (lib.util->Parse(text, region, &number) !=
		    PhoneNumberUtil::NO_PARSING_ERROR)
			return 0;
		return lib.shorts->IsValidShortNumberForRegion(number, region);
	} catch (...) {
		return 1;
	}
}

extern "C" int
phone_is_region(const char *region)
{
	if (phone_init() == -1)
		return 0;
	try {
		return lib.regions->count(region) > 0;
	} catch (...) {
		return 0;
	}
}

extern "C" int
phone_country_code(const char *region)
{
	if (phone_init() == -1)
		return 0;
	try {
		return lib.util->GetCountryCodeForRegion(region);
	} catch (...) {
		return 0;
	}
}
