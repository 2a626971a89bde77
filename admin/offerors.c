/*
 * calloffer offerors: compiles the offerors table from its text, complete or
 * not at all.
 *
 * The text is read as Postfix's postmap reads it: a logical line starts with
 * a character that is no white space and goes on with lines that start with
 * white space; lines that are empty, or begin with `#` behind white space, are
 * skipped.  The result is what postmap makes of it: the key in lower case and
 * the value, each with one NUL behind it, in a single-file LMDB.  But here
 * every line is checked first, and the old table stays until the new one is
 * whole.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/db.h"
#include "lib/entry.h"
#include "lib/spoken.h"
#include "lib/zone.h"

#include "admin/command.h"
#include "admin/templates.h"
#include "admin/voice.h"

#include "admin/offerors.h"

#define LINE_MAX_BYTES	16384
#define KEY_SIZE	(TERMS_ADDRESS_MAX + 2)
#define MAP_LEAST	(1024 * 1024)
#define BLANKS		" \t\r\f\v"

struct item {
	char	*key;
	char	*value;
	int	 line;
};

struct table {
	const char	 *file;
	struct templates *templates;
	struct item	**item;
	size_t		  n, size, bytes;
	int		  n_faults;
};

struct table_files {
	const struct place	*place;
	const char		*text, *out;
};

/* By key; the same keys in the order of the text. */
static int
compare(const void *a, const void *b)
{
	const struct item *x = *(struct item *const *)a;
	const struct item *y = *(struct item *const *)b;
	int order = strcmp(x->key, y->key);

	return order != 0 ? order : x->line - y->line;
}

static void
fault(struct table *t, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", t->file, line, what);
	t->n_faults++;
}

static void
item_free(struct item *item)
{
	if (item == NULL)
		return;
	free(item->key);
	free(item->value);
	free(item);
}

static void
table_free(struct table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		item_free(t->item[i]);
	free(t->item);
}

/* Takes the item. */
static void
keep(struct table *t, struct item *item)
{
	size_t size = t->size == 0 ? 64 : 2 * t->size;
	struct item **grown;

	if (t->n == t->size) {
		grown = reallocarray(t->item, size, sizeof(*grown));
		if (grown == NULL) {
			fault(t, item->line, "out of memory");
			item_free(item);
			return;
		}
		t->item = grown;
		t->size = size;
	}
	t->item[t->n++] = item;
	t->bytes += strlen(item->key) + strlen(item->value) + 2;
}

/* Sorts the table, and finds keys that come twice. */
static void
find_doubles(struct table *t)
{
	char why[KEY_SIZE + 64];
	size_t i, first = 0;

	if (t->n > 1)
		qsort(t->item, t->n, sizeof(*t->item), compare);
	for (i = 1; i < t->n; i++) {
		if (strcmp(t->item[i]->key, t->item[first]->key) != 0) {
			first = i;
			continue;
		}
		snprintf(why, sizeof(why), "%s is already in line %d",
		    t->item[i]->key, t->item[first]->line);
		fault(t, t->item[i]->line, why);
	}
}

static void
fault_in_sound(struct table *t, int line, const char *sound, const char *why)
{
	char what[ENTRY_WORD_MAX + 320];

	snprintf(what, sizeof(what), "sound=: %s: %s", sound, why);
	fault(t, line, what);
}

