/*
 * A configuration file as one text: includes, and a strict look at its tokens
 * before libconfuse's generous one.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "lib/conftext.h"

#define TEXT_MAX ((size_t)1 << 20)
#define DEPTH_MAX 8		/* of includes */
#define FILES_MAX 256
#define NESTING_MAX 4		/* of sections */

struct origin {			/* of one line of the text */
	int	 file;
	int	 line;
};

struct token {
	enum { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_MARK } kind;
	const char	*s;	/* a string: without its quotes */
	size_t		 n;
	size_t		 line;
};

/* A key that was given, or a section that was opened. */
struct mention {
	int		 is_section;
	unsigned	 scope;		/* the section that it stands in */
	struct token	 name, title;
};

struct conftext {
	struct buf	 text;
	char		*file[FILES_MAX];
	int		 files;
	struct origin	*origin;
	size_t		 lines, lines_size;
	struct mention	*mention;
	size_t		 mentions, mentions_size;
	char		*why;		/* the caller's, while reading */
	size_t		 why_size;
	/* The strict look. */
	const char	*p, *end;
	size_t		 line;
	unsigned	 scopes;	/* made so far */
	unsigned	 scope[NESTING_MAX + 1];
	struct token	 opened[NESTING_MAX + 1];
	int		 depth;
};

static int __attribute__((format(printf, 3, 4)))
complain(struct conftext *ct, size_t line, const char *fmt, ...)
{
	char what[512];
	const char *file;
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	file = conftext_where(ct, line, &n);
	snprintf(ct->why, ct->why_size, "%s:%d: %s", file, n, what);
	return -1;
}

/* Of a file that is included: in the line that says so. */
static int
complain_file(struct conftext *ct, const char *path, const char *what)
{
	if (ct->lines > 0)
		return complain(ct, ct->lines, "%s: %s", path, what);
	snprintf(ct->why, ct->why_size, "%s: %s", path, what);
	return -1;
}

/* Room for one more in a growing array; -1: out of memory. */
static int
more(void **array, size_t n, size_t *size, size_t item)
{
	size_t bigger = *size > 0 ? 2 * *size : 64;
	void *p;

	if (n < *size)
		return 0;
	p = reallocarray(*array, bigger, item);
	if (p == NULL)
		return -1;
	*array = p;
	*size = bigger;
	return 0;
}

/* Reading files. */

static int
read_file(struct conftext *ct, const char *path, struct buf *b)
{
	unsigned char *room;
	struct stat st;
	ssize_t n = 1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return complain_file(ct, path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return complain_file(ct, path, "is a folder, not a file");
	}
	while (n > 0 && (room = buf_room(b, 4096)) != NULL) {
		n = read(fd, room, 4096);
		if (n > 0)
			buf_grown(b, (size_t)n);
	}
	if (n < 0)
		complain_file(ct, path, strerror(errno));
	close(fd);
	if (n < 0)
		return -1;
	if (!buf_ok(b))
		return complain_file(ct, path,
		    "is too long for a configuration file");
	if (b->len == 0)
		return complain_file(ct, path, "is empty");
	return 0;
}

/* 1 where the line is include("FILE"), and FILE in `dst`; -1: unusable. */
static int
read_include(const char *s, size_t n, char *dst, size_t size)
{
	static const char head[] = "include(\"", tail[] = "\")";
	size_t from = 0;

	while (from < n && scan_is_space(s[from]))
		from++;
	while (n > from && (scan_is_space(s[n - 1]) || s[n - 1] == '\r'))
		n--;
	s += from;
	n -= from;
	if (n < 7 || memcmp(s, head, 7) != 0)
		return 0;
	if (n <= sizeof(head) - 1 + sizeof(tail) - 1 ||
	    memcmp(s, head, sizeof(head) - 1) != 0 ||
	    memcmp(s + n - (sizeof(tail) - 1), tail, sizeof(tail) - 1) != 0)
		return -1;
	s += sizeof(head) - 1;
	n -= sizeof(head) - 1 + sizeof(tail) - 1;
	if (n >= size || memchr(s, '"', n) != NULL ||
	    memchr(s, '\\', n) != NULL)
		return -1;
	memcpy(dst, s, n);
	dst[n] = '\0';
	return 1;
}

