/* HTTP requests as data. */

#include <stdio.h>
#include <string.h>

#include "bridge-client/net/request.h"

#include "t/tap.h"

static void
test_encoding(void)
{
	static const struct {
		const char	*value, *want;
	} cases[] = {
		{ "", "" },
		{ "azAZ09-._~", "azAZ09-._~" },
		{ "+442079460123", "%2B442079460123" },
		{ "a b", "a%20b" },
		{ "a&b=c#d?e/f", "a%26b%3Dc%23d%3Fe%2Ff" },
		{ "%41", "%2541" },
		{ "\"N\" <+1>", "%22N%22%20%3C%2B1%3E" },
		{ "\r\nX: y", "%0D%0AX%3A%20y" },
		{ "\xc3\xa9", "%C3%A9" },
	};
	char want[128];
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		request_init(&r);
		buf_str(&r.url, "http://h");
		request_path(&r, cases[i].value);
		request_query(&r, "a", cases[i].value);
		request_query(&r, "b", "1");
		snprintf(want, sizeof(want), "http://h/%s?a=%s&b=1",
		    cases[i].want, cases[i].want);
		is_str(buf_cstr(&r.url), want, "url with %s", cases[i].want);
		request_form(&r, "To", cases[i].value);
		request_form(&r, cases[i].value, "x");
		snprintf(want, sizeof(want), "To=%s&%s=x", cases[i].want,
		    cases[i].want);
		is_str(buf_cstr(&r.body), want, "form with %s", cases[i].want);
		request_free(&r);
	}
}

static void
test_limits(void)
{
	struct request r;
	char big[REQUEST_URL_MAX + 2];

	request_init(&r);
	ok(!request_ok(&r), "a request without a URL is refused");
	request_free(&r);

	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	request_init(&r);
	buf_str(&r.url, "http://h");
	request_query(&r, "q", big);
	ok(!request_ok(&r), "a URL over the ceiling is refused");
	request_query(&r, "q", "x");
	ok(!request_ok(&r), "and stays so");
	request_free(&r);

	request_init(&r);
	buf_str(&r.url, "http://h");
	is_str(r.method, "GET", "GET unless said otherwise");
	ok(r.timeout_ms > 0 && r.reply_max > 0, "there is a deadline");
	ok(request_ok(&r), "a plain request is good");
	request_free(&r);
	request_free(NULL);
}

int
main(void)
{
	test_limits();
	test_encoding();
	return tap_done();
}
