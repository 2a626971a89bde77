/* Catalogues: refused whole when anything is wrong, chosen by preference. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptd/lang.h"
#include "t/tap.h"

#define FILE_MAX 65536

static char english[FILE_MAX];

static void
read_english(void)
{
	FILE *f = fopen("etc/lang/en.lang", "r");
	size_t n = f == NULL ? 0 : fread(english, 1, sizeof(english) - 1, f);

	english[n] = '\0';
	if (f != NULL)
		fclose(f);
	ok(n > 1000, "there is an English catalogue");
}

/* English with the line of `key` replaced; "" leaves it out. */
static struct lang *
with(const char *code, const char *key, const char *line, char *why,
    size_t size)
{
	static char text[FILE_MAX];
	const char *at = strstr(english, key), *end;

	while (at != NULL && at != english && at[-1] != '\n')
		at = strstr(at + 1, key);
	if (at == NULL)
		return NULL;
	end = strchr(at, '\n');
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - english), english,
	    line, end);
	return lang_parse(code, text, strlen(text), why, size);
}

static void
test_faults(void)
{
	static const struct {
		const char *name, *key, *line, *word;
	} faults[] = {
		{ "a key left out", "foot =", "", "\"foot\" is missing" },
		{ "an empty text", "foot =", "foot =", "empty" },
		{ "an unknown key", "foot =", "fute = x", "no such key" },
		{ "a key twice", "foot =", "foot = x\nfoot = y", "twice" },
		{ "no equals sign", "foot =", "foot x", "key = text" },
		{ "a hole too many", "foot =", "foot = {name}", "nobody" },
		{ "a hole missing", "offer.title =", "offer.title = Hello",
		    "lacks" },
		{ "a hole of another's", "offer.title =",
		    "offer.title = {name} {caller}", "nobody" },
		{ "a hole that is not closed", "foot =", "foot = {name",
		    "brace" },
		{ "a brace alone", "foot =", "foot = a } b", "brace" },
		{ "markup", "foot =", "foot = <b>x</b>", "<" },
		{ "not UTF-8", "foot =", "foot = \377", "UTF-8" },
		{ "a bidirectional control", "foot =",
		    "foot = \342\200\256x", "UTF-8" },
		{ "no direction", "direction =", "direction = up", "ltr" },
		{ "eleven months", "date.months =", "date.months = a|b", 
		    "twelve" },
		{ "a refusal's hole that there is none",
		    "refusal.expired.text =",
		    "refusal.expired.text = {number}", "nobody" }
	};
	char why[256];
	struct lang *l;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		why[0] = '\0';
		l = with("en", faults[i].key, faults[i].line, why,
		    sizeof(why));
		ok(l == NULL && strstr(why, faults[i].word) != NULL,
		    "refused: %s (%s)", faults[i].name, why);
		lang_free(l);
	}
	l = lang_parse("../x", english, strlen(english), why, sizeof(why));
	ok(l == NULL, "refused: a name that is no language");
	lang_free(l);
}

static void
test_texts(void)
{
	char why[256], month[64];
	struct lang *l;
	int i;

	l = lang_parse("en", english, strlen(english), why, sizeof(why));
	if (!ok(l != NULL, "English is taken"))
		return;
	for (i = 1; i < ASK_REFUSALS; i++)
		ok(lang_refusal(l, i, LANG_TITLE)[0] != '\0' &&
		    lang_refusal(l, i, LANG_TEXT)[0] != '\0' &&
		    lang_refusal(l, i, LANG_TODO)[0] != '\0',
		    "refusal %s has its words", ask_refusal_word(i));
	for (i = 1; i < ASK_STAGES; i++)
		ok(lang_stage(l, i, LANG_TITLE)[0] != '\0' &&
		    lang_stage(l, i, LANG_TEXT)[0] != '\0',
		    "stage %s has its words", ask_stage_word(i));
	for (i = 1; i < ASK_ENDS; i++)
		ok(lang_end(l, i, LANG_TITLE)[0] != '\0' &&
		    lang_end(l, i, LANG_TEXT)[0] != '\0' &&
		    lang_end(l, i, LANG_TODO)[0] != '\0',
		    "end %s has its words", ask_end_word(i));
	is_str(lang_refusal(l, ASK_OK, LANG_TITLE), "", "no words for ok");
	is_str(lang_refusal(l, ASK_REFUSALS, LANG_TITLE), "",
	    "nor for what is none");
	is_str(lang_end(l, ASK_END_NONE, LANG_TEXT), "", "nor for no end");
	is_str(lang_end(l, ASK_ENDS, LANG_TEXT), "", "nor for none at all");
	lang_month(l, 1, month, sizeof(month));
	is_str(month, "January", "the first month");
	lang_month(l, 12, month, sizeof(month));
	is_str(month, "December", "the last");
	is_int(lang_is_rtl(l), 0, "from left to right");
	lang_free(l);
}

static void
add(struct lang_set *set, const char *code)
{
	char why[256];
	struct lang *l = with(code, "direction =", "direction = rtl", why,
	    sizeof(why));

	is_int(l == NULL ? -1 : lang_add(set, l), 0, "%s is added", code);
}

