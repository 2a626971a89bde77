/*
 * Scanning a message for the text that its reader is shown.
 *
 * A stack of multiparts that lie on the way to wanted text; everything else is
 * content between boundaries of that stack.  Lines are found by memchr(), and
 * looked at only where they begin with "--".
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/mime.h"

#define PEEK_MAX 8192		/* bytes of a header that need not be read */

void
mime_init(struct mime *m)
{
	/* The stack is large, and most messages need two of it. */
	memset(m, 0, offsetof(struct mime, level));
	m->depth_max = 20;
	m->parts_max = 1000;
	m->last = -1;
	head_init(&m->head);
}

static void
fail(struct mime *m, enum reason r)
{
	m->reason = r;
	m->state = MIME_DONE;
}

void
mime_field(struct mime *m, const char *name, size_t name_len,
    const char *value, size_t len)
{
	head_field(&m->head, name, name_len, value, len);
}

static size_t
line_len(const unsigned char *p, size_t len)
{
	const unsigned char *end = memchr(p, '\n', len);

	return end != NULL ? (size_t)(end - p) + 1 : len;
}

/* A line's length without its end. */
static size_t
text_len(const unsigned char *p, size_t n)
{
	if (n > 0 && p[n - 1] == '\n')
		n--;
	return n > 0 && p[n - 1] == '\r' ? n - 1 : n;
}

static int
is_dashes(const unsigned char *p, size_t n)
{
	return n >= 2 && p[0] == '-' && p[1] == '-';
}

/* 1 when a further part of this multipart would be wanted. */
static int
wants_more(const struct mime_level *l)
{
	switch (l->kind) {
	case MIME_MIXED:
		return !l->is_found;
	case MIME_ALTERNATIVE:
		return 1;
	case MIME_RELATED:
		return l->start[0] != '\0' ? !l->is_found : l->n_children == 0;
	}
	return 0;
}

static void
push(struct mime *m, enum mime_kind kind)
{
	const struct ctype *t = &m->head.type;
	struct mime_level *l;
	size_t i;

	if (m->head.is_codec_unknown || m->head.codec != CODEC_PLAIN) {
		fail(m, REASON_AMBIGUOUS);
		return;
	}
	if (t->is_boundary_bad || t->boundary[0] == '\0') {
		fail(m, REASON_BOUNDARY);
		return;
	}
	if (m->depth == m->depth_max || m->depth == MIME_DEPTH_MAX) {
		fail(m, REASON_LIMIT);
		return;
	}
	for (i = 0; i < m->depth; i++)
		if (strcmp(m->level[i].boundary, t->boundary) == 0) {
			fail(m, REASON_BOUNDARY);
			return;
		}
	l = &m->level[m->depth++];
	memset(l, 0, sizeof(*l));
	l->kind = kind;
	l->boundary_len = strlen(t->boundary);
	memcpy(l->boundary, t->boundary, l->boundary_len + 1);
	if (kind == MIME_RELATED)
		head_id(l->start, t->start, strlen(t->start));
	m->state = MIME_BODY;
}

static void
enter_multipart(struct mime *m)
{
	const char *kind = m->head.type.subtype;

	if (strcmp(kind, "signed") == 0)
		fail(m, REASON_SIGNED);
	else if (strcmp(kind, "encrypted") == 0)
		fail(m, REASON_ENCRYPTED);
	else if (strcmp(kind, "report") == 0)
		fail(m, REASON_REPORT);
	else if (strcmp(kind, "mixed") == 0 || strcmp(kind, "parallel") == 0)
		push(m, MIME_MIXED);
	else if (strcmp(kind, "alternative") == 0)
		push(m, MIME_ALTERNATIVE);
	else if (strcmp(kind, "related") == 0)
		push(m, MIME_RELATED);
	else
		m->state = MIME_BODY;
}

/*
 * Can the HTML be put into a multipart/related, or is it in one?  Nothing in
 * its header may have to be said of the whole, and no boundary around it may
 * be the beginning of the new one.
 */
