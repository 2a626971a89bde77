/*
 * The file of a button's template.  One that is taken makes, in each of its
 * languages and for whatever name and link, ASCII in short lines that can be
 * taken for nothing else, with one link and no markup of the name's.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "milter/button.h"
#include "milter/markup.h"
#include "milter/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_lines(const char *p)
{
	const char *end;

	for (; *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		if (end == NULL || end - p > 998)
			abort();
		if (end > p && (strchr(" .>", *p) != NULL || end[-1] == ' ' ||
		    strncmp(p, "From ", 5) == 0 || strncmp(p, "--", 2) == 0))
			abort();
		for (; p < end; p++)
			if (*p < ' ' || *p > '~')
				abort();
	}
}

static int
count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
check(const struct button *b, struct buf *out)
{
	char why[256];

	buf_clear(out);
	button_html(b, out);
	if (!buf_ok(out) || out->len > BUTTON_HTML_MAX)
		abort();
	check_lines(buf_cstr(out));
	if (markup_check(buf_cstr(out), b->url, why, sizeof(why)) != 0 ||
	    count(buf_cstr(out), "href") < 1 ||
	    count(buf_cstr(out), "<a ") != 1 ||
	    count(buf_cstr(out), "<script") != 0)
		abort();
	buf_clear(out);
	button_text(b, out);
	check_lines(buf_cstr(out));
	if (count(buf_cstr(out), b->url) != 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const char *const names[] = { "", "A",
	    "</a></div><script>alert(1)</script>{url}&<><><>''''" };
	char url[BUTTON_URL_MAX + 1], why[256];
	struct button b = { .url = url };
	struct template *t;
	struct buf out;
	size_t i, j;

	memset(url, 'q', BUTTON_URL_MAX);
	memcpy(url, "https://x/o/", 12);
	url[BUTTON_URL_MAX] = '\0';
	t = button_parse("x", (const char *)p, len, NULL, why, sizeof(why));
	if (t == NULL) {
		/* "LINE: ..." */
		if (why[0] < '0' || why[0] > '9' || strchr(why, ':') == NULL)
			abort();
		return 0;
	}
	buf_init(&out, 1 << 20);
	for (i = 0; i < t->n_words; i++) {
		b.template = t;
		b.lang = t->words[i].lang;
		for (j = 0; j < 3; j++) {
			b.name = names[j];
			check(&b, &out);
		}
	}
	buf_free(&out);
	template_free(t);
	return 0;
}