static void
test_choice(void)
{
	static const struct {
		const char *wished, *accepted, *fallback, *want;
	} choices[] = {
		{ NULL, NULL, NULL, "en" },
		{ "xx", "", "", "en" },
		{ "../de", "de", "", "de" },
		{ "fr", "de", "ar", "fr" },
		{ "FR", NULL, NULL, "fr" },
		{ "", "de", "ar", "de" },
		{ "", "xx", "ar", "ar" },
		{ "", "de-CH-1996, en;q=0.9", "", "de" },
		{ "", "pt, fr;q=0.8, de;q=0.9", "", "de" },
		{ "", "fr;q=0.5,de;q=0.25", "", "fr" },
		{ "", "fr;q=0, de;q=0.001", "", "de" },
		{ "", "fr;q=0.5, de;q=0.5", "", "fr" },
		{ "", "de;q=1.000", "", "de" },
		{ "", "de;q=x, fr;q=0.1", "", "fr" },
		{ "", "*", "", "en" },
		{ "", ",,;;q=,-,", "ar", "ar" },
		{ "", "pt-br", "", "pt-br" },
		{ "", "PT-BR-x", "", "pt-br" },
		{ "", "pt", "", "en" }
	};
	struct lang_set *set = lang_set_new();
	const struct lang *l;
	char why[256];
	size_t i;

	add(set, "fr");
	add(set, "en");
	add(set, "ar");
	add(set, "de");
	add(set, "pt-br");
	is_int(lang_count(set), 5, "five languages");
	is_str(lang_code(lang_at(set, 0)), "ar", "in the order of their codes");
	l = with("de", "direction =", "direction = rtl", why, sizeof(why));
	is_int(lang_add(set, (struct lang *)l), -1, "one twice is refused");
	lang_free((struct lang *)l);
	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		l = lang_choose(set, choices[i].wished, choices[i].accepted,
		    choices[i].fallback);
		is_str(lang_code(l), choices[i].want,
		    "wished %s, accepted \"%s\", offer's %s",
		    choices[i].wished == NULL ? "-" : choices[i].wished,
		    choices[i].accepted == NULL ? "-" : choices[i].accepted,
		    choices[i].fallback == NULL ? "-" : choices[i].fallback);
	}
	lang_set_free(set);
}

static void
test_shipped(void)
{
	char why[512] = "";
	struct lang_set *set = lang_load("etc/lang", why, sizeof(why));

	ok(set != NULL, "every catalogue that we ship loads %s", why);
	lang_set_free(set);
	set = lang_load("t", why, sizeof(why));
	ok(set == NULL && strstr(why, "en.lang") != NULL,
	    "a folder without English does not: %s", why);
	set = lang_load("/nonexistent", why, sizeof(why));
	ok(set == NULL, "nor one that is not there: %s", why);
}

/* 1 when the translation tells what the English text tells: when, and who. */
static int
is_complete(const char *text, const char *model)
{
	return text[0] != '\0' &&
	    (strstr(text, "{time}") != NULL) ==
	    (strstr(model, "{time}") != NULL) &&
	    (strstr(text, "{caller}") != NULL) ==
	    (strstr(model, "{caller}") != NULL);
}

static void
compare(const struct lang *l, const struct lang *en)
{
	enum lang_part part;
	int i, n_bad = 0;

	for (part = LANG_TITLE; part <= LANG_TODO; part++) {
		for (i = 1; i < ASK_REFUSALS; i++)
			n_bad += !is_complete(lang_refusal(l, i, part),
			    lang_refusal(en, i, part));
		for (i = 1; i < ASK_STAGES && part < LANG_TODO; i++)
			n_bad += !is_complete(lang_stage(l, i, part),
			    lang_stage(en, i, part));
		for (i = 1; i < ASK_ENDS; i++)
			n_bad += !is_complete(lang_end(l, i, part),
			    lang_end(en, i, part));
	}
	is_int(n_bad, 0, "%s says what English says", lang_code(l));
	for (i = 0; i < LANG_PLAIN && l != en; i++)
		if (strcmp(lang_get(l, i), lang_get(en, i)) == 0 &&
		    i != LANG_DIRECTION)
			n_bad++;
	is_int(n_bad, 0, "%s is not left in English", lang_code(l));
}

static void
test_languages(void)
{
	static const char *const codes[] = {
		"ar", "de", "en", "es", "fr", "ja"
	};
	char why[512] = "";
	struct lang_set *set = lang_load("etc/lang", why, sizeof(why));
	const struct lang *l, *en;
	size_t i;

	if (!ok(set != NULL, "the catalogues %s", why))
		return;
	en = lang_find(set, "en");
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		l = lang_find(set, codes[i]);
		if (!ok(l != NULL, "there is %s", codes[i]))
			continue;
		compare(l, en);
		is_int(lang_is_rtl(l), strcmp(codes[i], "ar") == 0,
		    "%s runs its way", codes[i]);
	}
	lang_set_free(set);
}

int
main(void)
{
	read_english();
	test_faults();
	test_texts();
	test_choice();
	test_shipped();
	test_languages();
	return tap_done();
}