static void
note_seam(struct mime *m, struct leaf *l)
{
	static const char new[] = LEAF_BOUNDARY;
	const struct mime_level *v;
	size_t i, n;

	l->is_8bit = m->head.is_8bit;
	l->can_be_wrapped = m->depth > 0 && m->depth < m->depth_max &&
	    m->depth < MIME_DEPTH_MAX && !m->head.has_others &&
	    !m->head.is_binary;
	for (i = 0; i < m->depth; i++) {
		v = &m->level[i];
		n = v->boundary_len < sizeof(new) - 1 ? v->boundary_len :
		    sizeof(new) - 1;
		if (v->boundary_len < LEAF_BOUNDARY_LEN &&
		    memcmp(v->boundary, new, n) == 0)
			l->can_be_wrapped = 0;
		if (v->kind != MIME_RELATED)
			continue;
		l->level = i + 1;
		memcpy(l->seam_boundary, v->boundary, v->boundary_len + 1);
	}
	if (l->level > 0)
		l->can_be_wrapped = 0;
}

/* A delimiter of level `which` at offset `line`: the seam of which texts? */
static void
take_seam(struct mime *m, size_t line, size_t which)
{
	struct leaf *l;

	for (l = m->leaf; l < m->leaf + m->n_leaves; l++) {
		if (l->seam > 0 || l->level <= which)
			continue;
		if (l->level == which + 1)
			l->seam = line;
		else
			l->level = 0;	/* closed by one further out */
	}
}

/* Is a seam still to be found on this level? */
static int
awaits_seam(const struct mime *m, size_t which)
{
	const struct leaf *l;

	for (l = m->leaf; l < m->leaf + m->n_leaves; l++)
		if (l->level == which + 1 && l->seam == 0)
			return 1;
	return 0;
}

static void
enter_leaf(struct mime *m, size_t at)
{
	struct leaf *l = &m->leaf[m->n_leaves];
	size_t i;

	if (m->head.is_codec_unknown) {
		fail(m, REASON_ENCODING);
		return;
	}
	if (m->n_leaves == MIME_LEAVES_MAX) {
		fail(m, REASON_LIMIT);
		return;
	}
	memset(l, 0, sizeof(*l));
	l->is_html = strcmp(m->head.type.subtype, "html") == 0;
	l->codec = m->head.codec;
	memcpy(l->charset, m->head.type.charset, sizeof(l->charset));
	l->is_root = m->depth == 0;
	l->head = m->at;
	l->at = at;
	if (m->seeks_seam && l->is_html)
		note_seam(m, l);
	l->digest_at = m->head.digest_at;
	l->digest_len = m->head.digest_len;
	m->n_leaves++;
	m->in_leaf = 1;
	for (i = 0; i < m->depth; i++)
		m->level[i].is_found = 1;
	m->state = MIME_BODY;
}

/* RFC 5546: an answer is read by a program, and is not ours to reword. */
static int
is_answer(const struct ctype *t)
{
	return strcmp(t->method, "reply") == 0 ||
	    strcmp(t->method, "cancel") == 0 ||
	    strcmp(t->method, "counter") == 0 ||
	    strcmp(t->method, "declinecounter") == 0;
}

/* In a multipart/related that names its root: 1 for every other part. */
static int
is_aside(struct mime *m)
{
	struct mime_level *l;

	if (m->depth == 0)
		return 0;
	l = &m->level[m->depth - 1];
	if (l->kind != MIME_RELATED || l->start[0] == '\0')
		return 0;
	if (strcmp(l->start, m->head.id) != 0)
		return 1;
	l->is_found = 1;
	return 0;
}

/* text/plain or text/html at `at`, and no file. */
static void
enter_text(struct mime *m, size_t at)
{
	if (!m->head.is_file && !m->head.type.has_name)
		enter_leaf(m, at);
	else if (m->depth > 0 && m->level[m->depth - 1].kind ==
	    MIME_ALTERNATIVE)
		fail(m, REASON_AMBIGUOUS);	/* shown, or a file? */
}

static int
is_pkcs7(const struct ctype *t)
{
	return ctype_is(t, "application", "pkcs7-mime") ||
	    ctype_is(t, "application", "x-pkcs7-mime");
}

