/*
 * The words of the pages: catalogues, read strictly, and the choice among
 * them.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "acceptd/lang.h"

#define LANG_FILE_MAX	(128 * 1024)
#define LANG_TEXT_MAX	1024		/* bytes of one text */
#define LANG_SET_MAX	64
#define CODE_MAX	8

/*
 * All texts in one row: the plain keys, then the families by their enums (the
 * zero of each, which means "none", has no text).
 */
enum {
	REFUSALS = LANG_PLAIN,
	STAGES = REFUSALS + 3 * (ASK_REFUSALS - 1),
	ENDS = STAGES + 2 * (ASK_STAGES - 1),
	ALL = ENDS + 3 * (ASK_ENDS - 1)
};
#define FAMILY_HOLES "name time caller"

struct lang {
	char	 code[CODE_MAX + 1];
	char	*text[ALL];
};

struct lang_set {
	size_t		 n;
	struct lang	*lang[LANG_SET_MAX];
};

struct word {
	char		 name[48];
	const char	*holes;
	int		 is_exact;	/* all of the holes, not some */
};

static void
name_families(struct word *words)
{
	static const char *const parts[] = { "title", "text", "todo" };
	int i;

	for (i = 0; i < ALL - LANG_PLAIN; i++)
		words[LANG_PLAIN + i].holes = FAMILY_HOLES;
	for (i = 0; i < STAGES - REFUSALS; i++)
		snprintf(words[REFUSALS + i].name, sizeof(words->name),
		    "refusal.%s.%s", ask_refusal_word(1 + i / 3),
		    parts[i % 3]);
	for (i = 0; i < ENDS - STAGES; i++)
		snprintf(words[STAGES + i].name, sizeof(words->name),
		    "stage.%s.%s", ask_stage_word(1 + i / 2), parts[i % 2]);
	for (i = 0; i < ALL - ENDS; i++)
		snprintf(words[ENDS + i].name, sizeof(words->name),
		    "end.%s.%s", ask_end_word(1 + i / 3), parts[i % 3]);
}

static const struct word *
all_words(void)
{
	static struct word words[ALL];
	static const struct { const char *name, *holes; } plain[] = {
#define PLAIN(id, name, holes) { name, holes },
		LANG_KEYS(PLAIN)
#undef PLAIN
	};
	size_t i;

	if (words[0].holes != NULL)
		return words;
	for (i = 0; i < LANG_PLAIN; i++) {
		snprintf(words[i].name, sizeof(words[i].name), "%s",
		    plain[i].name);
		words[i].holes = plain[i].holes;
		words[i].is_exact = 1;
	}
	name_families(words);
	return words;
}

/* 1 when `name` is one of the words of a list that spaces separate. */
static int
is_among(const char *list, const char *name, size_t len)
{
	size_t n;

	for (; *list != '\0'; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		if (n == len && memcmp(list, name, len) == 0)
			return 1;
	}
	return 0;
}

static int
has_hole(const char *text, const char *name, size_t len)
{
	const char *p;

	for (p = text; (p = strchr(p, '{')) != NULL; p++)
		if (strncmp(p + 1, name, len) == 0 && p[1 + len] == '}')
			return 1;
	return 0;
}

/* NULL when the text's holes are those that its key has; else what is wrong. */
static const char *
check_holes(const struct word *w, const char *text)
{
	const char *p, *close;
	size_t n;

	if (strcspn(text, "<>") != strlen(text))
		return "holds < or >";
	for (p = text; (p = strpbrk(p, "{}")) != NULL; p = close + 1) {
		close = *p == '{' ? strpbrk(p + 1, "{}") : NULL;
		if (close == NULL || *close != '}')
			return "has a brace without its other half";
		if (!is_among(w->holes, p + 1, (size_t)(close - p - 1)))
			return "has a hole that nobody fills";
	}
	if (!w->is_exact)
		return NULL;
	for (p = w->holes; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (!has_hole(text, p, n))
			return "lacks one of its holes";
	}
	return NULL;
}

static const char *
check_text(size_t key, const char *text)
{
	size_t bars = 0;
	const char *p;

	if (key == LANG_DIRECTION && strcmp(text, "ltr") != 0 &&
	    strcmp(text, "rtl") != 0)
		return "is neither ltr nor rtl";
	if (key == LANG_MONTHS) {
		for (p = text; (p = strchr(p, '|')) != NULL; p++)
			bars++;
		if (bars != 11)
			return "is not twelve names with | between";
	}
	return check_holes(&all_words()[key], text);
}

static size_t
find_key(const char *name, size_t len)
{
	const struct word *words = all_words();
	size_t i;

	for (i = 0; i < ALL; i++)
		if (strlen(words[i].name) == len &&
		    memcmp(words[i].name, name, len) == 0)
			return i;
	return ALL;
}

static void
trim(const char **s, size_t *len)
{
	while (*len > 0 && scan_is_space((unsigned char)**s)) {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && scan_is_space((unsigned char)(*s)[*len - 1]))
		(*len)--;
}

