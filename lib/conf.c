/*
 * Configuration files by a table of keys: the one door to libconfuse.
 *
 * Every value goes through libconfuse as text, and is converted by the table,
 * once when it is read, so that a complaint has its line, and once more, when
 * the whole file has been found good, into the program's struct.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "lib/confkey.h"
#include "lib/conftext.h"
#include "lib/near.h"
#include "lib/scan.h"

#include "lib/conf.h"

/* What the struct conf owns; the memory follows the header. */
struct chunk {
	struct chunk	*next;
};

struct conf {
	struct chunk	*chunks;
};

/* One reading; libconfuse's callbacks have no argument of ours. */
struct reading {
	const struct conf_key	*table;
	struct conftext		*text;
	struct conf		*conf;
	char			*why;
	size_t			 size;
	int			 has_complaint;
};
static struct reading *reading;

/* Memory. */

static void *
own(struct conf *c, size_t n)
{
	struct chunk *chunk = calloc(1, sizeof(*chunk) + n);

	if (chunk == NULL)
		return NULL;
	chunk->next = c->chunks;
	c->chunks = chunk;
	return chunk + 1;
}

static char *
own_string(struct conf *c, const char *s, size_t n)
{
	char *copy = own(c, n + 1);

	if (copy != NULL)
		memcpy(copy, s, n);
	return copy;
}

void
conf_free(struct conf *c)
{
	struct chunk *chunk;

	if (c == NULL)
		return;
	while ((chunk = c->chunks) != NULL) {
		c->chunks = chunk->next;
		free(chunk);
	}
	free(c);
}

/* The line that has this key; else `line`. */
static int
find_line(const char *p, int line, const char *key)
{
	const char *end;
	size_t len = strlen(key);
	int n;

	for (n = 1; (end = strchr(p, '\n')) != NULL; n++, p = end + 1) {
		if (n < line)
			continue;
		while (scan_is_space((unsigned char)*p))
			p++;
		if (line > 1 && *p == '}')
			break;
		if (strncmp(p, key, len) == 0 && p[len] != '_' &&
		    !scan_is_alnum((unsigned char)p[len]))
			return n;
	}
	return line;
}

void
conf_place(char *dst, size_t size, const char *path, int line,
    const char *key)
{
	struct conftext *text = conftext_read(path, dst, size);
	const char *file = path;

	if (text != NULL)
		file = conftext_where(text, (size_t)find_line(
		    conftext_bytes(text), line, key), &line);
	snprintf(dst, size, "%s:%d", file, line);
	conftext_free(text);
}

/* Complaints: the first counts. */

static int __attribute__((format(printf, 2, 3)))
complain(size_t line, const char *fmt, ...)
{
	struct reading *r = reading;
	char what[512];
	const char *file;
	va_list ap;
	int n;

	if (r->has_complaint)
		return -1;
	r->has_complaint = 1;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	file = conftext_where(r->text, line > 0 ? line : 1, &n);
	if (line > 0)
		snprintf(r->why, r->size, "%s:%d: %s", file, n, what);
	else
		snprintf(r->why, r->size, "%s: %s", file, what);
	return -1;
}

static const char *
nearest(const struct conf_key *table, const char *name)
{
	const struct conf_key *k;
	const char *best = NULL;
	size_t d, least = NEAR_MAX;

	for (k = table; k->name != NULL; k++) {
		d = near_distance(name, k->name);
		if (d < least && near_is_typo(name, k->name)) {
			least = d;
			best = k->name;
		}
	}
	return best;
}

/* The table of the section that is called `name`, wherever it stands. */
static const struct conf_key *
table_of(const struct conf_key *table, const char *name)
{
	const struct conf_key *k, *found;

	for (k = table; k->name != NULL; k++) {
		if (k->type != CONF_SECTION)
			continue;
		if (strcmp(k->name, name) == 0)
			return k->keys;
		found = table_of(k->keys, name);
		if (found != NULL)
			return found;
	}
	return NULL;
}

static const struct conf_key *
table_for(cfg_t *cfg)
{
	const struct conf_key *table = NULL;

	if (cfg_title(cfg) != NULL)
		table = table_of(reading->table, cfg_name(cfg));
	return table != NULL ? table : reading->table;
}

static void
complain_unknown(cfg_t *cfg, const char *name)
{
	const char *guess = nearest(table_for(cfg), name);

	if (guess != NULL)
		complain((size_t)cfg->line,
		    "unknown key `%s'; did you mean `%s'?", name, guess);
	else
		complain((size_t)cfg->line, "unknown key `%s'", name);
}