/* A part whose header is read; its content begins at `at`. */
static void
enter_part(struct mime *m, size_t at)
{
	const struct head *h = &m->head;
	const struct ctype *t = &h->type;

	m->state = MIME_BODY;
	if (is_aside(m))
		return;
	if (h->is_ambiguous)
		fail(m, REASON_AMBIGUOUS);
	else if (strcmp(t->type, "multipart") == 0 &&
	    !(h->is_file && m->depth > 0))
		enter_multipart(m);
	else if (is_pkcs7(t))
		fail(m, h->is_signed_data ? REASON_SIGNED : REASON_ENCRYPTED);
	else if (ctype_is(t, "application", "pgp-encrypted"))
		fail(m, REASON_ENCRYPTED);
	else if (m->depth == 0 && (ctype_is(t, "message", "partial") ||
	    ctype_is(t, "message", "external-body")))
		fail(m, REASON_MESSAGE);
	else if (ctype_is(t, "text", "calendar") && is_answer(t))
		fail(m, REASON_CALENDAR);
	else if (ctype_is(t, "text", "plain") || ctype_is(t, "text", "html"))
		enter_text(m, at);
}

void
mime_body(struct mime *m)
{
	if (m->state != MIME_TOP)
		return;
	enter_part(m, 0);
	/* Nothing to look for: neither a multipart nor text. */
	if (m->state == MIME_BODY && m->depth == 0 && !m->in_leaf)
		m->state = MIME_DONE;
}

/* The line at `p`, without its end, is a delimiter of level `*which`? */
static int
match(const struct mime *m, const unsigned char *p, size_t len, size_t *which,
    int *is_close)
{
	const struct mime_level *l;
	size_t i, n;

	while (len > 0 && scan_is_space(p[len - 1]))
		len--;
	for (i = m->depth; i-- > 0;) {
		l = &m->level[i];
		n = l->boundary_len + 2;
		if (len < n || memcmp(p + 2, l->boundary, n - 2) != 0)
			continue;
		*is_close = len == n + 2 && memcmp(p + n, "--", 2) == 0;
		if (len != n && !*is_close)
			continue;
		*which = i;
		return 1;
	}
	return 0;
}

static void
end_leaf(struct mime *m, size_t line)
{
	struct leaf *l;

	if (!m->in_leaf)
		return;
	m->in_leaf = 0;
	l = &m->leaf[m->n_leaves - 1];
	l->end = line - l->at >= m->eol ? line - m->eol : l->at;
	l->is_open = m->eol == 0;
}

/* A delimiter line of level `which` begins at offset `line` of the body. */
static void
take_delimiter(struct mime *m, size_t line, size_t which, int is_close)
{
	struct mime_level *l = &m->level[which];
	size_t i;

	end_leaf(m, line);
	take_seam(m, line, which);
	m->depth = which + (is_close ? 0 : 1);
	for (i = 0; i < m->depth; i++)
		if (wants_more(&m->level[i]) || awaits_seam(m, i))
			break;
	if (i == m->depth) {
		m->state = !is_close && l->kind == MIME_MIXED ? MIME_PEEK :
		    MIME_DONE;
		return;
	}
	m->state = MIME_BODY;
	if (is_close)
		return;
	/* What is not wanted is not read, except to see which is the root. */
	if (wants_more(l))
		m->state = MIME_HEAD;
	l->n_children++;
	if (++m->n_parts > m->parts_max)
		fail(m, REASON_LIMIT);
}

/* The whole line of `n` bytes is used; what its end was like. */
static size_t
eol_of(const struct mime *m, const unsigned char *p, size_t i, size_t n)
{
	int before = n > 1 || i > 0 ? p[i + n - 2] : m->last;

	if (p[i + n - 1] != '\n')
		return 0;
	if (n == 1 && i == 0)
		return before == '\r' && m->is_midline ? 2 : 1;
	return n > 1 && before == '\r' ? 2 : 1;
}

/*
 * At "--" at the beginning of a line of `n` bytes, complete or too long to be
 * a delimiter.
 */
static void
take_dashes(struct mime *m, const unsigned char *p, size_t n)
{
	size_t which;
	int is_close;

	if (match(m, p, text_len(p, n), &which, &is_close))
		take_delimiter(m, m->at, which, is_close);
}

/* One line of content.  The bytes used; 0: more are needed. */
static size_t
take_line(struct mime *m, const unsigned char *all, size_t i, size_t len,
    int is_last)
{
	const unsigned char *p = all + i;
	size_t n = line_len(p, len - i), left = len - i;
	int is_whole = p[n - 1] == '\n' || is_last;

	if (!m->is_midline && p[0] == '-' && (left < 2 || p[1] == '-')) {
		if (!is_whole && left < MIME_LINE_MAX)
			return 0;
		if (is_dashes(p, n) && is_whole && n <= MIME_LINE_MAX)
			take_dashes(m, p, n);
	}
	m->eol = eol_of(m, all, i, n);
	m->is_midline = p[n - 1] != '\n';
	return n;
}

