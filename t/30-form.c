/* Forms, and what people type into them for a number. */

#include <string.h>

#include "acceptd/form.h"
#include "acceptd/typed.h"
#include "t/tap.h"

static const struct {
	const char	*name;
	const char	*body;
	int		 want;		/* fields, or -1 */
	const char	*key, *value;	/* one of them, or NULL */
} forms[] = {
	{ "an escape cut short", "a=%4", -1, NULL, NULL },
	{ "an escape of other letters", "a=%zz", -1, NULL, NULL },
	{ "an escape at the very end", "a=b%", -1, NULL, NULL },
	{ "a NUL", "a=%00", -1, NULL, NULL },
	{ "a control", "a=%07", -1, NULL, NULL },
	{ "bytes that are not UTF-8", "a=%ff", -1, NULL, NULL },
	{ "half a character", "a=%c3", -1, NULL, NULL },
	{ "an overlong slash", "a=%c0%af", -1, NULL, NULL },
	{ "a surrogate", "a=%ed%a0%80", -1, NULL, NULL },
	{ "the same field twice", "a=1&b=2&a=3", -1, NULL, NULL },
	{ "the same field twice, once escaped", "a=1&%61=3", -1, NULL, NULL },
	{ "seventeen fields",
	    "a=&b=&c=&d=&e=&f=&g=&h=&i=&j=&k=&l=&m=&n=&o=&p=&q=", -1, NULL,
	    NULL },
	{ "nothing", "", 0, "a", "" },
	{ "a name alone", "a", 1, "a", "" },
	{ "an empty value", "a=", 1, "a", "" },
	{ "ampersands only", "&&&", 0, "a", "" },
	{ "a plus is a space", "a=1+2", 1, "a", "1 2" },
	{ "an escaped plus is one", "a=%2B44", 1, "a", "+44" },
	{ "an equals sign in the value", "a=b=c", 1, "a", "b=c" },
	{ "a line break becomes a space", "a=1%0D%0A2", 1, "a", "1  2" },
	{ "letters of other scripts", "a=%C3%A9%D9%A1", 1, "a",
	    "\303\251\331\241" },
	{ "direction marks of a pasted number are dropped",
	    "a=%E2%80%AD%2B44%E2%80%AC%E2%81%A6%D8%9C", 1, "a", "+44" },
	{ "the second of two", "a=1&number=2", 2, "number", "2" },
};

static void
test_forms(void)
{
	struct form f;
	const char *edge;
	size_t i, len;
	int r;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		len = strlen(forms[i].body);
		edge = tap_edge(forms[i].body, len);
		r = form_parse(&f, edge, len);
		is_int(r < 0 ? -1 : (int)f.n, forms[i].want, "%s",
		    forms[i].name);
		if (forms[i].key != NULL && r == 0)
			is_str(form_get(&f, forms[i].key), forms[i].value,
			    "%s: its value", forms[i].name);
	}
}

static void
test_ceiling(void)
{
	static char body[FORM_MAX + 1];
	struct form f;

	memset(body, 'x', sizeof(body));
	body[0] = 'a';
	body[1] = '=';
	is_int(form_parse(&f, body, sizeof(body)), -1, "a byte too many");
	is_int(form_parse(&f, body, FORM_MAX), 0, "as many as there may be");
	is_int(strlen(form_get(&f, "a")), FORM_MAX - 2, "and all are kept");
}