/* libconfuse has found a fault. */
static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	static const char unknown[] = "no such option '";
	char what[512];
	size_t head = sizeof(unknown) - 1, n;

	vsnprintf(what, sizeof(what), fmt, ap);
	n = strlen(what);
	if (n > head + 1 && strncmp(what, unknown, head) == 0 &&
	    what[n - 1] == '\'') {
		what[n - 1] = '\0';
		complain_unknown(cfg, what + head);
	} else
		complain((size_t)cfg->line, "%s", what);
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	const struct conf_key *k = &table_for(cfg)[opt - cfg->opts];
	char why[512];

	if (confkey_check(k, value, why, sizeof(why)) < 0)
		return complain((size_t)cfg->line, "%s", why);
	*(const char **)result = value;
	return 0;
}

/* libconfuse's table, from ours; free_opts(). */

static void
free_opts(const struct conf_key *table, cfg_opt_t *opts)
{
	size_t i;

	if (opts == NULL)
		return;
	for (i = 0; table[i].name != NULL; i++)
		if (table[i].type == CONF_SECTION)
			free_opts(table[i].keys, opts[i].subopts);
	free(opts);
}

static cfg_opt_t *
make_opts(const struct conf_key *table)
{
	const cfg_opt_t end = CFG_END();
	cfg_opt_t *opts;
	size_t n, i;

	for (n = 0; table[n].name != NULL;)
		n++;
	opts = calloc(n + 1, sizeof(*opts));
	if (opts == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		const cfg_opt_t one = CFG_STR_CB(table[i].name, NULL,
		    CFGF_NODEFAULT, on_value);
		const cfg_opt_t list = CFG_STR_LIST_CB(table[i].name, NULL,
		    CFGF_NODEFAULT, on_value);
		const cfg_opt_t section = CFG_SEC(table[i].name, NULL,
		    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);

		opts[i] = table[i].type == CONF_LIST ? list :
		    table[i].type == CONF_SECTION ? section : one;
	}
	opts[n] = end;
	for (i = 0; i < n; i++) {
		if (table[i].type != CONF_SECTION)
			continue;
		opts[i].subopts = make_opts(table[i].keys);
		if (opts[i].subopts == NULL) {
			free_opts(table, opts);
			return NULL;
		}
	}
	return opts;
}

/* Filling the program's struct. */

static int fill(cfg_t *, const struct conf_key *, char *target, size_t line);

static int
no_memory(void)
{
	return complain(0, "out of memory");
}

static int
fill_one(const struct conf_key *k, const char *s, char *target)
{
	union confkey_value v;
	char *copy;

	if (k->type == CONF_STRING) {
		copy = own_string(reading->conf, s, strlen(s));
		if (copy == NULL)
			return no_memory();
		memcpy(target + k->offset, &copy, sizeof(copy));
		return 0;
	}
	if (confkey_read(k, s, &v) < 0)
		return complain(0, "the default of `%s' is a fault of the "
		    "program", k->name);
	if (k->type == CONF_BOOL)
		memcpy(target + k->offset, &v.is_true, sizeof(v.is_true));
	else
		memcpy(target + k->offset, &v.number, sizeof(v.number));
	return 0;
}

static int
add_item(struct conf_list *list, const char *s, size_t n)
{
	list->item[list->n] = own_string(reading->conf, s, n);
	if (list->item[list->n] == NULL)
		return no_memory();
	list->n++;
	return 0;
}

/* A default, {"a", "b"}: of the program's own, so without escapes. */
static int
split_default(const char *s, struct conf_list *list)
{
	static const char between[] = "{}, \"";
	size_t n;

	while (*(s += strspn(s, between)) != '\0') {
		n = strcspn(s, between);
		if (add_item(list, s, n) < 0)
			return -1;
		s += n;
	}
	return 0;
}

static int
fill_list(cfg_opt_t *opt, const struct conf_key *k, char *target)
{
	struct conf_list list = { 0 };
	unsigned i, n = cfg_opt_size(opt);
	const char *s;

	/* No default has more items than bytes. */
	list.item = own(reading->conf, sizeof(*list.item) *
	    (n > 0 ? n : k->def != NULL ? strlen(k->def) : 0));
	if (list.item == NULL)
		return no_memory();
	for (i = 0; i < n; i++) {
		s = cfg_opt_getnstr(opt, i);
		if (add_item(&list, s, strlen(s)) < 0)
			return -1;
	}
	if (!(opt->flags & CFGF_MODIFIED) && k->def != NULL &&
	    split_default(k->def, &list) < 0)
		return -1;
	memcpy(target + k->offset, &list, sizeof(list));
	return 0;
}

