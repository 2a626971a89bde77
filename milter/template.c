/*
 * Reading the file of a button's template.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "milter/template.h"

#define WORD_MAX	300	/* bytes of one text */
#define TEXT_MAX	78	/* columns of the sentence (RFC 5322, 2.1.1) */

static const char *const keys[TEMPLATE_KEYS] = {
	"direction", "label", "caption", "text"
};

enum section { NONE, HTML, TEXT, WORDS };

struct reader {
	struct template		*t;
	enum section		 section;
	struct template_words	*words;		/* of the section */
	unsigned		 seen;		/* keys in it: a bit each */
	unsigned char		 is_read[TEMPLATE_LANGS_MAX];
	struct buf		 html, text;
	int			 line;
};

/* A character of more than one byte (the text is known to be UTF-8). */
static uint32_t
read_utf8(const unsigned char **p)
{
	unsigned n = **p >= 0xf0 ? 3 : **p >= 0xe0 ? 2 : 1;
	uint32_t c = **p & (0x3fu >> n);

	for ((*p)++; n > 0 && (**p & 0xc0) == 0x80; n--)
		c = c << 6 | (*(*p)++ & 0x3f);
	return c;
}

/* `marks`: those characters of ASCII that become entities, too. */
static void
put_entities(struct buf *out, const char *text, const char *marks)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	while (*p != '\0') {
		for (n = 0; p[n] >= ' ' && p[n] < 0x80 &&
		    strchr(marks, p[n]) == NULL; n++)
			;
		buf_put(out, p, n);
		p += n;
		if (*p >= 0x80)
			buf_printf(out, "&#%u;", read_utf8(&p));
		else if (*p != '\0')
			buf_printf(out, "&#%u;", *p++);
	}
}

void
template_escape(struct buf *out, const char *text)
{
	put_entities(out, text, "<>&\"'");
}

int
template_is_name(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (memchr("abcdefghijklmnopqrstuvwxyz0123456789_-", p[i], 38)
		    == NULL)
			return 0;
	return len > 0 && len <= TEMPLATE_NAME_MAX;
}

static void
trim(const char **s, size_t *len)
{
	while (*len > 0 && (scan_is_space((unsigned char)**s))) {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && (scan_is_space((unsigned char)(*s)[*len - 1]) ||
	    (*s)[*len - 1] == '\r'))
		(*len)--;
}

static struct template_words *
find_words(struct template *t, const char *lang)
{
	size_t i;

	for (i = 0; i < t->n_words; i++)
		if (memcmp(t->words[i].lang, lang, 2) == 0)
			return &t->words[i];
	return NULL;
}

/* At "[": a section begins.  NULL when good. */
static const char *
take_section(struct reader *r, const char *s, size_t len)
{
	struct template *t = r->t;

	r->seen = 0;
	if (len == 6 && memcmp(s, "[html]", 6) == 0) {
		if (t->html_line > 0)
			return "[html] stands there twice";
		t->html_line = r->line + 1;
		r->section = HTML;
		return NULL;
	}
	if (len == 6 && memcmp(s, "[text]", 6) == 0) {
		if (t->text_line > 0)
			return "[text] stands there twice";
		t->text_line = r->line + 1;
		r->section = TEXT;
		return NULL;
	}
	if (len != 4 || s[3] != ']' || s[1] < 'a' || s[1] > 'z' ||
	    s[2] < 'a' || s[2] > 'z')
		return "a section is [html], [text] or a language of two "
		    "small letters, such as [de]";
	r->section = WORDS;
	r->words = find_words(t, s + 1);
	if (r->words == NULL) {
		if (t->n_words == TEMPLATE_LANGS_MAX)
			return "too many languages";
		r->words = &t->words[t->n_words++];
		memcpy(r->words->lang, s + 1, 2);
	}
	if (r->is_read[r->words - t->words]++ > 0)
		return "the language stands there twice";
	return NULL;
}