/* One logical line: key, white space, value. */
static void
take_line(struct table *t, const char *line, size_t len, int number)
{
	size_t key_len, skip;
	char key[KEY_SIZE], why[256];
	struct item *item;
	struct entry entry;
	const char *reason;

	while (len > 0 && strchr(BLANKS, line[len - 1]) != NULL)
		len--;
	key_len = strcspn(line, BLANKS);
	if (key_len > len)
		key_len = len;
	if (entry_key(line, key_len, key, sizeof(key), &reason) == -1) {
		snprintf(why, sizeof(why), "%.*s: %s", (int)(key_len > 80 ?
		    80 : key_len), line, reason);
		fault(t, number, why);
		return;
	}
	skip = key_len + strspn(line + key_len, BLANKS);
	if (skip >= len) {
		fault(t, number, "an entry says at least to=, whom its offers "
		    "reach");
		return;
	}
	if (entry_parse(&entry, line + skip, len - skip, why,
	    sizeof(why)) == -1) {
		fault(t, number, why);
		return;
	}
	if (entry.sound[0] != '\0' && voice_check(entry.sound, why,
	    sizeof(why)) != VOICE_GOOD) {
		fault_in_sound(t, number, entry.sound, why);
		return;
	}
	if (entry.template[0] != '\0' &&
	    !templates_has(t->templates, entry.template)) {
		snprintf(why, sizeof(why), "template=: there is no %s.template "
		    "in the folder of templates that milter.conf names",
		    entry.template);
		fault(t, number, why);
		return;
	}
	if (entry.window.days != 0 && zone_has_any() &&
	    !zone_is_known(entry.window.zone)) {
		snprintf(why, sizeof(why), "window=: there is no zone %s",
		    entry.window.zone);
		fault(t, number, why);
		return;
	}
	item = calloc(1, sizeof(*item));
	if (item == NULL || (item->key = strdup(key)) == NULL ||
	    (item->value = strndup(line + skip, len - skip)) == NULL) {
		fault(t, number, "out of memory");
		item_free(item);
		return;
	}
	item->line = number;
	keep(t, item);
}

/* Hands the gathered logical line on, and empties it. */
static void
flush_line(struct table *t, struct buf *logical, int number)
{
	if (!buf_ok(logical))
		fault(t, number, "the line is too long");
	else if (logical->len > 0)
		take_line(t, buf_cstr(logical), logical->len, number);
	buf_clear(logical);
}

static void
read_lines(struct table *t, FILE *in)
{
	struct buf logical;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int number = 0, start = 0;

	buf_init(&logical, LINE_MAX_BYTES);
	while ((len = getline(&line, &size, in)) != -1) {
		number++;
		if (len > 0 && line[len - 1] == '\n')
			line[--len] = '\0';
		if (memchr(line, '\0', (size_t)len) != NULL) {
			fault(t, number, "a NUL byte");
			continue;
		}
		if (line[strspn(line, BLANKS)] == '\0' ||
		    line[strspn(line, BLANKS)] == '#')
			continue;
		if (strchr(BLANKS, line[0]) == NULL) {
			flush_line(t, &logical, start);
			start = number;
		} else if (start == 0) {
			fault(t, number, "the first line must not start with "
			    "white space");
			continue;
		}
		buf_put(&logical, line, (size_t)len);
	}
	flush_line(t, &logical, start);
	if (ferror(in))
		fault(t, number, strerror(errno));
	free(line);
	buf_free(&logical);
}

/* 0, or an exit status; the faults are told. */
static int
read_table(struct table *t)
{
	FILE *in = fopen(t->file, "re");

	if (in == NULL) {
		fprintf(stderr, "calloffer offerors: %s: %s%s\n", t->file,
		    strerror(errno), errno == ENOENT ? "; write it, as "
		    "calloffer-offerors(5) says" : "");
		return EX_NOINPUT;
	}
	read_lines(t, in);
	find_doubles(t);
	fclose(in);
	return t->n_faults == 0 ? EX_OK : EX_DATAERR;
}

static int
put_items(struct db *db, const struct table *t)
{
	const struct item *item;
	struct db_txn *txn;
	size_t i;

	if (db_begin(db, &txn, 1) != DB_OK)
		return -1;
	for (i = 0; i < t->n; i++) {
		item = t->item[i];
		if (db_put(txn, 0, item->key, strlen(item->key) + 1,
		    item->value, strlen(item->value) + 1) != DB_OK) {
			db_abort(txn);
			return -1;
		}
	}
	return db_commit(txn) == DB_OK ? 0 : -1;
}

