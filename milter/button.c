/*
 * The button and the link, by their template.
 *
 * In the template that is shipped padding stands twice: on the cell for Word's
 * renderer, on the link for all others.  The colour stands twice because some
 * clients recolour links.  The caption is outside of the table, or it would
 * stretch the button, and has no colour of its own, or it could not be read on
 * dark.
 */

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "lib/buf.h"
#include "lib/log.h"

#include "milter/markup.h"
#include "milter/template.h"

#include "milter/button.h"

#define SET_MAX		256	/* templates */
#define LINE_MAX	998	/* RFC 5322, 2.1.1 */
#define SUFFIX		".template"
#define GLYPH		"<span aria-hidden=\"true\">&#9742;&#65038;</span>"

struct button_set {
	struct template	*base;		/* "default" */
	size_t		 n;
	struct template	*template[SET_MAX];
};

/*
 * The file etc/templates/default.template as bytes: the house has one text of
 * it, and the program needs no file to make a button.
 */
__asm__(
    ".section .rodata\n"
    "button_shipped:\n"
    ".incbin \"etc/templates/default.template\"\n"
    "button_shipped_end:\n"
    ".byte 0\n"
    ".previous\n");
extern const char button_shipped[], button_shipped_end[];

static struct template *shipped;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What fills the holes of a layout. */
enum hole { HOLE_DIRECTION, HOLE_URL, HOLE_ICON, HOLE_LABEL, HOLE_CAPTION,
	HOLE_TEXT, HOLES };
static const char *const holes[HOLES] = {
	"{direction}", "{url}", "{icon}", "{label}", "{caption}", "{text}"
};

static enum hole
hole_at(const char *p)
{
	enum hole h;

	for (h = 0; h < HOLES; h++)
		if (strncmp(p, holes[h], strlen(holes[h])) == 0)
			break;
	return h;
}

static void
put_caption(struct buf *out, const char *caption, const char *name)
{
	const char *hole = strstr(caption, "{name}");

	buf_put(out, caption, (size_t)(hole - caption));
	template_escape(out, name);
	buf_str(out, hole + 6);
}

/* What cannot be seen has no name either: the label says all. */
static void
put_icon(struct buf *out, const struct button_image *image)
{
	if (image == NULL) {
		buf_str(out, GLYPH);
		return;
	}
	buf_printf(out, "<img src=\"cid:%s\" width=\"%u\" height=\"%u\" "
	    "alt=\"\" style=\"vertical-align:middle;border:0\">", image->cid,
	    image->width, image->height);
}

static void
fill(struct buf *out, enum hole h, const struct button *b,
    const struct template_words *w)
{
	switch (h) {
	case HOLE_DIRECTION:
		buf_str(out, w->word[TEMPLATE_DIRECTION]);
		break;
	case HOLE_URL:
		buf_str(out, b->url);
		break;
	case HOLE_ICON:
		put_icon(out, b->image);
		break;
	case HOLE_LABEL:
		buf_str(out, w->word[TEMPLATE_LABEL]);
		break;
	case HOLE_CAPTION:
		put_caption(out, w->word[TEMPLATE_CAPTION], b->name);
		break;
	case HOLE_TEXT:
		buf_str(out, w->word[TEMPLATE_TEXT]);
		break;
	case HOLES:
		buf_u8(out, '{');
		break;
	}
}

static void
lay_out(struct buf *out, const char *layout, const struct button *b,
    const struct template *t)
{
	const struct template_words *w = template_words(t, b->lang);
	const char *p;
	enum hole h;

	for (p = layout; *p != '\0'; p += h < HOLES ? strlen(holes[h]) : 1) {
		layout = p;
		p = strchrnul(p, '{');
		buf_put(out, layout, (size_t)(p - layout));
		if (*p == '\0')
			return;
		h = hole_at(p);
		fill(out, h, b, w);
	}
}

static void read_shipped(void);

static const struct template *
template_of(const struct button *b)
{
	if (b->template != NULL)
		return b->template;
	(void)pthread_once(&once, read_shipped);
	return shipped;
}

void
button_html(const struct button *b, struct buf *out)
{
	const struct template *t = template_of(b);

	lay_out(out, t->html, b, t);
}

void
button_text(const struct button *b, struct buf *out)
{
	const struct template *t = template_of(b);

	lay_out(out, t->text, b, t);
}

/* A complaint, and the line that it is about. */
struct fault {
	int	line;
	char	text[200];
};

static int
refuse(struct fault *f, int line, const char *text)
{
	f->line = line;
	snprintf(f->text, sizeof(f->text), "%s", text);
	return -1;
}

static int
line_of(const char *text, const char *p)
{
	int n = 0;

	for (; text < p; text++)
		n += *text == '\n';
	return n;
}