/* A line of a layout: white space around it does not count. */
static const char *
take_layout(struct reader *r, const char *s, size_t len)
{
	struct buf *out = r->section == HTML ? &r->html : &r->text;
	char *line;

	if (len == 0 && out->len == 0) {
		/* Complaints count from the first line that is not empty. */
		if (r->section == HTML)
			r->t->html_line++;
		else
			r->t->text_line++;
		return NULL;
	}
	if (len > 0 && !scan_is_printable_utf8(s, len))
		return "not plain UTF-8";
	line = strndup(s, len);
	if (line == NULL)
		return "out of memory";
	put_entities(out, line, "");
	buf_str(out, "\r\n");
	free(line);
	return NULL;
}

/* How often the caption names the caller; -1: braces that are no {name}. */
static int
count_names(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++) {
		if (strncmp(s, "{name}", 6) == 0) {
			n++;
			s += 5;
		} else if (*s == '{' || *s == '}') {
			return -1;
		}
	}
	return n;
}

static const char *
check_word(enum template_key key, const char *s)
{
	switch (key) {
	case TEMPLATE_DIRECTION:
		return strcmp(s, "ltr") == 0 || strcmp(s, "rtl") == 0 ? NULL :
		    "a direction is ltr or rtl";
	case TEMPLATE_CAPTION:
		return count_names(s) == 1 ? NULL :
		    "a caption has {name} once, and no other braces";
	case TEMPLATE_TEXT:
		for (; *s != '\0'; s++)
			if (*s < ' ' || *s > '~')
				return "what stands in plain text must be "
				    "ASCII: any character set has it";
		/* FALLTHROUGH */
	case TEMPLATE_LABEL:
		return count_names(s) == 0 ? NULL :
		    "braces stand in captions only, as {name}";
	case TEMPLATE_KEYS:
		break;
	}
	return "there is no such key";
}

/* The text in ASCII, as the message will show it. */
static char *
encode(enum template_key key, const char *word)
{
	struct buf out;
	size_t len;

	if (key == TEMPLATE_TEXT)
		return strdup(word);
	buf_init(&out, 16 * WORD_MAX);
	template_escape(&out, word);
	buf_u8(&out, '\0');
	if (buf_ok(&out))
		return (char *)buf_take(&out, &len);
	buf_free(&out);
	return NULL;
}

static const char *
set_word(struct reader *r, enum template_key key, const char *s, size_t len)
{
	char word[WORD_MAX + 1];
	const char *fault;

	if (r->seen & 1u << key)
		return "the key stands there twice";
	r->seen |= 1u << key;
	if (len == 0 || len > (key == TEMPLATE_TEXT ? TEXT_MAX : WORD_MAX))
		return "the text is empty or too long";
	if (!scan_is_printable_utf8(s, len))
		return "not plain UTF-8";
	memcpy(word, s, len);
	word[len] = '\0';
	fault = check_word(key, word);
	if (fault != NULL)
		return fault;
	free(r->words->word[key]);
	r->words->word[key] = encode(key, word);
	r->words->line[key] = r->line;
	return r->words->word[key] != NULL ? NULL : "out of memory";
}

static const char *
take_words(struct reader *r, const char *s, size_t len)
{
	const char *eq = memchr(s, '=', len), *value;
	size_t n, value_len;
	int key;

	if (len == 0)
		return NULL;
	if (eq == NULL)
		return "no \"key = text\"";
	n = (size_t)(eq - s);
	value = eq + 1;
	value_len = len - n - 1;
	trim(&s, &n);
	trim(&value, &value_len);
	for (key = 0; key < TEMPLATE_KEYS; key++)
		if (strlen(keys[key]) == n && memcmp(keys[key], s, n) == 0)
			return set_word(r, (enum template_key)key, value,
			    value_len);
	return "a key is direction, label, caption or text";
}

static const char *
take_line(struct reader *r, const char *s, size_t len)
{
	trim(&s, &len);
	if (len > 0 && s[0] == '#')
		len = 0;	/* so that lines are counted right, too */
	if (len > 0 && s[0] == '[')
		return take_section(r, s, len);
	switch (r->section) {
	case NONE:
		return len == 0 ? NULL : "a section must come first: [html], "
		    "[text], or a language such as [en]";
	case HTML:
	case TEXT:
		return take_layout(r, s, len);
	case WORDS:
		return take_words(r, s, len);
	}
	return NULL;
}

