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
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_int(pattern_fits(t[i].pattern, t[i].value), t[i].want,
		    "\"%s\" and \"%s\"", t[i].pattern, t[i].value);
	return tap_done();
}