static int
fill_section(cfg_t *cfg, const struct conf_key *k, struct conf_section *s)
{
	const char *title = cfg_title(cfg);
	size_t line = conftext_section(reading->text, k->name, title);

	s->title = own_string(reading->conf, title, strlen(title));
	s->data = own(reading->conf, k->size);
	if (s->title == NULL || s->data == NULL)
		return no_memory();
	if (line == 0)
		line = (size_t)cfg->line;
	s->line = (int)line;
	if (!scan_is_printable_utf8(title, strlen(title)))
		return complain(line,
		    "a title: not UTF-8, or a control character");
	if (k->check != NULL && k->check(title) != NULL)
		return complain(line, "%s `%s': %s", k->name, title,
		    k->check(title));
	return fill(cfg, k->keys, s->data, line);
}

static int
fill_sections(cfg_opt_t *opt, const struct conf_key *k, char *target)
{
	struct conf_sections all = { 0 };
	unsigned n = cfg_opt_size(opt);

	all.section = own(reading->conf, n * sizeof(*all.section));
	if (all.section == NULL)
		return no_memory();
	for (; all.n < n; all.n++)
		if (fill_section(cfg_opt_getnsec(opt, (unsigned)all.n), k,
		    &all.section[all.n]) < 0)
			return -1;
	memcpy(target + k->offset, &all, sizeof(all));
	return 0;
}

/* `line` is where the section opens; 0 for the whole file. */
static int
fill(cfg_t *cfg, const struct conf_key *table, char *target, size_t line)
{
	const struct conf_key *k;
	cfg_opt_t *opt = cfg->opts;
	const char *s;
	int result;

	for (k = table; k->name != NULL; k++, opt++) {
		if (k->type == CONF_SECTION)
			result = fill_sections(opt, k, target);
		else if (k->type == CONF_LIST)
			result = fill_list(opt, k, target);
		else if ((s = cfg_opt_size(opt) > 0 ?
		    cfg_opt_getnstr(opt, 0) : k->def) == NULL)
			result = complain(line, "key `%s' is missing", k->name);
		else
			result = fill_one(k, s, target);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int
parse(struct reading *r, void *target)
{
	cfg_opt_t *opts = make_opts(r->table);
	cfg_t *cfg = opts != NULL ? cfg_init(opts, CFGF_NONE) : NULL;
	int result = -1;

	if (cfg == NULL)
		no_memory();
	else {
		cfg_set_error_function(cfg, on_error);
		if (cfg_parse_buf(cfg, conftext_bytes(r->text)) == CFG_SUCCESS)
			result = fill(cfg, r->table, target, 0);
		else
			complain((size_t)cfg->line, "cannot be understood");
	}
	if (cfg != NULL)
		cfg_free(cfg);
	free_opts(r->table, opts);
	return result;
}

struct conf *
conf_read(const char *path, const struct conf_key *table, void *target,
    char *why, size_t size)
{
	struct reading r = { .table = table, .why = why, .size = size };
	int result = -1;

	r.text = conftext_read(path, why, size);
	if (r.text == NULL)
		return NULL;
	reading = &r;
	r.conf = calloc(1, sizeof(*r.conf));
	if (r.conf == NULL)
		no_memory();
	else
		result = parse(&r, target);
	reading = NULL;
	conftext_free(r.text);
	if (result < 0) {
		conf_free(r.conf);
		return NULL;
	}
	return r.conf;
}

/* Printing what is in effect. */

static void
print_table(const struct conf_key *table, const char *target, int depth)
{
	const struct conf_sections *all;
	const struct conf_key *k;
	size_t i;

	for (k = table; k->name != NULL; k++) {
		if (k->type == CONF_SECTION)
			continue;
		printf("%*s%s", 8 * depth, "", k->name);
		if (confkey_is_private(k))
			fputs(" = \"\"	# not shown", stdout);
		else {
			fputs(" = ", stdout);
			confkey_print(k, target);
		}
		putchar('\n');
	}
	for (k = table; k->name != NULL; k++) {
		if (k->type != CONF_SECTION)
			continue;
		all = (const void *)(target + k->offset);
		for (i = 0; i < all->n; i++) {
			printf("%*s%s ", 8 * depth, "", k->name);
			confkey_print_text(all->section[i].title);
			puts(" {");
			print_table(k->keys, all->section[i].data, depth + 1);
			printf("%*s}\n", 8 * depth, "");
		}
	}
}

void
conf_print(const struct conf_key *table, const void *target, int depth)
{
	print_table(table, target, depth);
}