/* One line: NULL when good, else what is wrong with it. */
static const char *
take_line(struct lang *l, const char *line, size_t len)
{
	const char *eq, *text;
	size_t key, key_len, text_len;

	trim(&line, &len);
	if (len == 0 || line[0] == '#')
		return NULL;
	eq = memchr(line, '=', len);
	if (eq == NULL)
		return "no \"key = text\"";
	key_len = (size_t)(eq - line);
	text = eq + 1;
	text_len = len - key_len - 1;
	trim(&line, &key_len);
	trim(&text, &text_len);
	key = find_key(line, key_len);
	if (key == ALL)
		return "there is no such key";
	if (l->text[key] != NULL)
		return "the key is there twice";
	if (text_len == 0 || text_len > LANG_TEXT_MAX)
		return "the text is empty or too long";
	if (!scan_is_printable_utf8(text, text_len))
		return "the text is not plain UTF-8";
	l->text[key] = strndup(text, text_len);
	if (l->text[key] == NULL)
		return "out of memory";
	return check_text(key, l->text[key]);
}

static int
is_code(const char *code)
{
	size_t len = strlen(code);

	return len >= 2 && len <= CODE_MAX &&
	    strspn(code, "abcdefghijklmnopqrstuvwxyz-") == len;
}

static int
read_lines(struct lang *l, const char *text, size_t len, char *why,
    size_t size)
{
	const char *fault, *end;
	size_t n;
	int line;

	for (line = 1; len > 0; line++) {
		end = memchr(text, '\n', len);
		n = end == NULL ? len : (size_t)(end - text);
		fault = take_line(l, text, n);
		if (fault != NULL) {
			snprintf(why, size, "%d: %s", line, fault);
			return -1;
		}
		n += end != NULL;
		text += n;
		len -= n;
	}
	for (n = 0; n < ALL; n++)
		if (l->text[n] == NULL) {
			snprintf(why, size, "%d: \"%s\" is missing", line,
			    all_words()[n].name);
			return -1;
		}
	return 0;
}

struct lang *
lang_parse(const char *code, const char *text, size_t len, char *why,
    size_t size)
{
	struct lang *l;

	if (!is_code(code)) {
		snprintf(why, size, "0: \"%s\" is no language", code);
		return NULL;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		snprintf(why, size, "0: out of memory");
		return NULL;
	}
	snprintf(l->code, sizeof(l->code), "%s", code);
	if (read_lines(l, text, len, why, size) < 0) {
		lang_free(l);
		return NULL;
	}
	return l;
}

void
lang_free(struct lang *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < ALL; i++)
		free(l->text[i]);
	free(l);
}

const char *
lang_code(const struct lang *l)
{
	return l->code;
}

const char *
lang_get(const struct lang *l, enum lang_key key)
{
	return (unsigned)key < LANG_PLAIN ? l->text[key] : "";
}

const char *
lang_refusal(const struct lang *l, enum ask_refusal refusal,
    enum lang_part part)
{
	unsigned i = (unsigned)refusal - 1;

	return i < ASK_REFUSALS - 1 ? l->text[REFUSALS + 3 * i + part] : "";
}

const char *
lang_stage(const struct lang *l, enum ask_stage stage, enum lang_part part)
{
	unsigned i = (unsigned)stage - 1;

	return i < ASK_STAGES - 1 && part < 2 ?
	    l->text[STAGES + 2 * i + part] : "";
}

const char *
lang_end(const struct lang *l, enum ask_end end, enum lang_part part)
{
	unsigned i = (unsigned)end - 1;

	return i < ASK_ENDS - 1 ? l->text[ENDS + 3 * i + part] : "";
}

int
lang_is_rtl(const struct lang *l)
{
	return strcmp(l->text[LANG_DIRECTION], "rtl") == 0;
}

void
lang_month(const struct lang *l, int month, char *dst, size_t size)
{
	const char *p = l->text[LANG_MONTHS];

	for (; month > 1 && strchr(p, '|') != NULL; month--)
		p = strchr(p, '|') + 1;
	snprintf(dst, size, "%.*s", (int)strcspn(p, "|"), p);
}

struct lang_set *
lang_set_new(void)
{
	return calloc(1, sizeof(struct lang_set));
}

void
lang_set_free(struct lang_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < set->n; i++)
		lang_free(set->lang[i]);
	free(set);
}

/* Kept by their codes' order, so that the switch shows the same everywhere. */
int
lang_add(struct lang_set *set, struct lang *l)
{
	size_t i;

	if (set->n == LANG_SET_MAX || lang_find(set, l->code) != NULL)
		return -1;
	for (i = set->n; i > 0; i--) {
		if (strcmp(set->lang[i - 1]->code, l->code) < 0)
			break;
		set->lang[i] = set->lang[i - 1];
	}
	set->lang[i] = l;
	set->n++;
	return 0;
}