static void
test_types(void)
{
	static const struct { const char *type; int want; } types[] = {
		{ NULL, 0 }, { "", 0 }, { "text/plain", 0 },
		{ "multipart/form-data; boundary=x", 0 },
		{ "application/x-www-form-urlencodedx", 0 },
		{ "application/x-www-form-urlencoded", 1 },
		{ "Application/X-WWW-Form-Urlencoded ; charset=utf-8", 1 }
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		is_int(form_is_type(types[i].type), types[i].want,
		    "type %s", types[i].type == NULL ? "(none)" :
		    types[i].type);
}

static void
test_unescape(void)
{
	char dst[6];

	is_int(form_unescape("a%00b", 5, dst, sizeof(dst)), -1, "no NUL");
	is_int(form_unescape("a%2", 3, dst, sizeof(dst)), -1, "no half");
	is_int(form_unescape("abcdef", 6, dst, sizeof(dst)), -1, "no room");
	is_int(form_unescape("a%2Db+c", 7, dst, sizeof(dst)), 0, "fits");
	is_str(dst, "a-b+c", "a plus stays one");
}

static void
test_typed(void)
{
	static const struct {
		const char *typed, *folded;
		int is_global;
	} numbers[] = {
		{ "", "", 0 },
		{ "+", "+", 0 },
		{ "  020 7946 0123 ", "020 7946 0123", 0 },
		{ "0044 20 7946 0123", "0044 20 7946 0123", 0 },
		{ "+44 (0)20 7946 0123", "+44 (0)20 7946 0123", 0 },
		{ "+44 20 7946 0123 ext 4", "+44 20 7946 0123 ext 4", 0 },
		{ "+44 20-7946.0123", "+44 20-7946.0123", 1 },
		{ "+44 20 7946 0123;ext=42", "+44 20 7946 0123;ext=42", 1 },
		{ "+44 20 7946 0123;tel=42", "+44 20 7946 0123;tel=42", 0 },
		{ "+;ext=42", "+;ext=42", 0 },
		{ "020 7946 0123;ext=42", "020 7946 0123;ext=42", 0 },
		{ "desk@example.com", "desk@example.com", 0 },
		{ " sip:desk@example.com ", "sip:desk@example.com", 1 },
		{ "sips:desk@example.com", "sips:desk@example.com", 1 },
		{ "\357\274\213\357\274\224\357\274\224", "+44", 1 },
		{ "\331\240\331\241\331\251", "019", 0 },
		{ "\333\260\333\261\333\271", "019", 0 },
		{ "\302\240+44\302\24020\342\200\2577946\342\200\2110123 ",
		    "+44 20 7946 0123", 1 },
		{ "\357\273\277+44\342\200\21420\342\200\2157946"
		    "\357\270\2170123", "+442079460123", 1 },
		{ "\302\255020\342\201\2407946\342\200\2130123", "02079460123",
		    0 },
		{ "020\342\200\2207946\342\210\2220123", "020-7946-0123", 0 },
		{ "tel:+44-20-7946-0123", "+44-20-7946-0123", 1 },
		{ " Tel: 020 7946 0123", "020 7946 0123", 0 },
		{ "telephone", "telephone", 0 },
		{ "tel", "tel", 0 },
		{ "\303\251", "\303\251", 0 },
		{ "\342\200", "\342\200", 0 }
	};
	char dst[64];
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		is_int(typed_fold(dst, sizeof(dst), numbers[i].typed), 0,
		    "\"%s\" is read", numbers[i].typed);
		is_str(dst, numbers[i].folded, "as \"%s\"",
		    numbers[i].folded);
		is_int(typed_is_global(dst), numbers[i].is_global,
		    "%sin international form beyond doubt",
		    numbers[i].is_global ? "" : "not ");
	}
	is_int(typed_fold(dst, 4, "1234"), -1, "no room");
}

static void
test_three(void)
{
	static const struct { const char *typed; int want; } fillers[] = {
		{ "1234567890", 1 }, { "0123456789", 1 }, { "1234567", 1 },
		{ "01234 567890", 1 }, { "(123) 456-7890", 1 },
		{ "0000000000", 1 }, { "07777777777", 1 },
		{ "9876543210", 1 }, { "111 111 1111", 1 },
		{ "", 0 }, { "0", 0 }, { "123", 0 }, { "123456", 0 },
		{ "+1234567890", 0 }, { "020 7946 0123", 0 },
		{ "1234567891", 0 }, { "1357913579", 0 }, { "000000 5", 0 },
		{ "2468024680", 0 }
	};
	static const struct { const char *typed; int want; } digits[] = {
		{ "", 0 }, { "12", 0 }, { "1234", 0 }, { "12a", 0 },
		{ "+12", 0 }, { "123", 1 }, { "1 2-3", 1 }
	};
	char dst[4];
	size_t i;

	for (i = 0; i < sizeof(digits) / sizeof(digits[0]); i++)
		is_int(typed_three(dst, digits[i].typed), digits[i].want,
		    "\"%s\" %s three digits", digits[i].typed,
		    digits[i].want ? "is" : "is not");
	is_str(dst, "123", "and which");
	for (i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++)
		is_int(typed_is_filler(fillers[i].typed), fillers[i].want,
		    "\"%s\" %s of a program's making", fillers[i].typed,
		    fillers[i].want ? "looks" : "does not look");
}

int
main(void)
{
	test_forms();
	test_ceiling();
	test_types();
	test_unescape();
	test_typed();
	test_three();
	return tap_done();
}