/* How often a hole is there is right; and there are no others. */
static int
check_holes(struct fault *f, const char *layout, int first, const int *wanted)
{
	int seen[HOLES] = { 0 };
	char why[64];
	const char *p;
	enum hole h;

	for (p = layout; *p != '\0'; p++) {
		if (*p != '{' && *p != '}')
			continue;
		h = hole_at(p);
		if (h == HOLES || wanted[h] == 0)
			return refuse(f, first + line_of(layout, p),
			    "a brace that is no hole of this layout");
		if (seen[h]++ == wanted[h])
			return refuse(f, first + line_of(layout, p),
			    "the hole stands there twice");
		p += strlen(holes[h]) - 1;
	}
	for (h = 0; h < HOLES; h++)
		if (seen[h] < wanted[h] && h != HOLE_ICON) {
			snprintf(why, sizeof(why), "%s is missing", holes[h]);
			return refuse(f, first, why);
		}
	return 0;
}

/* What may stand in any message: see the header. */
static const char *
find_misfit(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] < ' ' || p[i] > '~')
			return "not ASCII";
	if (len > LINE_MAX)
		return "with the longest link and name the line would be "
		    "longer than 998: break it";
	if (len == 0)
		return NULL;
	if (strchr(" >.", p[0]) != NULL || strncmp(p, "From ", 5) == 0 ||
	    strncmp(p, "--", 2) == 0)
		return "a line must not begin with a space, >, ., -- or From";
	return p[len - 1] == ' ' ? "a line must not end with a space" : NULL;
}

/* `line`: of the first, in the file; `words`: where it is not in the file. */
static int
check_lines(struct fault *f, const char *text, int line, int words)
{
	const char *end, *misfit;

	for (; *text != '\0'; text = end + 2, line += line > 0) {
		end = strstr(text, "\r\n");
		misfit = find_misfit(text, (size_t)(end - text));
		if (misfit != NULL)
			return refuse(f, line > 0 ? line : words, misfit);
	}
	return 0;
}

/* The longest link and the longest name that there can be. */
struct sample {
	char	url[BUTTON_URL_MAX + 1];
	char	name[BUTTON_NAME_MAX + 1];
};

static void
make_sample(struct sample *s)
{
	static const char begin[] = "https://example.com/o/";

	memset(s->url, 'x', BUTTON_URL_MAX);
	memcpy(s->url, begin, sizeof(begin) - 1);
	s->url[BUTTON_URL_MAX] = '\0';
	memset(s->name, '&', BUTTON_NAME_MAX);
	s->name[BUTTON_NAME_MAX] = '\0';
}

/* The HTML, with the words of one language. */
static int
check_html(struct fault *f, const struct template *t,
    const struct template_words *w, struct buf *out)
{
	struct sample s;
	struct button b = { w->lang, s.url, s.name, t, NULL };
	int line, words = w->line[TEMPLATE_CAPTION];

	make_sample(&s);
	buf_clear(out);
	button_html(&b, out);
	if (!buf_ok(out) || out->len > BUTTON_HTML_MAX)
		return refuse(f, t->html_line, "the button is too large");
	line = markup_check(buf_cstr(out), s.url, f->text, sizeof(f->text));
	if (line != 0) {
		f->line = t->html_line + line - 1;
		return -1;
	}
	return check_lines(f, buf_cstr(out), t->html_line, words);
}

/* A hole has its line for itself: nothing flows into it, or out of it. */
static int
check_alone(struct fault *f, const struct template *t, enum hole h)
{
	const char *p = strstr(t->text, holes[h]);
	size_t n = strlen(holes[h]);

	if ((p > t->text && p[-1] != '\n') || p[n] != '\r')
		return refuse(f, t->text_line + line_of(t->text, p),
		    "{text} and {url} each stand alone on a line");
	return 0;
}

/* The layout of plain text by itself. */
static int
check_plain(struct fault *f, const struct template *t)
{
	const char *p;

	if (check_alone(f, t, HOLE_URL) != 0 ||
	    check_alone(f, t, HOLE_TEXT) != 0)
		return -1;
	p = strchr(t->text, '&');
	if (p != NULL)		/* perhaps made of what is not ASCII */
		return refuse(f, t->text_line + line_of(t->text, p),
		    "plain text must be ASCII, without &");
	return 0;
}

static int
check_text(struct fault *f, const struct template *t,
    const struct template_words *w, struct buf *out)
{
	struct sample s;
	struct button b = { w->lang, s.url, s.name, t, NULL };

	make_sample(&s);
	buf_clear(out);
	button_text(&b, out);
	return check_lines(f, buf_cstr(out), t->text_line,
	    w->line[TEMPLATE_TEXT]);
}

/* Whether what it makes may stand in everybody's mail. */
static int
check(struct fault *f, const struct template *t)
{
	static const int in_html[HOLES] = { 1, 1, 1, 1, 1, 0 };
	static const int in_text[HOLES] = { 0, 1, 0, 0, 0, 1 };
	struct buf out;
	size_t i;
	int rc;

	if (check_holes(f, t->html, t->html_line, in_html) != 0 ||
	    check_holes(f, t->text, t->text_line, in_text) != 0)
		return -1;
	buf_init(&out, 4 * TEMPLATE_FILE_MAX);
	rc = check_plain(f, t);
	for (i = 0; rc == 0 && i < t->n_words; i++) {
		rc = check_text(f, t, &t->words[i], &out);
		if (rc == 0)
			rc = check_html(f, t, &t->words[i], &out);
	}
	buf_free(&out);
	return rc;
}

