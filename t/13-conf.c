/* Configuration files: what is refused, with its line; what is understood. */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"

#include "t/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct party {
	char	*host;
	int64_t	 port;
	char	*api_password;
};

struct settings {
	char			*name;
	int			 is_on;
	int64_t			 level, timeout, limit, mode;
	struct conf_list	 list, spare;
	struct conf_sections	 parties;
};

static const char *
no_spaces(const char *s)
{
	return strchr(s, ' ') != NULL ? "must not hold spaces" : NULL;
}

#define P(member) offsetof(struct party, member)
static const struct conf_key party_keys[] = {
	{ .name = "host", .type = CONF_STRING, .offset = P(host) },
	{ .name = "port", .type = CONF_INT, .offset = P(port), .min = 1,
	  .max = 65535, .def = "80" },
	{ .name = "api_password", .type = CONF_STRING,
	  .offset = P(api_password), .def = "", .check = no_spaces },
	{ .name = NULL }
};

#define S(member) offsetof(struct settings, member)
static const struct conf_key keys[] = {
	{ .name = "name", .type = CONF_STRING, .offset = S(name),
	  .check = no_spaces },
	{ .name = "on", .type = CONF_BOOL, .offset = S(is_on), .def = "yes" },
	{ .name = "level", .type = CONF_INT, .offset = S(level), .min = -5,
	  .max = 100, .def = "7" },
	{ .name = "timeout", .type = CONF_DURATION, .offset = S(timeout),
	  .min = 1, .max = 86400, .def = "2h" },
	{ .name = "limit", .type = CONF_SIZE, .offset = S(limit), .min = 0,
	  .max = 1 << 30, .def = "64k" },
	{ .name = "mode", .type = CONF_MODE, .offset = S(mode),
	  .def = "0660" },
	{ .name = "list", .type = CONF_LIST, .offset = S(list),
	  .check = no_spaces },
	{ .name = "spare", .type = CONF_LIST, .offset = S(spare),
	  .def = "{\"a\", \"b\"}" },
	{ .name = "party", .type = CONF_SECTION, .offset = S(parties),
	  .keys = party_keys, .size = sizeof(struct party),
	  .check = no_spaces },
	{ .name = NULL }
};

static void
write_file(const char *name, const void *text, size_t n)
{
	FILE *f = fopen(tap_path(name), "w");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0)
		perror(name);
}

static struct conf *
read_text(const char *text, struct settings *s, char *why, size_t size)
{
	write_file("t.conf", text, strlen(text));
	return conf_read(tap_path("t.conf"), keys, s, why, size);
}