static int read_lines(struct conftext *, int file, const struct buf *,
    int depth);

static int
include(struct conftext *ct, const char *path, int depth)
{
	struct buf b;
	int result = -1;

	buf_init(&b, TEXT_MAX);
	if (ct->files == FILES_MAX)
		complain_file(ct, path, "too many files are included");
	else if (read_file(ct, path, &b) == 0) {
		ct->file[ct->files] = strdup(path);
		if (ct->file[ct->files] == NULL)
			complain_file(ct, path, "out of memory");
		else
			result = read_lines(ct, ct->files++, &b, depth);
	}
	buf_free(&b);
	return result;
}

/* Relative to the folder of the file that includes it. */
static int
include_beside(struct conftext *ct, int file, const char *name, int depth)
{
	const char *slash = strrchr(ct->file[file], '/');
	char path[4096];
	int n;

	if (depth == DEPTH_MAX)
		return complain(ct, ct->lines, "includes itself, or too deep");
	if (name[0] == '/' || slash == NULL)
		n = snprintf(path, sizeof(path), "%s", name);
	else
		n = snprintf(path, sizeof(path), "%.*s/%s",
		    (int)(slash - ct->file[file]), ct->file[file], name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return complain(ct, ct->lines, "the path is too long");
	return include(ct, path, depth + 1);
}

static int
add_line(struct conftext *ct, int file, int line, const void *s, size_t n)
{
	if (more((void **)&ct->origin, ct->lines, &ct->lines_size,
	    sizeof(*ct->origin)) < 0)
		return complain_file(ct, ct->file[file], "out of memory");
	ct->origin[ct->lines].file = file;
	ct->origin[ct->lines].line = line;
	ct->lines++;
	buf_put(&ct->text, s, n);
	buf_u8(&ct->text, '\n');
	if (!buf_ok(&ct->text))
		return complain_file(ct, ct->file[file],
		    "is too long with all that it includes");
	return 0;
}

static int
read_lines(struct conftext *ct, int file, const struct buf *b, int depth)
{
	const char *p = (const char *)b->data, *end = p + b->len, *eol;
	char name[1024];
	int line, is_include;

	for (line = 1; p < end; line++, p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (eol == NULL)
			eol = end;
		is_include = read_include(p, (size_t)(eol - p), name,
		    sizeof(name));
		/* The line stays, as an empty one, for complaints about it. */
		if (add_line(ct, file, line, p,
		    is_include ? 0 : (size_t)(eol - p)) < 0)
			return -1;
		if (is_include < 0)
			return complain(ct, ct->lines,
			    "an include is written include(\"FILE\")");
		if (is_include > 0 &&
		    include_beside(ct, file, name, depth) < 0)
			return -1;
	}
	return 0;
}

/* The strict look. */

/* To the quote that closes; a backslash takes the next byte along. */
static int
read_string(struct conftext *ct, struct token *t)
{
	char quote = *ct->p++;

	t->kind = TOKEN_STRING;
	t->s = ct->p;
	for (; ct->p < ct->end && *ct->p != quote; ct->p++) {
		if (quote == '"' && *ct->p == '$' && ct->p[1] == '{')
			return complain(ct, ct->line, "${...} is not "
			    "replaced here: use single quotes to mean it");
		if (*ct->p == '\\' && *++ct->p != quote && *ct->p != '\\')
			return complain(ct, ct->line, "a backslash stands only "
			    "before %c or another", quote);
		if (*ct->p == '\n')
			return complain(ct, t->line, "a string is not closed");
	}
	if (ct->p == ct->end)
		return complain(ct, t->line, "a string is not closed");
	t->n = (size_t)(ct->p - t->s);
	ct->p++;
	return 0;
}

/*
 * Comments become blanks: libconfuse counts the lines of each more than once,
 * and what it complained about would be looked for in the wrong place.
 */
static void
blank(struct conftext *ct, size_t n)
{
	unsigned char *text = ct->text.data;

	memset(text + (ct->p - (const char *)text), ' ', n);
	ct->p += n;
}

static int
skip_comment(struct conftext *ct, size_t from)
{
	for (blank(ct, 2); ct->p < ct->end;) {
		if (ct->p[0] == '*' && ct->p[1] == '/') {
			blank(ct, 2);
			return 0;
		}
		if (*ct->p != '\n')
			blank(ct, 1);
		else {
			ct->line++;
			ct->p++;
		}
	}
	return complain(ct, from, "a comment is not closed");
}

/* White space and comments. */
static int
skip_blank(struct conftext *ct)
{
	while (ct->p < ct->end) {
		if (*ct->p == '#' || (ct->p[0] == '/' && ct->p[1] == '/'))
			blank(ct, strcspn(ct->p, "\n"));
		else if (ct->p[0] == '/' && ct->p[1] == '*') {
			if (skip_comment(ct, ct->line) < 0)
				return -1;
		} else if (scan_is_space(*ct->p) || *ct->p == '\n' ||
		    *ct->p == '\r')
			ct->line += *ct->p++ == '\n';
		else
			break;
	}
	return 0;
}

static int
read_token(struct conftext *ct, struct token *t)
{
	memset(t, 0, sizeof(*t));
	if (skip_blank(ct) < 0)
		return -1;
	t->line = ct->line;
	t->s = ct->p;
	if (ct->p == ct->end)
		return 0;
	if (*ct->p == '"' || *ct->p == '\'')
		return read_string(ct, t);
	if (strchr("{}=,", *ct->p) != NULL) {
		t->kind = TOKEN_MARK;
		t->n = 1;
		ct->p++;
		return 0;
	}
	t->kind = TOKEN_WORD;
	t->n = strcspn(ct->p, " #\"'\t\n\r={}()+,*");
	if (t->n == 0)
		return complain(ct, t->line, "stray `%c': text with special "
		    "characters needs quotes", *ct->p);
	if (t->s[0] == '$' && t->s[1] == '{')
		return complain(ct, t->line, "${...} is not replaced here");
	ct->p += t->n;
	return 0;
}

static int
is_mark(const struct token *t, char c)
{
	return t->kind == TOKEN_MARK && *t->s == c;
}

static int
is_same(const struct token *a, const struct token *b)
{
	return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

static int
add_mention(struct conftext *ct, const struct mention *m)
{
	const struct mention *old;
	size_t i;

	for (i = ct->mentions; i-- > 0 && !m->is_section;) {
		old = &ct->mention[i];
		if (old->scope == m->scope && !old->is_section &&
		    is_same(&old->name, &m->name))
			return complain(ct, m->name.line,
			    "key `%.*s' is given a second time",
			    (int)m->name.n, m->name.s);
	}
	if (more((void **)&ct->mention, ct->mentions, &ct->mentions_size,
	    sizeof(*ct->mention)) < 0)
		return complain(ct, m->name.line, "out of memory");
	ct->mention[ct->mentions++] = *m;
	return 0;
}

/* KEY = VALUE, or KEY = { VALUE, ... }; both KEY and = have been read. */
static int
read_value(struct conftext *ct, const struct token *key)
{
	struct token t;

	if (read_token(ct, &t) < 0)
		return -1;
	if (t.line == key->line &&
	    (t.kind == TOKEN_WORD || t.kind == TOKEN_STRING))
		return 0;
	if (!is_mark(&t, '{') || t.line != key->line)
		return complain(ct, key->line, "key `%.*s' has no value",
		    (int)key->n, key->s);
	do {
		if (read_token(ct, &t) < 0)
			return -1;
	} while (t.kind == TOKEN_WORD || t.kind == TOKEN_STRING ||
	    is_mark(&t, ','));
	if (!is_mark(&t, '}'))
		return complain(ct, key->line,
		    "the list of key `%.*s' is not closed by }",
		    (int)key->n, key->s);
	return 0;
}

/* NAME TITLE {, all read. */
static int
open_section(struct conftext *ct, const struct mention *m)
{
	if (ct->depth == NESTING_MAX)
		return complain(ct, m->name.line, "too many nested sections");
	ct->depth++;
	ct->scope[ct->depth] = ++ct->scopes;
	ct->opened[ct->depth] = m->name;
	return add_mention(ct, m);
}

static int
check_key(struct conftext *ct, const struct token *t)
{
	size_t i;
	int c;

	for (i = 0; i < t->n; i++) {
		c = (unsigned char)t->s[i];
		if (!scan_is_alnum(c) && c != '_' && c != '-')
			break;
	}
	if (t->kind != TOKEN_WORD || i < t->n)
		return complain(ct, t->line, "`%.*s' cannot be a key",
		    (int)(t->n < 64 ? t->n : 64), t->s);
	return 0;
}

/* One statement; 0, -1, or 1 at the end of the text. */
static int
read_statement(struct conftext *ct)
{
	struct mention m = { 0 };
	struct token t;

	if (read_token(ct, &m.name) < 0)
		return -1;
	if (m.name.kind == TOKEN_END)
		return 1;
	if (is_mark(&m.name, '}')) {
		if (ct->depth == 0)
			return complain(ct, m.name.line,
			    "a } that closes nothing");
		ct->depth--;
		return 0;
	}
	if (check_key(ct, &m.name) < 0 || read_token(ct, &t) < 0)
		return -1;
	m.scope = ct->scope[ct->depth];
	if (is_mark(&t, '=')) {
		if (add_mention(ct, &m) < 0)
			return -1;
		return read_value(ct, &m.name);
	}
	m.is_section = 1;
	m.title = t;
	if ((t.kind == TOKEN_WORD || t.kind == TOKEN_STRING) &&
	    read_token(ct, &t) < 0)
		return -1;
	if (m.title.kind == TOKEN_MARK || !is_mark(&t, '{'))
		return complain(ct, m.name.line,
		    "after `%.*s' comes = VALUE, or for a section TITLE {",
		    (int)m.name.n, m.name.s);
	return open_section(ct, &m);
}

static int
check_text(struct conftext *ct)
{
	const char *nul;
	int result;

	ct->p = conftext_bytes(ct);
	ct->end = ct->p + ct->text.len;
	ct->line = 1;
	nul = memchr(ct->p, '\0', ct->text.len);
	if (nul != NULL) {
		for (; ct->p < nul; ct->p++)
			ct->line += *ct->p == '\n';
		return complain(ct, ct->line, "a zero byte: this is no text");
	}
	do
		result = read_statement(ct);
	while (result == 0);
	if (result > 0 && ct->depth > 0)
		return complain(ct, ct->opened[ct->depth].line,
		    "this section is not closed by }");
	return result > 0 ? 0 : -1;
}

/* Room. */

struct conftext *
conftext_read(const char *path, char *why, size_t size)
{
	struct conftext *ct = calloc(1, sizeof(*ct));

	if (ct == NULL) {
		snprintf(why, size, "%s: out of memory", path);
		return NULL;
	}
	ct->why = why;
	ct->why_size = size;
	buf_init(&ct->text, TEXT_MAX);
	if (include(ct, path, 0) < 0 || check_text(ct) < 0) {
		conftext_free(ct);
		return NULL;
	}
	return ct;
}

void
conftext_free(struct conftext *ct)
{
	int i;

	if (ct == NULL)
		return;
	for (i = 0; i < FILES_MAX; i++)
		free(ct->file[i]);
	buf_free(&ct->text);
	free(ct->origin);
	free(ct->mention);
	free(ct);
}

const char *
conftext_bytes(const struct conftext *ct)
{
	/* buf_cstr() writes the NUL that buf_room() always leaves room for. */
	return buf_cstr((struct buf *)&ct->text);
}

const char *
conftext_where(const struct conftext *ct, size_t n, int *line)
{
	const struct origin *o;

	*line = 1;
	if (ct->lines == 0)
		return ct->files > 0 ? ct->file[0] : "configuration";
	if (n < 1)
		n = 1;
	o = &ct->origin[(n <= ct->lines ? n : ct->lines) - 1];
	*line = o->line;
	return ct->file[o->file];
}

size_t
conftext_section(const struct conftext *ct, const char *name,
    const char *title)
{
	struct token want_name = { .s = name, .n = strlen(name) };
	struct token want_title = { .s = title, .n = strlen(title) };
	size_t i;

	for (i = 0; i < ct->mentions; i++)
		if (ct->mention[i].is_section &&
		    is_same(&ct->mention[i].name, &want_name) &&
		    is_same(&ct->mention[i].title, &want_title))
			return ct->mention[i].name.line;
	return 0;
}