/* `base`: NULL for the shipped one itself. */
static struct template *
parse(const char *name, const char *p, size_t len, const struct template *base,
    char *why, size_t size)
{
	struct template *t = template_parse(name, p, len, base, why, size);
	struct fault f = { .line = 0 };

	if (t == NULL || check(&f, t) == 0)
		return t;
	snprintf(why, size, "%d: %s", f.line, f.text);
	template_free(t);
	return NULL;
}

static void
read_shipped(void)
{
	char why[256];

	shipped = parse("default", button_shipped, (size_t)(button_shipped_end
	    - button_shipped), NULL, why, sizeof(why));
	if (shipped == NULL)
		log_fatal(EX_SOFTWARE, "the shipped template: %s", why);
}

struct template *
button_parse(const char *name, const char *p, size_t len,
    const struct template *base, char *why, size_t size)
{
	(void)pthread_once(&once, read_shipped);
	return parse(name, p, len, base != NULL ? base : shipped, why, size);
}

/* 0, 1: there is no such file, or -1 and `why`. */
static int
read_file(struct buf *b, const char *path, char *why, size_t size)
{
	FILE *f = fopen(path, "re");
	unsigned char *room;
	int rc = 0;

	if (f == NULL && errno == ENOENT)
		return 1;
	buf_init(b, TEMPLATE_FILE_MAX + 1);
	room = buf_room(b, TEMPLATE_FILE_MAX + 1);
	if (f != NULL && room != NULL)
		buf_grown(b, fread(room, 1, TEMPLATE_FILE_MAX + 1, f));
	if (f == NULL || room == NULL || ferror(f)) {
		snprintf(why, size, "%s:1: %s", path, strerror(errno));
		rc = -1;
	}
	if (f != NULL)
		fclose(f);
	return rc;
}

/* Adds DIR/NAME.template.  1: there is none. */
static int
add(struct button_set *s, const char *dir, const char *name, char *why,
    size_t size)
{
	char path[1024], fault[256];
	struct buf b = { 0 };
	struct template *t = NULL;
	int rc;

	snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, name);
	rc = read_file(&b, path, why, size);
	if (rc == 0) {
		t = button_parse(name, (const char *)b.data, b.len, s->base,
		    fault, sizeof(fault));
		if (t == NULL)
			snprintf(why, size, "%s:%s", path, fault);
	}
	buf_free(&b);
	if (rc != 0 || t == NULL)
		return rc != 0 ? rc : -1;
	s->template[s->n++] = t;
	return 0;
}

/* Files that are no templates are passed over; a bad name is a fault. */
static int
add_next(struct button_set *s, const char *dir, const char *file, char *why,
    size_t size)
{
	size_t len = strlen(file), n = sizeof(SUFFIX) - 1;
	char name[TEMPLATE_NAME_MAX + 1];

	if (len <= n || strcmp(file + len - n, SUFFIX) != 0 || file[0] == '.')
		return 0;
	if (!template_is_name(file, len - n)) {
		snprintf(why, size, "%s/%s:1: a name is of a-z, 0-9, _ and -, "
		    "at most 32", dir, file);
		return -1;
	}
	memcpy(name, file, len - n);
	name[len - n] = '\0';
	if (strcmp(name, "default") == 0)
		return 0;		/* it came first */
	if (s->n == SET_MAX) {
		snprintf(why, size, "%s:1: more than %d templates", dir,
		    SET_MAX);
		return -1;
	}
	return add(s, dir, name, why, size) == 0 ? 0 : -1;
}

static int
add_all(struct button_set *s, const char *dir, char *why, size_t size)
{
	struct dirent *d;
	DIR *all = opendir(dir);
	int rc = 0;

	if (all == NULL) {
		snprintf(why, size, "%s: %s", dir, strerror(errno));
		return -1;
	}
	if (add(s, dir, "default", why, size) < 0)
		rc = -1;
	else if (s->n > 0)
		s->base = s->template[0];
	while (rc == 0 && (d = readdir(all)) != NULL)
		rc = add_next(s, dir, d->d_name, why, size);
	closedir(all);
	return rc;
}

struct button_set *
button_load(const char *dir, char *why, size_t size)
{
	struct button_set *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	(void)pthread_once(&once, read_shipped);
	s->base = shipped;
	if (dir[0] == '\0' || add_all(s, dir, why, size) == 0)
		return s;
	button_set_free(s);
	return NULL;
}

void
button_set_free(struct button_set *s)
{
	if (s == NULL)
		return;
	while (s->n > 0)
		template_free(s->template[--s->n]);
	free(s);
}

const struct template *
button_find(const struct button_set *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->template[i]->name, name) == 0)
			return s->template[i];
	return name[0] == '\0' || strcmp(name, "default") == 0 ? s->base :
	    NULL;
}

size_t
button_count(const struct button_set *s)
{
	return s->n;
}

const char *
button_name(const struct button_set *s, size_t i)
{
	return i < s->n ? s->template[i]->name : NULL;
}
