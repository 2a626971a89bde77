/* Patterns with a star: what fits, and what does not. */

#include "lib/pattern.h"

#include "t/tap.h"

int
main(void)
{
	static const struct { const char *pattern, *value; int want; } t[] = {
		{ "example.com", "example.com", 1 },
		{ "example.com", "EXAMPLE.com", 1 },
		{ "example.com", "example.comm", 0 },
		{ "example.com", "sub.example.com", 0 },
		{ "*.example.com", "sub.example.com", 1 },
		{ "*.example.com", "example.com", 0 },
		{ "*", "", 1 }, { "*", "anything", 1 }, { "", "", 1 },
		{ "", "x", 0 },
		{ "+44*", "+442079460123", 1 }, { "+44*", "+44", 1 },
		{ "+44*", "+4", 0 }, { "+44*", "+352079460123", 0 },
		{ "sip:*@example.com", "sip:desk@example.com", 1 },
		{ "sip:*@example.com", "sip:desk@example.org", 0 },
		{ "sip:*@example.com", "sip:@example.co", 0 },
		{ "aba*aba", "aba", 0 }, { "aba*aba", "abaaba", 1 },
	};
	static const struct { const char *a, *b; int want; } both[] = {
		{ "+33*", "+44*", 0 }, { "+441*", "+442*", 0 },
		{ "+44*", "+4*", 1 }, { "+44*", "*", 1 }, { "*", "*", 1 },
		{ "+33*", "sip:*", 0 }, { "+44*", "+442079460123", 1 },
		{ "+44*", "+33142079460", 0 }, { "a", "b", 0 }, { "a", "A", 1 },
		{ "sip:*@example.com", "sip:*@example.org", 0 },
		{ "sip:*@example.com", "sip:*.example.com", 0 },
		{ "sip:*@example.com", "sip:*example.COM", 1 },
		{ "sip:*@example.com", "sip:desk@*", 1 },
		{ "sip:*@example.com", "sips:*", 0 },
		{ "sip:*", "sip:*@example.com", 1 },
		{ "aba*", "*bab", 1 }, { "aba*aba", "aba", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_int(pattern_fits(t[i].pattern, t[i].value), t[i].want,
		    "\"%s\" and \"%s\"", t[i].pattern, t[i].value);
	for (i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		is_int(pattern_meets(both[i].a, both[i].b), both[i].want,
		    "\"%s\" meets \"%s\"", both[i].a, both[i].b);
		is_int(pattern_meets(both[i].b, both[i].a), both[i].want,
		    "  and the other way round");
	}
	return tap_done();
}
