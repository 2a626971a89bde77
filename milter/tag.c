/*
 * Reading a tag, and knowing the ones that mail programs leave around
 * signatures and quoted messages.
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/tag.h"

/* What is known of an element. */
enum {
	EMPTY	= 1 << 0,	/* without end tag and content */
	RAW	= 1 << 1,	/* its content is text up to its end tag */
	CLOSED	= 1 << 2,	/* its content is drawn in a way, if at all */
	BLOCK	= 1 << 3,	/* a line of text begins with it */
	HOLDER	= 1 << 4	/* in it, too; a block stands in it at first */
};

/* The frequent ones first; of no kind are those that need not be sought. */
static const struct {
	const char	*name;
	unsigned	 kinds;
} elements[] = {
	{ "p", BLOCK }, { "div", BLOCK }, { "br", EMPTY }, { "span", 0 },
	{ "a", 0 }, { "b", 0 }, { "td", HOLDER }, { "tr", 0 },
	{ "table", BLOCK }, { "tbody", 0 }, { "img", EMPTY }, { "font", 0 },
	{ "strong", 0 }, { "em", 0 }, { "i", 0 }, { "u", 0 },

	{ "li", BLOCK }, { "ul", BLOCK }, { "ol", BLOCK }, { "dl", BLOCK },
	{ "h1", BLOCK }, { "h2", BLOCK }, { "h3", BLOCK }, { "h4", BLOCK },
	{ "h5", BLOCK }, { "h6", BLOCK }, { "pre", BLOCK },
	{ "blockquote", BLOCK }, { "center", BLOCK }, { "address", BLOCK },
	{ "section", BLOCK }, { "article", BLOCK },

	{ "body", HOLDER }, { "th", HOLDER },

	{ "hr", EMPTY }, { "input", EMPTY }, { "meta", EMPTY },
	{ "link", EMPTY }, { "wbr", EMPTY }, { "col", EMPTY },
	{ "area", EMPTY }, { "base", EMPTY }, { "embed", EMPTY },

	{ "script", RAW }, { "style", RAW }, { "title", RAW },
	{ "textarea", RAW }, { "xmp", RAW }, { "iframe", RAW },
	{ "noembed", RAW }, { "noframes", RAW }, { "noscript", RAW },

	{ "svg", CLOSED }, { "math", CLOSED }, { "template", CLOSED },
	{ "select", CLOSED }, { "datalist", CLOSED }, { "object", CLOSED },
	{ "video", CLOSED }, { "audio", CLOSED }, { "canvas", CLOSED },
	{ "details", CLOSED }, { "dialog", CLOSED }, { "button", CLOSED },
	{ "progress", CLOSED }, { "meter", CLOSED },
};

/* What mail programs say by a class; "*": anything stands before it. */
enum role { MARK, PREFIX, FINAL };
static const struct {
	const char	*name;
	enum role	 role;
} classes[] = {
	{ "gmail_quote",			MARK },
	{ "gmail_quote_container",		MARK },
	{ "gmail_attr",				MARK },
	{ "gmail_signature",			MARK },
	{ "gmail_signature_prefix",		MARK },
	{ "*yahoo_quoted",			MARK },
	{ "moz-signature",			MARK },
	{ "moz-forward-container",		MARK },
	{ "moz-cite-prefix",			PREFIX },
	{ "protonmail_quote",			MARK },
	{ "protonmail_signature_block",		MARK },
	{ "zmail_extra",			MARK },
	{ "tutanota_quote",			MARK },
	{ "AppleMailSignature",			MARK },
	{ "signature",				MARK },
	{ "front-signature",			MARK },
	{ "iNotesHistory",			MARK },
	{ "spark_quote",			MARK },
	{ "missive_quote",			MARK },
	{ "freshdesk_quote",			MARK },
	{ "OutlookMessageHeader",		FINAL },
	{ "ms-outlook-mobile-reference-message", FINAL },
};

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static int
is_name(const struct tag_slice *s, const char *name)
{
	/* Most differ in their first letter, whose case is bit 5. */
	return s->len > 0 && ((s->p[0] ^ name[0]) & ~0x20) == 0 &&
	    scan_is((const char *)s->p, s->len, name);
}

