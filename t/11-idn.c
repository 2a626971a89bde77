/* Domains in Punycode: the vectors of RFC 3492, 7.1, and others. */

#include <string.h>

#include "lib/idn.h"
#include "t/tap.h"

static const struct {
	const char	*domain, *ascii;	/* NULL: refused */
} domains[] = {
	{ "\xff.example", NULL },
	{ "b\xc3.example", NULL },
	{ "\xed\xa0\x80.example", NULL },	/* a surrogate */
	{ "\xe2\x80\xae.example", NULL },	/* bidirectional control */
	{ "", "" }, { ".", "." }, { "example.com", "example.com" },
	{ "Example.COM", "example.com" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
	{ "B\xc3\x9c" "CHER.Example", "xn--bcher-kva.example" },
	{ "m\xc3\xbcnchen.b\xc3\xa4" "cker.de",
	    "xn--mnchen-3ya.xn--bcker-gra.de" },
	{ "stra\xc3\x9f" "e.de", "xn--strae-oqa.de" },
	{ "\xce\x95\xce\xbb\xce\xbb\xce\xac\xce\xb4\xce\xb1.gr",
	    "xn--hxakic4aa.gr" },
	{ "\xd0\x9f\xd0\xa0\xd0\x98\xd0\x9c\xd0\x95\xd0\xa0.\xd1\x80\xd1\x84",
	    "xn--e1afmkfd.xn--p1ai" },
	{ "\xd0\x81.\xd1\x91", "xn--61a.xn--61a" },
	/* RFC 3492, 7.1: (A) Arabic, (B) Chinese, (C), (E), (K), (L), (S) */
	{ "\xd9\x84\xd9\x8a\xd9\x87\xd9\x85\xd8\xa7\xd8\xa8\xd8\xaa\xd9\x83"
	    "\xd9\x84\xd9\x85\xd9\x88\xd8\xb4\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a"
	    "\xd8\x9f", "xn--egbpdaj6bu4bxfgehfvwxn" },
	{ "\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4"
	    "\xb8\x8d\xe8\xaf\xb4\xe4\xb8\xad\xe6\x96\x87",
	    "xn--ihqwcrb4cv8a8dqg056pqjye" },
	{ "3\xe5\xb9\xb4" "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88"
	    "\xe7\x94\x9f", "xn--3b-ww4c5e180e575a65lsy2b" },
	{ "\xf0\x9f\x93\x9e.example", "xn--3t8h.example" },
};

int
main(void)
{
	char dst[256], long_one[70];
	size_t i, n;
	int rc;

	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		n = strlen(domains[i].domain);
		rc = idn_ascii(dst, sizeof(dst),
		    tap_edge(domains[i].domain, n), n);
		if (domains[i].ascii == NULL)
			is_int(rc, -1, "%zu is refused", i);
		else if (is_int(rc, 0, "%s", domains[i].domain))
			is_str(dst, domains[i].ascii, " as the DNS has it");
	}
	memset(long_one, 'a', sizeof(long_one));
	memcpy(long_one, "\xc3\xa9", 2);
	is_int(idn_ascii(dst, sizeof(dst), long_one, 57), 0,
	    "the longest label");
	is_int(strlen(dst), 63, "its length");
	is_int(idn_ascii(dst, sizeof(dst), long_one, 58), -1, "not longer");
	is_int(idn_ascii(dst, 12, "example.com", 11), 0, "it just fits");
	is_int(idn_ascii(dst, 11, "example.com", 11), -1, "it does not");
	is_int(idn_ascii(dst, 21, "b\xc3\xbc" "cher.example", 15), -1,
	    "nor as Punycode");
	return tap_done();
}