static void
test_refused(void)
{
	static const struct {
		const char *text, *says;	/* after "FILE" */
	} cases[] = {
		{ "", ": is empty" },
		{ "# nothing\n", ": key `name' is missing" },
		{ "nam = x\n", ":1: unknown key `nam'; did you mean `name'?" },
		{ "\nqwerty = x\n", ":2: unknown key `qwerty'" },
		{ "party x {\n\tprot = 1\n}\n",
		    ":2: unknown key `prot'; did you mean `port'?" },
		{ "party x {\n\tname = 1\n}\n", ":2: unknown key `name'" },
		{ "name = x\nname = y\n",
		    ":2: key `name' is given a second time" },
		{ "list = {a}\nlist = {}\n",
		    ":2: key `list' is given a second time" },
		{ "party x {\n port = 1\n port = 1\n}\n",
		    ":3: key `port' is given a second time" },
		{ "name = x\nparty a { host = h }\nparty a { host = h }\n",
		    ":3: found duplicate title 'a'" },
		{ "name = x\n\nparty a {\n\tport = 1\n}\n",
		    ":3: key `host' is missing" },
		{ "name = x\nparty \"a b\" { host = h }\n",
		    ":2: party `a b': must not hold spaces" },
		{ "name = x\nparty \"\x01\" { host = h }\n",
		    ":2: a title: not UTF-8, or a control character" },
		{ "name = \"x y\"\n",
		    ":1: key `name': `x y': must not hold spaces" },
		{ "list = {a,\n\"x y\"}\n",
		    ":2: key `list': `x y': must not hold spaces" },
		{ "# a\n# b\nname = \"x y\"\n# c\n\n\n\n\n\n\n",
		    ":3: key `name': `x y': must not hold spaces" },
		{ "/* a\n * b\n */ // c\nqwerty = x # d\n\n\n\n\n\n",
		    ":4: unknown key `qwerty'" },
		{ "party x { # a\n\t# b\n\tname = 1\n}\n\n\n\n\n",
		    ":3: unknown key `name'" },
		{ "party x {\n api_password = \"a b\"\n}\n",
		    ":2: key `api_password': `...': must not hold spaces" },
		{ "level = 101\n",
		    ":1: key `level' must be from -5 to 100, not 101" },
		{ "level = -6\n",
		    ":1: key `level' must be from -5 to 100, not -6" },
		{ "level = 1.5\n",
		    ":1: key `level' is a whole number, not `1.5'" },
		{ "level = 99999999999999999999\n",
		    ":1: key `level' is a whole number, "
		    "not `99999999999999999999'" },
		{ "timeout = 0\n",
		    ":1: key `timeout' must be from 1s to 1d, not 0" },
		{ "timeout = 2d\n",
		    ":1: key `timeout' must be from 1s to 1d, not 2d" },
		{ "timeout = soon\n", ":1: key `timeout' is a duration: "
		    "30s, 5m, 2h or 7d, not `soon'" },
		{ "limit = 2G\n",
		    ":1: key `limit' must be from 0 to 1G, not 2G" },
		{ "limit = -1\n", ":1: key `limit' is a size: "
		    "500, 64k, 10M or 1G, not `-1'" },
		{ "mode = 01000\n", ":1: key `mode' is an octal mode "
		    "of at most 0777, like 0660, not `01000'" },
		{ "mode = 668\n", ":1: key `mode' is an octal mode "
		    "of at most 0777, like 0660, not `668'" },
		{ "mode = 0777777777777777777777777\n", ":1: key `mode' is an "
		    "octal mode of at most 0777, like 0660, not "
		    "`0777777777777777777777777'" },
		{ "on = maybe\n",
		    ":1: key `on' is written yes or no, not `maybe'" },
		{ "name = \"\xff\"\n",
		    ":1: key `name': not UTF-8, or a control character" },
		{ "\n\nname = \"x\n", ":3: a string is not closed" },
		{ "name = 'x\n'\n", ":1: a string is not closed" },
		{ "name = x\n/* a\n\n", ":2: a comment is not closed" },
		{ "name = x\nparty a {\n", ":2: this section is not closed "
		    "by }" },
		{ "name = x\n}\n", ":2: a } that closes nothing" },
		{ "list = {a, b\nname = x\n",
		    ":1: the list of key `list' is not closed by }" },
		{ "name =\nlevel = 1\n", ":1: key `name' has no value" },
		{ "name = }\n", ":1: key `name' has no value" },
		{ "name x\n", ":1: after `name' comes = VALUE, or for a "
		    "section TITLE {" },
		{ "party {\n}\n", ":1: after `party' comes = VALUE, or for a "
		    "section TITLE {" },
		{ "name += x\n", ":1: stray `+': text with special characters "
		    "needs quotes" },
		{ "name = a(b)\n", ":1: stray `(': text with special "
		    "characters needs quotes" },
		{ "\"name\" = x\n", ":1: `name' cannot be a key" },
		{ "party|a = x\n", ":1: `party|a' cannot be a key" },
		{ "name = ${HOME}\n", ":1: ${...} is not replaced here" },
		{ "name = \"${HOME}\"\n", ":1: ${...} is not replaced here: "
		    "use single quotes to mean it" },
		{ "name = \"a\\nb\"\n",
		    ":1: a backslash stands only before \" or another" },
		{ "a a {\nb b {\nc c {\nd d {\ne e {\n",
		    ":5: too many nested sections" },
	};
	struct settings s;
	char why[512], want[512];

	for (size_t i = 0; i < N(cases); i++) {
		why[0] = '\0';
		ok(read_text(cases[i].text, &s, why, sizeof(why)) == NULL,
		    "refused: case %zu", i);
		snprintf(want, sizeof(want), "%s%s", tap_path("t.conf"),
		    cases[i].says);
		is_str(why, want, "says why: case %zu", i);
	}
}

/* What libconfuse itself refuses: a line, and no crash. */
static void
test_refused_by_grammar(void)
{
	static const char *const cases[] = {
		"level = {1, 2}\n", "list = {a b}\n", "list = {,}\n",
		"name = x y\n", "name y { }\n", "party = x\n", "= x\n",
		"party a b {\n}\n", "include\n", "\xef\xbb\xbfname = x\n",
	};
	struct settings s;
	char why[512], head[512];

	for (size_t i = 0; i < N(cases); i++) {
		why[0] = '\0';
		ok(read_text(cases[i], &s, why, sizeof(why)) == NULL,
		    "refused by grammar: case %zu", i);
		snprintf(head, sizeof(head), "%s:1: ", tap_path("t.conf"));
		ok(strncmp(why, head, strlen(head)) == 0, "says: %s", why);
	}
}

