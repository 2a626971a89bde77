/*
 * Reading a tag, and knowing the ones that mail programs leave around
 * signatures and quoted messages.
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/tag.h"

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

/* One of the words of a class attribute; `with` may end or begin in "*". */
static int
has_class(const struct tag_slice *class, const char *with)
{
	size_t n, i = 0, first, len;
	int is_tail = with[0] == '*';

	if (class->len == 0)
		return 0;	/* most elements have none */
	n = strlen(with);
	if (class->len + (size_t)is_tail < n)
		return 0;
	while (i < class->len) {
		for (first = i; i < class->len && !is_white(class->p[i]); i++)
			;
		len = i - first;
		if (is_tail && len >= n - 1 &&
		    memcmp(class->p + i - (n - 1), with + 1, n - 1) == 0)
			return 1;
		if (len == n && memcmp(class->p + first, with, n) == 0)
			return 1;
		i++;
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
		if (!scan_same((const char *)p + i, n, name, n))
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
	    has_class(&t->class, "OutlookMessageHeader") ||
	    has_class(&t->class, "ms-outlook-mobile-reference-message") ||
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
	static const char *const classes[] = { "gmail_quote",
	    "gmail_quote_container", "gmail_attr", "gmail_signature",
	    "gmail_signature_prefix", "*yahoo_quoted", "moz-signature",
	    "moz-forward-container", "protonmail_quote",
	    "protonmail_signature_block", "zmail_extra", "tutanota_quote",
	    "AppleMailSignature", "signature", "front-signature",
	    "iNotesHistory", "spark_quote", "missive_quote", "freshdesk_quote",
	    NULL };
	static const char *const ids[] = { "Signature", "reply-intro",
	    "AppleMailSignature", "ms-outlook-mobile-signature",
	    "composer_signature", "isReplyContent", NULL };
	static const char *const labels[] = { "quote",
	    "messageSignatureSection", "messageReplySection", "__SIG_PRE__",
	    NULL };
	const char *const *class;

	if (is_name(&t->name, "blockquote") &&
	    (is_name(&t->type, "cite") || has_bar(&t->style)))
		return 1;
	if (is_one_of(&t->label, labels))
		return 1;
	for (class = classes; *class != NULL; class++)
		if (has_class(&t->class, *class))
			return 1;
	return is_one_of(&t->id, ids);
}

int
tag_is_closed(const struct tag *t)
{
	static const char *const names[] = { "svg", "math", "template",
	    "select", "datalist", "object", "video", "audio", "canvas",
	    "details", "dialog", "button", "progress", "meter", NULL };

	return is_one_of(&t->name, names);
}

int
tag_is_prefix(const struct tag *t)
{
	return has_class(&t->class, "moz-cite-prefix");
}

int
tag_is_block(const struct tag *t)
{
	static const char *const names[] = { "div", "p", "li", "pre",
	    "blockquote", "center", "table", "ul", "ol", "dl", "h1", "h2", "h3",
	    "h4", "h5", "h6", "address", "section", "article", NULL };

	return is_one_of(&t->name, names);
}

int
tag_is_holder(const struct tag *t)
{
	static const char *const names[] = { "body", "td", "th", NULL };

	return is_one_of(&t->name, names);
}

int
tag_is_empty(const struct tag *t)
{
	static const char *const names[] = { "br", "hr", "img", "input", "meta",
	    "link", "wbr", "col", "area", "base", "embed", NULL };

	return is_one_of(&t->name, names);
}