/*
 * Lines that do not begin with "-" leave here: the one hot loop.  It goes from
 * dash to dash, not from line to line: the files of a large mail have none.
 */
static size_t
skip_lines(struct mime *m, const unsigned char *p, size_t i, size_t len)
{
	const unsigned char *dash, *end;
	size_t first = i;

	if (m->is_midline)
		return 0;
	while (i < len && p[i] != '-') {
		end = NULL;
		dash = memchr(p + i, '-', len - i);
		if (dash == NULL)
			dash = p + len;
		else if (dash[-1] != '\n')
			end = memchr(dash, '\n', (size_t)(p + len - dash));
		if (end == NULL)
			end = memrchr(p + i, '\n', (size_t)(dash - p) - i);
		if (end == NULL)
			break;
		i = (size_t)(end - p) + 1;
	}
	if (i > first)
		m->eol = i - first > 1 && p[i - 2] == '\r' ? 2 : 1;
	return i - first;
}

/*
 * A whole header.  The bytes used, its empty line included; 0: more are
 * needed, or the scan has failed.
 */
static size_t
take_head(struct mime *m, const unsigned char *p, size_t len, int is_last)
{
	size_t i, n, which;
	int is_close;

	for (i = 0; i < len && i <= MIME_HEAD_MAX; i += n) {
		n = line_len(p + i, len - i);
		if (p[i + n - 1] != '\n')
			break;
		if (p[i] == '\n' || (n == 2 && p[i] == '\r')) {
			head_read(&m->head, p, i, m->at);
			enter_part(m, m->at + i + n);
			m->eol = 0;
			m->is_midline = 0;
			return i + n;
		}
		if (is_dashes(p + i, n) &&
		    match(m, p + i, text_len(p + i, n), &which, &is_close)) {
			fail(m, REASON_AMBIGUOUS);	/* it has no end */
			return 0;
		}
	}
	if (len > MIME_HEAD_MAX)
		fail(m, REASON_LIMIT);
	else if (is_last)
		fail(m, REASON_BOUNDARY);
	return 0;
}

/* What is behind the text: whatever it is, the scan ends here. */
static size_t
peek(struct mime *m, const unsigned char *p, size_t len, int is_last)
{
	size_t i, n;

	for (i = 0; i < len && i <= PEEK_MAX; i += n) {
		n = line_len(p + i, len - i);
		if (p[i + n - 1] != '\n')
			break;
		if (p[i] == '\n' || (n == 2 && p[i] == '\r')) {
			head_read(&m->head, p, i, m->at);
			m->has_tnef = ctype_is(&m->head.type, "application",
			    "ms-tnef") || ctype_is(&m->head.type,
			    "application", "vnd.ms-tnef");
			m->state = MIME_DONE;
			return i + n;
		}
	}
	if (!is_last && len <= PEEK_MAX)
		return 0;
	m->state = MIME_DONE;
	return len;
}

size_t
mime_feed(struct mime *m, const unsigned char *p, size_t len, int is_last)
{
	size_t i = 0, n;

	while (i < len && m->state != MIME_DONE) {
		if (m->state == MIME_HEAD) {
			n = take_head(m, p + i, len - i, is_last);
		} else if (m->state == MIME_PEEK) {
			n = peek(m, p + i, len - i, is_last);
		} else if (m->depth == 0) {
			n = len - i;		/* the root is the text */
		} else {
			n = skip_lines(m, p, i, len);
			if (n == 0)
				n = take_line(m, p, i, len, is_last);
		}
		if (n == 0)
			break;
		m->at += n;
		i += n;
		m->last = p[i - 1];
	}
	if (m->state == MIME_DONE) {
		m->at += len - i;
		return len;
	}
	if (!is_last)
		return i;
	if (m->in_leaf && m->depth == 0)
		m->leaf[0].end = m->at;
	else if (m->in_leaf || m->state == MIME_HEAD)
		fail(m, REASON_BOUNDARY);	/* text without an end */
	m->state = MIME_DONE;
	return i;
}

int
mime_is_done(const struct mime *m)
{
	return m->state == MIME_DONE;
}

enum reason
mime_end(const struct mime *m)
{
	if (m->reason != REASON_NONE)
		return m->reason;
	return m->n_leaves > 0 ? REASON_NONE : REASON_NO_TEXT;
}