static void
test_files(void)
{
	struct settings s;
	char why[512];
	char *huge;

	ok(conf_read(tap_path("none"), keys, &s, why, sizeof(why)) == NULL &&
	    strstr(why, "none: No such file") != NULL, "missing: %s", why);
	ok(conf_read(tap_dir(), keys, &s, why, sizeof(why)) == NULL &&
	    strstr(why, ": is a folder") != NULL, "a folder: %s", why);
	write_file("shut.conf", "name = x\n", 9);
	chmod(tap_path("shut.conf"), 0);
	if (geteuid() != 0)
		ok(conf_read(tap_path("shut.conf"), keys, &s, why,
		    sizeof(why)) == NULL && strstr(why, "denied") != NULL,
		    "unreadable: %s", why);
	write_file("zero.conf", "on = yes\n\0name = x\n", 19);
	ok(conf_read(tap_path("zero.conf"), keys, &s, why, sizeof(why)) == NULL
	    && strstr(why, ":2: a zero byte") != NULL, "a NUL: %s", why);
	huge = malloc(2 << 20);
	memset(huge, '#', 2 << 20);
	write_file("huge.conf", huge, 2 << 20);
	free(huge);
	ok(conf_read(tap_path("huge.conf"), keys, &s, why, sizeof(why)) == NULL
	    && strstr(why, "too long") != NULL, "too long: %s", why);
}

static void
test_defaults(void)
{
	struct settings s;
	struct conf *c;
	char why[512] = "";

	c = read_text("name = x", &s, why, sizeof(why));
	ok(c != NULL, "the least file, without a line feed %s", why);
	if (c == NULL)
		return;
	is_str(s.name, "x", "name");
	is_int(s.is_on, 1, "a bool by default");
	is_int(s.level, 7, "an int by default");
	is_int(s.timeout, 7200, "a duration by default");
	is_int(s.limit, 65536, "a size by default");
	is_int(s.mode, 0660, "a mode by default");
	is_int(s.list.n, 0, "a list without a default is empty");
	is_int(s.spare.n, 2, "a list by default");
	is_str(s.spare.item[1], "b", "its second item");
	is_int(s.parties.n, 0, "no sections");
	conf_free(c);
	conf_free(NULL);
}

static const char full[] =
	"# a comment\n"
	"name = \"a\\\"b\\\\c\" // another\n"
	"on = Off\r\n"
	"level = -5 timeout = 90\n"
	"limit = 10M /* a\n long one */\n"
	"mode = 600\n"
	"list = {x, 'y',\n\tinet:127.0.0.1:80,}\n"
	"spare = {}\n"
	"party berlin {\n"
	"\thost = inet:8891@localhost\n"
	"\tport = 99\n"
	"}\n"
	"party 'zu' { host = h api_password = '${x}' }\n";

static void
test_full(void)
{
	const struct party *p;
	struct settings s;
	struct conf *c;
	char why[512] = "";

	c = read_text(full, &s, why, sizeof(why));
	ok(c != NULL, "a full file %s", why);
	if (c == NULL)
		return;
	is_str(s.name, "a\"b\\c", "escapes");
	is_int(s.is_on, 0, "a bool in any case");
	is_int(s.level, -5, "a negative number");
	is_int(s.timeout, 90, "a duration without a unit");
	is_int(s.limit, 10485760, "a size");
	is_int(s.mode, 0600, "a mode without its zero");
	is_int(s.list.n, 3, "a list over two lines");
	is_str(s.list.item[2], "inet:127.0.0.1:80", "bare text with colons");
	is_int(s.spare.n, 0, "an empty list is empty, whatever the default");
	is_int(s.parties.n, 2, "two sections");
	is_str(s.parties.section[0].title, "berlin", "a title");
	is_int(s.parties.section[0].line, 11, "its line");
	is_int(s.parties.section[1].line, 15, "the second's line");
	p = s.parties.section[0].data;
	is_str(p->host, "inet:8891@localhost", "a string in a section");
	is_int(p->port, 99, "a number in a section");
	p = s.parties.section[1].data;
	is_int(p->port, 80, "a default in a section");
	is_str(p->api_password, "${x}", "single quotes mean it");
	conf_free(c);
}