/* The rename is durable when the directory is. */
static int
sync_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd, rv;

	snprintf(dir, sizeof(dir), "%.*s", slash == NULL ? 1 :
	    slash == path ? 1 : (int)(slash - path), slash == NULL ? "." :
	    path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rv = fsync(fd);
	close(fd);
	return rv;
}

/* Writes the table beside `out`, then takes its place. */
static int
write_table(const struct table *t, const char *out)
{
	char part[PATH_MAX], why[PATH_MAX + 256];
	struct db *db;
	int n, rv;

	n = snprintf(part, sizeof(part), "%s.%ld.part", out, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(part)) {
		fprintf(stderr, "calloffer offerors: %s: %s\n", out,
		    strerror(ENAMETOOLONG));
		return EX_CANTCREAT;
	}
	unlink(part);
	db = db_open(part, DB_WRITE_FILE, NULL, MAP_LEAST + 4 * t->bytes +
	    256 * t->n, why, sizeof(why));
	if (db == NULL) {
		fprintf(stderr, "calloffer offerors: %s\n", why);
		unlink(part);
		return EX_CANTCREAT;
	}
	rv = put_items(db, t);
	if (rv == -1)
		fprintf(stderr, "calloffer offerors: %s: %s\n", part,
		    db_error(db));
	db_close(db);
	if (rv == 0 && (chmod(part, 0644) == -1 || rename(part, out) == -1 ||
	    sync_directory_of(out) == -1)) {
		fprintf(stderr, "calloffer offerors: %s: %s\n", out,
		    strerror(errno));
		rv = -1;
	}
	if (rv == -1)
		unlink(part);
	return rv == 0 ? EX_OK : EX_CANTCREAT;
}

/* Each name said once; where two entries have one, a recording goes before. */
static int
compare_names(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a;
	const struct entry *y = *(struct entry *const *)b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : -strcmp(x->sound, y->sound);
}

/* Those that have a name; the array and what is in it are the caller's to free.
 * NULL: out of memory. */
static struct entry **
names_of(const struct table *t, size_t *n)
{
	struct entry **list = calloc(t->n + 1, sizeof(*list));
	char why[256];
	size_t i;

	*n = 0;
	for (i = 0; list != NULL && i < t->n; i++) {
		list[*n] = malloc(sizeof(**list));
		if (list[*n] == NULL || entry_parse(list[*n], t->item[i]->value,
		    strlen(t->item[i]->value), why, sizeof(why)) == -1 ||
		    list[*n]->name[0] == '\0')
			free(list[*n]);
		else
			++*n;
	}
	if (list != NULL && *n > 1)
		qsort(list, *n, sizeof(*list), compare_names);
	return list;
}

/* 0, or -1 where it is no use to go on. */
static int
say_name(const struct voice *voice, const struct entry *e, int *n_bad)
{
	const struct voice_name name = { e->name, e->lang, e->sound };
	char why[256];

	switch (voice_put(voice, &name, why, sizeof(why))) {
	case VOICE_GOOD:
	case VOICE_THERE:
	case VOICE_UNREAD:
		return 0;
	case VOICE_NO_PROGRAM:
		if (voice->program != NULL)
			fprintf(stderr, "calloffer offerors: %s is not here: "
			    "names are not spoken\n", voice->program);
		return -1;
	case VOICE_BAD:
		break;
	}
	fprintf(stderr, "calloffer offerors: \"%s\" is not spoken: %s\n",
	    e->name, why);
	++*n_bad;
	return 0;
}