static int
read_file(const char *path, struct buf *b, char *why, size_t size)
{
	unsigned char *room;
	size_t n = 0;
	FILE *f;
	int bad;

	f = fopen(path, "re");
	if (f == NULL) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	room = buf_room(b, LANG_FILE_MAX);
	if (room != NULL)
		n = fread(room, 1, LANG_FILE_MAX, f);
	bad = room == NULL || ferror(f) || n == LANG_FILE_MAX;
	fclose(f);
	if (bad) {
		snprintf(why, size, "%s: cannot be read whole", path);
		return -1;
	}
	buf_grown(b, n);
	return 0;
}

static int
load_one(struct lang_set *set, const char *dir, const char *file, char *why,
    size_t size)
{
	char path[512], code[CODE_MAX + 2], fault[160];
	struct lang *l;
	struct buf b;
	int r = -1;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	snprintf(code, sizeof(code), "%.*s", (int)strcspn(file, "."), file);
	buf_init(&b, LANG_FILE_MAX);
	if (read_file(path, &b, why, size) < 0)
		goto out;
	l = lang_parse(code, buf_cstr(&b), b.len, fault, sizeof(fault));
	if (l == NULL) {
		snprintf(why, size, "%s:%s", path, fault);
		goto out;
	}
	if (lang_add(set, l) < 0) {
		lang_free(l);
		snprintf(why, size, "%s: too many languages", path);
		goto out;
	}
	r = 0;
out:
	buf_free(&b);
	return r;
}

struct lang_set *
lang_load(const char *dir, char *why, size_t size)
{
	struct lang_set *set = lang_set_new();
	struct dirent *e;
	size_t len;
	DIR *d;

	d = opendir(dir);
	if (d == NULL || set == NULL) {
		snprintf(why, size, "%s: %s", dir, strerror(errno));
		goto bad;
	}
	while ((e = readdir(d)) != NULL) {
		len = strlen(e->d_name);
		if (len <= 5 || e->d_name[0] == '.' ||
		    strcmp(e->d_name + len - 5, ".lang") != 0)
			continue;
		if (load_one(set, dir, e->d_name, why, size) < 0)
			goto bad;
	}
	if (lang_find(set, "en") == NULL) {
		snprintf(why, size, "%s: there is no en.lang", dir);
		goto bad;
	}
	closedir(d);
	return set;
bad:
	if (d != NULL)
		closedir(d);
	lang_set_free(set);
	return NULL;
}

size_t
lang_count(const struct lang_set *set)
{
	return set->n;
}

const struct lang *
lang_at(const struct lang_set *set, size_t i)
{
	return i < set->n ? set->lang[i] : NULL;
}

static const struct lang *
find_range(const struct lang_set *set, const char *range, size_t len)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (scan_is(range, len, set->lang[i]->code))
			return set->lang[i];
	return NULL;
}

const struct lang *
lang_find(const struct lang_set *set, const char *code)
{
	return code == NULL ? NULL : find_range(set, code, strlen(code));
}

/* RFC 4647 3.4: "de-CH-1996", then "de-CH", then "de". */
static const struct lang *
lookup(const struct lang_set *set, const char *range, size_t len)
{
	const struct lang *l;

	while (len > 0) {
		l = find_range(set, range, len);
		if (l != NULL)
			return l;
		while (len > 0 && range[len - 1] != '-')
			len--;
		if (len > 0)
			len--;
	}
	return NULL;
}

/* The weight of "de;q=0.7" in thousandths; what cannot be read weighs 0. */
static int
weight(const char *item, size_t len)
{
	const char *q = memchr(item, ';', len);
	int w = 0, unit = 100;
	size_t n;

	if (q == NULL)
		return 1000;
	q++;
	n = len - (size_t)(q - item);
	trim(&q, &n);
	if (n < 3 || scan_lower((unsigned char)q[0]) != 'q' || q[1] != '=')
		return 0;
	if (q[2] == '1')
		return 1000;
	if (q[2] != '0')
		return 0;
	for (q += 4, n = n > 4 ? n - 4 : 0; n > 0 && unit > 0; q++, n--) {
		if (!scan_is_digit((unsigned char)*q))
			return 0;
		w += (*q - '0') * unit;
		unit /= 10;
	}
	return w;
}

static const struct lang *
choose_accepted(const struct lang_set *set, const char *header)
{
	const struct lang *best = NULL, *l;
	int best_weight = 0, w;
	const char *item;
	size_t len, range_len;

	while (*header != '\0') {
		len = strcspn(header, ",");
		item = header;
		header += len + (header[len] == ',');
		trim(&item, &len);
		w = weight(item, len);
		if (w <= best_weight)
			continue;
		range_len = 0;
		while (range_len < len && item[range_len] != ';' &&
		    !scan_is_space((unsigned char)item[range_len]))
			range_len++;
		l = lookup(set, item, range_len);
		if (l != NULL) {
			best = l;
			best_weight = w;
		}
	}
	return best;
}

const struct lang *
lang_choose(const struct lang_set *set, const char *wished,
    const char *accept_language, const char *fallback)
{
	const struct lang *l = NULL;

	l = lang_find(set, wished);
	if (l == NULL && accept_language != NULL)
		l = choose_accepted(set, accept_language);
	if (l == NULL)
		l = lang_find(set, fallback);
	return l != NULL ? l : lang_find(set, "en");
}
