/* Reading JSON by path, and writing its strings. */

#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "t/tap.h"

static const char *const refused[] = {
	"", " ", "{", "}", "{\"a\":1}}", "{\"a\":1} x", "{\"a\":1}{\"b\":2}",
	"{\"a\":1,}", "{a:1}", "{'a':1}", "[1 2]", "nul", "\"a", "\"\\x\"",
	"\"a\nb\"", "{\"a\":1,\"a\":2}", "\"\\u0000\"", "\"\xff\"",
	"\"\xc0\xaf\"", "\"\\ud800\"", "01", "1.", "+1", "NaN", "\xef\xbb\xbf"
	"{}", "9223372036854775808",
};

static struct json *
parse(const char *s)
{
	size_t n = strlen(s);

	return json_parse(tap_edge(s, n), n);
}

static void
test_refused(void)
{
	char deep[140];
	struct json *j;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		j = parse(refused[i]);
		ok(j == NULL, "refused: number %zu", i);
		json_free(j);
	}
	ok(json_parse("{}\0", 3) == NULL, "refused: a NUL behind");
	ok(json_parse("{\"a\0\":1}", 8) == NULL, "refused: a NUL within");
	memset(deep, '[', 33);
	memset(deep + 33, ']', 33);
	ok(json_parse(deep, 66) == NULL, "refused: 33 levels");
	j = json_parse(deep + 1, 64);
	ok(j != NULL, "but not 32");
	json_free(j);
	/* What looks like levels, in a string, and behind an escaped quote. */
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "\"\\\"", 3);
	deep[100] = '"';
	j = json_parse(deep, 101);
	ok(j != NULL, "brackets in a string are no levels");
	json_free(j);
	json_free(NULL);
}

static void
test_paths(void)
{
	struct json *j = parse("{\"type\": \"StasisStart\", \"args\": [\"a\", "
	    "{\"n\": -7}], \"channel\": {\"id\": \"c\\u00e41\", \"up\": true,"
	    " \"down\": false, \"none\": null, \"real\": 1.5}, \"\": 3}");
	int64_t n = 99;

	if (!ok(j != NULL, "an event"))
		return;
	ok(json_str(NULL, "channel") == NULL, "nothing is in no JSON");
	ok(json_str(NULL, "") == NULL, "nor at its root");
	is_int(json_is(NULL, "", ""), 0, "no word");
	is_int(json_int(NULL, "", &n), -1, "no integer");
	is_int(json_bool(NULL, ""), -1, "no boolean");
	is_int(json_count(NULL, ""), -1, "no array");
	ok(json_str(j, "channel") == NULL, "an object is no string");
	ok(json_str(j, "channel.none") == NULL, "null is no string");
	ok(json_str(j, "channel.id.x") == NULL, "a string has no members");
	ok(json_str(j, "nothing.at.all") == NULL, "no such member");
	ok(json_str(j, "args.2") == NULL, "beyond the last");
	ok(json_str(j, "args.-1") == NULL, "before the first");
	ok(json_str(j, "args.0x") == NULL, "no index");
	ok(json_str(j, "args.99999999999999999999") == NULL, "no such index");
	is_int(json_int(j, "channel.real", &n), -1, "a real is no integer");
	is_int(json_int(j, "channel.up", &n), -1, "nor is a boolean");
	is_int(n, 99, "nothing is stored");
	is_int(json_bool(j, "args.1.n"), -1, "an integer is no boolean");
	is_int(json_count(j, "channel"), -1, "an object is no array");
	is_int(json_count(j, ""), -1, "the root neither");

	is_str(json_str(j, "type"), "StasisStart", "a member");
	is_str(json_str(j, "channel.id"), "c\xc3\xa4" "1", "a member's");
	is_str(json_str(j, "args.0"), "a", "an element");
	is_int(json_int(j, "args.1.n", &n), 0, "an element's member");
	is_int(n, -7, "its value");
	is_int(json_bool(j, "channel.up"), 1, "true");
	is_int(json_bool(j, "channel.down"), 0, "false");
	is_int(json_count(j, "args"), 2, "two elements");
	json_free(j);
	j = parse("[1,2,9223372036854775807]");
	is_int(json_count(j, ""), 3, "the root is an array");
	is_int(json_int(j, "2", &n), 0, "its last");
	ok(n == INT64_MAX, "the largest integer");
	json_free(j);
	j = parse("\"text\"");
	is_str(json_str(j, ""), "text", "the root is a string");
	is_int(json_is(j, "", "tex"), 0, "it is not another one");
	is_int(json_is(j, "a", "text"), 0, "nor is one that is not there");
	is_int(json_is(j, "", "text"), 1, "it is this one");
	json_free(j);
}

static const struct {
	const char	*in, *out;
} written[] = {
	{ "", "\"\"" },
	{ "plain", "\"plain\"" },
	{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ "\n\r\t\x01\x1f", "\"\\u000a\\u000d\\u0009\\u0001\\u001f\"" },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\x9e",
	    "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\x9e\"" },
	{ "a\xff" "b", "\"a\xef\xbf\xbd" "b\"" },
	{ "\xc3", "\"\xef\xbf\xbd\"" },
	{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xe0\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xf4\x90\x80\x80",
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
};

static void
test_written(void)
{
	struct json *j;
	struct buf b;
	size_t i;

	buf_init(&b, 200);
	for (i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		buf_clear(&b);
		json_put_str(&b, tap_edge(written[i].in,
		    strlen(written[i].in) + 1));
		is_str(buf_cstr(&b), written[i].out, "written: number %zu", i);
		j = json_parse(b.data, b.len);
		ok(j != NULL, "and can be read");
		json_free(j);
	}
	buf_free(&b);
}

int
main(void)
{
	test_refused();
	test_paths();
	test_written();
	return tap_done();
}