/* Takes the layout that was read, without empty lines at its end. */
static int
set_layout(char **dst, struct buf *from, int is_there)
{
	size_t len;

	if (!is_there)
		return 0;
	while (from->len >= 4 &&
	    memcmp(from->data + from->len - 4, "\r\n\r\n", 4) == 0)
		from->len -= 2;
	buf_u8(from, '\0');
	if (!buf_ok(from))
		return -1;
	free(*dst);
	*dst = (char *)buf_take(from, &len);
	return 0;
}

/* All that must be there is there.  NULL, or what is missing. */
static const char *
find_missing(struct template *t)
{
	size_t i;
	int k;

	if (t->html == NULL || t->text == NULL)
		return t->html == NULL ? "[html] is missing" :
		    "[text] is missing";
	if (find_words(t, "en") == NULL)
		return "[en] is missing";
	for (i = 0; i < t->n_words; i++)
		for (k = 0; k < TEMPLATE_KEYS; k++)
			if (t->words[i].word[k] == NULL)
				return "a language that is new here needs "
				    "direction, label, caption and text";
	return NULL;
}

static int
inherit(struct template *t, const struct template *base)
{
	size_t i;
	int k;

	if (base == NULL)
		return 0;
	t->html = strdup(base->html);
	t->text = strdup(base->text);
	if (t->html == NULL || t->text == NULL)
		return -1;
	for (i = 0; i < base->n_words; i++) {
		t->n_words++;
		memcpy(t->words[i].lang, base->words[i].lang, 3);
		for (k = 0; k < TEMPLATE_KEYS; k++) {
			t->words[i].word[k] = strdup(base->words[i].word[k]);
			if (t->words[i].word[k] == NULL)
				return -1;
		}
	}
	return 0;
}

/* NULL, or what is wrong in line r->line. */
static const char *
read_lines(struct reader *r, const char *p, size_t len)
{
	const char *fault = NULL, *end;
	size_t n;

	if (len > TEMPLATE_FILE_MAX)
		return "the file is too long";
	for (; len > 0 && fault == NULL; p += n, len -= n) {
		end = memchr(p, '\n', len);
		n = end == NULL ? len : (size_t)(end - p) + 1;
		r->line++;
		fault = take_line(r, p, end == NULL ? len : n - 1);
	}
	if (fault != NULL)
		return fault;
	if (set_layout(&r->t->html, &r->html, r->t->html_line > 0) != 0 ||
	    set_layout(&r->t->text, &r->text, r->t->text_line > 0) != 0)
		return "out of memory, or a layout that is too long";
	return find_missing(r->t);
}

struct template *
template_parse(const char *name, const char *bytes, size_t len,
    const struct template *base, char *why, size_t size)
{
	struct reader r = { .t = calloc(1, sizeof(*r.t)) };
	const char *fault = "out of memory";

	if (r.t != NULL)
		snprintf(r.t->name, sizeof(r.t->name), "%s", name);
	buf_init(&r.html, 4 * TEMPLATE_FILE_MAX);
	buf_init(&r.text, 4 * TEMPLATE_FILE_MAX);
	if (r.t != NULL && inherit(r.t, base) == 0)
		fault = read_lines(&r, bytes, len);
	buf_free(&r.html);
	buf_free(&r.text);
	if (fault == NULL)
		return r.t;
	snprintf(why, size, "%d: %s", r.line, fault);
	template_free(r.t);
	return NULL;
}

void
template_free(struct template *t)
{
	size_t i;
	int k;

	if (t == NULL)
		return;
	free(t->html);
	free(t->text);
	for (i = 0; i < t->n_words; i++)
		for (k = 0; k < TEMPLATE_KEYS; k++)
			free(t->words[i].word[k]);
	free(t);
}

const struct template_words *
template_words(const struct template *t, const char *lang)
{
	const struct template_words *english = &t->words[0];
	size_t i;

	for (i = 0; i < t->n_words; i++) {
		if (strcmp(t->words[i].lang, lang) == 0)
			return &t->words[i];
		if (strcmp(t->words[i].lang, "en") == 0)
			english = &t->words[i];
	}
	return english;
}