static int
is_one_of(const struct tag_slice *s, const char *const *names)
{
	for (; s->len > 0 && *names != NULL; names++)
		if (is_name(s, *names))
			return 1;
	return 0;
}

static unsigned
kinds_of(const struct tag_slice *name)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (is_name(name, elements[i].name))
			return elements[i].kinds;
	return 0;
}

static struct tag_slice *
wanted(struct tag *t, const struct tag_slice *name)
{
	if (is_name(name, "class"))
		return &t->class;
	if (is_name(name, "id"))
		return &t->id;
	if (is_name(name, "type"))
		return &t->type;
	if (is_name(name, "style"))
		return &t->style;
	if (is_name(name, "align"))
		return &t->align;
	if (is_name(name, "name") || is_name(name, "data-marker"))
		return &t->label;
	return NULL;
}

/* At "=", or not: an attribute's value.  -1: the text ends in it. */
static int
read_value(const unsigned char *p, size_t len, size_t *at,
    struct tag_slice *value)
{
	const unsigned char *end;
	size_t i = *at;

	while (i < len && is_white(p[i]))
		i++;
	if (i == len || p[i] != '=')
		return 0;
	for (i++; i < len && is_white(p[i]); i++)
		;
	if (i == len)
		return -1;
	if (p[i] == '"' || p[i] == '\'') {
		end = memchr(p + i + 1, p[i], len - i - 1);
		if (end == NULL)
			return -1;
		value->p = p + i + 1;
		value->len = (size_t)(end - value->p);
		*at = (size_t)(end - p) + 1;
		return 0;
	}
	value->p = p + i;
	while (i < len && !is_white(p[i]) && p[i] != '>')
		i++;
	value->len = (size_t)(p + i - value->p);
	*at = i;
	return 0;
}

int
tag_read(struct tag *t, const unsigned char *p, size_t len, size_t at)
{
	struct tag_slice name, value, *to;
	size_t i = at + 1;

	memset(t, 0, sizeof(*t));
	t->at = at;
	t->is_end = p[i] == '/';
	i += (size_t)t->is_end;
	t->name.p = p + i;
	while (i < len && !is_white(p[i]) && p[i] != '/' && p[i] != '>')
		i++;
	t->name.len = (size_t)(p + i - t->name.p);
	t->kinds = kinds_of(&t->name);
	while (i < len && p[i] != '>') {
		t->is_self_closing = p[i] == '/';
		if (is_white(p[i]) || p[i] == '/') {
			i++;
			continue;
		}
		name.p = p + i++;	/* may be "=": so says the standard */
		while (i < len && !is_white(p[i]) && p[i] != '/' &&
		    p[i] != '>' && p[i] != '=')
			i++;
		name.len = (size_t)(p + i - name.p);
		t->is_hidden |= is_name(&name, "hidden");
		memset(&value, 0, sizeof(value));
		if (read_value(p, len, &i, &value) != 0)
			return -1;
		to = wanted(t, &name);
		if (to != NULL && to->p == NULL)
			*to = value;
	}
	t->next = i + 1;
	return i < len ? 0 : -1;
}

/* A word of a class attribute, and a name of the table. */
static int
is_class(const unsigned char *p, size_t len, const char *name)
{
	size_t n;

	if (name[0] == '*') {
		n = strlen(++name);
		return len >= n && memcmp(p + len - n, name, n) == 0;
	}
	return p[0] == (unsigned char)name[0] && strlen(name) == len &&
	    memcmp(p, name, len) == 0;
}