static void
test_include(void)
{
	static const char outer[] =
		"name = x\n\n  include(\"sub/in.conf\")\t\n"
		"level = 3\nbad = 1\n";
	struct settings s;
	struct conf *c;
	char why[512] = "";

	mkdir(tap_path("sub"), 0755);
	write_file("sub/in.conf", "mode = 0600\ninclude(\"deep.conf\")", 32);
	write_file("sub/deep.conf", "limit = 1k\n", 11);
	c = read_text("name = x\ninclude(\"sub/in.conf\")\n", &s, why,
	    sizeof(why));
	ok(c != NULL && s.mode == 0600 && s.limit == 1024,
	    "includes, relative to their file %s", why);
	conf_free(c);
	ok(read_text(outer, &s, why, sizeof(why)) == NULL &&
	    strstr(why, "t.conf:5: unknown key `bad'") != NULL,
	    "lines after an include: %s", why);
	write_file("sub/deep.conf", "\nlimit = x\n", 11);
	ok(read_text(outer, &s, why, sizeof(why)) == NULL &&
	    strstr(why, "sub/deep.conf:2: key `limit'") != NULL,
	    "lines within: %s", why);
	write_file("sub/deep.conf", "include(\"in.conf\")\n", 19);
	ok(read_text(outer, &s, why, sizeof(why)) == NULL &&
	    strstr(why, "includes itself") != NULL, "a circle: %s", why);
	ok(read_text("\ninclude(\"none.conf\")\n", &s, why, sizeof(why)) == NULL
	    && strstr(why, "t.conf:2: ") != NULL &&
	    strstr(why, "/none.conf: No such file") != NULL,
	    "a missing file, and who names it: %s", why);
	ok(read_text("\ninclude(none)\n", &s, why, sizeof(why)) == NULL &&
	    strstr(why, "t.conf:2: an include is written") != NULL,
	    "without quotes: %s", why);
}

/* What is printed is read again, and says the same. */
static void
test_print(void)
{
	static char printed[4096], again[4096];
	struct settings s;
	struct conf *c;
	char why[512] = "";
	FILE *f;
	size_t n;
	int round, out;

	for (round = 0; round < 2; round++) {
		c = round == 0 ? read_text(full, &s, why, sizeof(why)) :
		    conf_read(tap_path("p.conf"), keys, &s, why, sizeof(why));
		ok(c != NULL, "round %d %s", round, why);
		if (c == NULL)
			return;
		fflush(stdout);
		out = dup(1);
		f = freopen(tap_path("p.conf"), "w", stdout);
		conf_print(keys, &s, 0);
		fflush(f);
		dup2(out, 1);
		close(out);
		f = fopen(tap_path("p.conf"), "r");
		n = fread(round == 0 ? printed : again, 1,
		    sizeof(printed) - 1, f);
		fclose(f);
		conf_free(c);
		ok(n > 0, "printed %zu bytes", n);
	}
	is_str(again, printed, "the same again");
	ok(strstr(printed, "timeout = 90s\n") != NULL, "in units");
	ok(strstr(printed, "${x}") == NULL, "no password");
}

static void
test_place(void)
{
	static const char text[] = "# one\n  two = 2\ntwos = 3\nlist x {\n"
	    "\tinner = 1\n}\nlate = 1\ninclude(\"more.conf\")\nlast = 1\n",
	    more[] = "# more\nlist y {\n\tinner = 2\n}\n";
	static const struct { const char *key; int from; const char *want; }
	    rows[] = {
		{ "two", 1, "l.conf:2" }, { "twos", 1, "l.conf:3" },
		{ "late", 1, "l.conf:7" }, { "inner", 4, "l.conf:5" },
		{ "late", 4, "l.conf:4" }, { "none", 1, "l.conf:1" },
		{ "one", 1, "l.conf:1" }, { "two", 2, "l.conf:2" },
		{ "inner", 10, "more.conf:3" }, { "none", 10, "more.conf:2" },
		{ "last", 1, "l.conf:9" }
	};
	char place[512];
	size_t i;

	write_file("l.conf", text, sizeof(text) - 1);
	write_file("more.conf", more, sizeof(more) - 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf_place(place, sizeof(place), tap_path("l.conf"),
		    rows[i].from, rows[i].key);
		is_str(strrchr(place, '/') + 1, rows[i].want,
		    "the place of %s, from %d", rows[i].key, rows[i].from);
	}
	conf_place(place, sizeof(place), tap_path("none.conf"), 1, "two");
	is_str(strrchr(place, '/') + 1, "none.conf:1", "no file: 1");
}

int
main(void)
{
	test_place();
	test_refused();
	test_refused_by_grammar();
	test_files();
	test_defaults();
	test_full();
	test_include();
	test_print();
	return tap_done();
}