/* The recordings of names; those that the table names first. */
static int
say_names(const struct table *t, struct voice *voice)
{
	size_t i, n;
	struct entry **list = names_of(t, &n);
	int n_bad = 0, can_render = 1;

	if (list == NULL)
		return EX_OSERR;
	if (access(voice->dir, W_OK) != 0) {
		fprintf(stderr, "calloffer offerors: names are not spoken: "
		    "%s: %s\n", voice->dir, strerror(errno));
		n_bad = 1;
		n = 0;
	}
	for (i = 0; i < n; i++) {
		if (i > 0 && strcmp(list[i]->name, list[i - 1]->name) == 0)
			continue;
		if (list[i]->sound[0] != '\0' || can_render)
			can_render &= say_name(voice, list[i], &n_bad) == 0;
	}
	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return n_bad == 0 ? EX_OK : EX_CANTCREAT;
}

static int
compile(const struct table_files *f, int is_dry, struct voice *voice)
{
	struct templates templates = { f->place, 0, NULL };
	struct table t = { .file = f->text, .templates = &templates };
	const char *file = f->text, *out = f->out;
	int status = read_table(&t);

	if (status == EX_OK && !is_dry)
		status = write_table(&t, out);
	if (status == EX_OK)
		printf("%s: %zu entr%s%s\n", is_dry ? file : out, t.n,
		    t.n == 1 ? "y" : "ies", is_dry ? ", no fault" : "");
	else if (status == EX_DATAERR)
		fprintf(stderr, "calloffer offerors: %d fault%s, nothing "
		    "written\n", t.n_faults, t.n_faults == 1 ? "" : "s");
	fflush(stdout);
	if (status == EX_OK && !is_dry && voice->dir != NULL)
		status = say_names(&t, voice);
	templates_free(&templates);
	table_free(&t);
	return status;
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct voice voice = { NULL, "espeak-ng", 0 };
	struct table_files files = { place, NULL, NULL };
	char file[PATH_MAX], out[PATH_MAX];
	int ch, n, is_dry = 0;

	while ((ch = getopt(argc, argv, "nad:s:")) != -1) {
		if (ch == 'n')
			is_dry = 1;
		else if (ch == 'a')
			voice.is_anew = 1;
		else if (ch == 'd')
			voice.dir = optarg;
		else if (ch == 's')
			voice.program = strcmp(optarg, "none") == 0 ? NULL :
			    optarg;
		else
			return COMMAND_USAGE;
	}
	if (voice.dir == NULL && !place->is_private &&
	    access(SPOKEN_DIR, F_OK) == 0)
		voice.dir = SPOKEN_DIR;
	argc -= optind;
	argv += optind;
	if (argc > 2 || (argc == 2 && is_dry))
		return COMMAND_USAGE;
	n = argc > 0 ? snprintf(file, sizeof(file), "%s", argv[0]) :
	    snprintf(file, sizeof(file), "%s/offerors", place->confdir);
	if (n < 0 || (size_t)n >= sizeof(file))
		return COMMAND_USAGE;
	n = argc > 1 ? snprintf(out, sizeof(out), "%s", argv[1]) :
	    snprintf(out, sizeof(out), "%s.lmdb", file);
	if (n < 0 || (size_t)n >= sizeof(out))
		return COMMAND_USAGE;
	files.text = file;
	files.out = out;
	return compile(&files, is_dry, &voice);
}

const struct command offerors_command = {
	"offerors", "[-an] [-d DIR] [-s PROGRAM] [TEXT [OUT.lmdb]]",
	"compile the table of offerors",
	"Checks every line of TEXT (by default offerors below the\n"
	"configuration) and compiles it to OUT.lmdb (by default TEXT.lmdb).\n"
	"The old table stays in force until the new one is whole; where a\n"
	"line is at fault nothing is written.  The milter sees a new table by\n"
	"itself.\n\n"
	"Where there is a directory for them it also has names spoken.\n\n"
	"  -a   render all names anew, not only those that are not there\n"
	"  -d   the directory of the recordings of names\n"
	"       (" SPOKEN_DIR ", if it is there)\n"
	"  -n   check only\n"
	"  -s   the speech synthesiser (espeak-ng); \"none\"\n",
	run
};