static int
has_word(const unsigned char *p, size_t len, enum role role)
{
	size_t i;

	for (i = 0; len > 0 && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (classes[i].role == role &&
		    is_class(p, len, classes[i].name))
			return 1;
	return 0;
}

/* Does one of the words of a class attribute say so? */
static int
has_class(const struct tag_slice *class, enum role role)
{
	size_t i, first;

	for (i = 0; i < class->len; i++) {
		for (first = i; i < class->len && !is_white(class->p[i]); i++)
			;
		if (has_word(class->p + first, i - first, role))
			return 1;
	}
	return 0;
}

/* "property: value", with white space where CSS lets it stand. */
static int
has_property(const struct tag_slice *style, const char *name, const char *value)
{
	const unsigned char *p = style->p;
	size_t n, len, i, j;

	if (style->len == 0)
		return 0;
	n = strlen(name);
	len = strlen(value);
	for (i = 0; i + n < style->len; i++) {
		if (((p[i] ^ name[0]) & ~0x20) != 0 ||
		    !scan_same((const char *)p + i, n, name, n))
			continue;
		for (j = i + n; j < style->len && is_white(p[j]); j++)
			;
		if (j == style->len || p[j] != ':')
			continue;
		for (j++; j < style->len && is_white(p[j]); j++)
			;
		if (style->len - j >= len &&
		    scan_same((const char *)p + j, len, value, len))
			return 1;
	}
	return 0;
}

int
tag_is_hidden(const struct tag *t)
{
	return t->is_hidden || has_property(&t->style, "display", "none") ||
	    has_property(&t->style, "visibility", "hidden");
}

int
tag_is_centred(const struct tag *t)
{
	return is_name(&t->name, "center") || is_name(&t->align, "center") ||
	    has_property(&t->style, "text-align", "center") ||
	    has_property(&t->style, "margin", "0 auto") ||
	    has_property(&t->style, "margin", "0px auto") ||
	    has_property(&t->style, "margin", "auto") ||
	    has_property(&t->style, "margin-left", "auto");
}

int
tag_is(const struct tag *t, const char *name)
{
	return is_name(&t->name, name);
}

int
tag_is_one_of(const struct tag *t, const char *const *names)
{
	return is_one_of(&t->name, names);
}

int
tag_is_final(const struct tag *t)
{
	static const char *const ids[] = { "divRplyFwdMsg", "appendonsend",
	    "mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION",
	    "zwchr", NULL };

	return is_one_of(&t->id, ids) ||
	    has_class(&t->class, FINAL) ||
	    has_property(&t->style, "border-top", "solid #E1E1E1") ||
	    has_property(&t->style, "border-top", "solid #B5C4DF");
}

/* A line down the left side of what is quoted. */
static int
has_bar(const struct tag_slice *style)
{
	return has_property(style, "border-left", "") &&
	    !has_property(style, "border-left", "none") &&
	    !has_property(style, "border-left", "0");
}

int
tag_is_mark(const struct tag *t)
{
	static const char *const ids[] = { "Signature", "reply-intro",
	    "AppleMailSignature", "ms-outlook-mobile-signature",
	    "composer_signature", "isReplyContent", NULL };
	static const char *const labels[] = { "quote",
	    "messageSignatureSection", "messageReplySection", "__SIG_PRE__",
	    NULL };

	if (is_name(&t->name, "blockquote") &&
	    (is_name(&t->type, "cite") || has_bar(&t->style)))
		return 1;
	return is_one_of(&t->label, labels) || has_class(&t->class, MARK) ||
	    is_one_of(&t->id, ids);
}

int
tag_is_prefix(const struct tag *t)
{
	return has_class(&t->class, PREFIX);
}

int
tag_is_empty(const struct tag *t)
{
	return (t->kinds & EMPTY) != 0;
}

int
tag_is_raw(const struct tag *t)
{
	return (t->kinds & RAW) != 0;
}

int
tag_is_closed(const struct tag *t)
{
	return (t->kinds & CLOSED) != 0;
}

int
tag_is_block(const struct tag *t)
{
	return (t->kinds & BLOCK) != 0;
}

int
tag_is_holder(const struct tag *t)
{
	return (t->kinds & HOLDER) != 0;
}
