/*
 * calloffer trust: public keys from one organisation to another.
 *
 * What travels is a text of a few lines, a word and a value each:
 *
 *	calloffer-trust-1 NAME
 *	url https://call.example.com
 *	key calloffer-verify-1 BASE64URL	or calloffer-seal-1
 *
 * It is public, and proves nothing: who imports it compares the key with who
 * exported it, by a way that he trusts, and decides himself for whom the key
 * may speak.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/key.h"
#include "lib/scan.h"

#include "admin/command.h"
#include "admin/facts.h"
#include "admin/text.h"

#include "admin/trust.h"

#define HEAD		"calloffer-trust-1 "
#define LINE_SIZE	512
#define NAME_MAX_LEN	32
#define SCOPES_MAX	16

static int
fail(int status, const char *what, const char *why)
{
	fprintf(stderr, "calloffer trust: %s%s%s\n", what,
	    *why != '\0' ? ": " : "", why);
	return status;
}

static int
is_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= NAME_MAX_LEN &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

/* What may stand in a configuration between quotes. */
static int
is_plain(const char *s)
{
	return *s != '\0' && strlen(s) < LINE_SIZE / 2 &&
	    scan_is_printable_utf8(s, strlen(s)) &&
	    strpbrk(s, "\"\\ ${}") == NULL;
}

/* The first line, without its end. */
static int
read_line(FILE *f, char line[LINE_SIZE])
{
	size_t n;

	if (fgets(line, LINE_SIZE, f) == NULL)
		return -1;
	n = strlen(line);
	if (n == 0 || line[n - 1] != '\n')
		return -1;
	line[n - 1] = '\0';
	return 0;
}

/* ---- export */

struct exported {
	const char	*part;		/* whose key */
	const char	*file;		/* below the configuration */
	enum key_kind	 kind;
	const char	*fact;		/* the ids of those that are in use */
	const char	*unused;	/* what comes of another */
};

static const struct exported sign_pub = { "milter", "keys/sign.pub",
	KEY_VERIFY, "sign", "the milter signs with another key: whoever "
	"trusts this one refuses its offers" };
static const struct exported seal_pub = { "bridge", "keys/seal.pub",
	KEY_SEAL, "unseal", "the bridge has no unsealing key for it: "
	"it can open no offer sealed with this one" };

/* 1 when the key in the file is in use; 0, or -1 and a sentence. */
static int
is_in_use(const struct exported *what, const char *path,
    const struct facts *facts, char *why, size_t size)
{
	char id[KEY_ID_HEX];
	struct key k;

	if (key_load(&k, what->kind, path, why, size) == -1)
		return -1;
	key_id_hex(k.id, id);
	key_wipe(&k);
	return facts_has(facts, what->fact, id);
}

static int
export_key(const char *name, const char *path, const char *url)
{
	FILE *f = fopen(path, "re");
	char line[LINE_SIZE];
	int rc = f != NULL ? read_line(f, line) : -1;

	if (f != NULL)
		fclose(f);
	if (rc != 0)
		return fail(EX_NOINPUT, path, "cannot be read");
	printf(HEAD "%s\nurl %s\nkey %s\n", name, url, line);
	fprintf(stderr, "Let them compare the key with you, by telephone say:\n"
	    "%s\n", strchr(line, ' ') + 1);
	return EX_OK;
}

/* The key that is usual must be in use; one that is named may come to be. */
static int
try_export(const struct place *place, const struct exported *what,
    const char *name, const char *path)
{
	char usual[PATH_MAX], why[512];
	struct facts facts;
	const char *url;
	int in_use, status;

	snprintf(usual, sizeof(usual), "%s/%s", place->confdir, what->file);
	facts_gather(&facts, what->part, place);
	url = facts_get(&facts, "url", 0);
	in_use = is_in_use(what, path != NULL ? path : usual, &facts, why,
	    sizeof(why));
	if (url == NULL)
		status = fail(EX_CONFIG, what->part, facts.is_here ?
		    facts.why : "has no configuration here");
	else if (in_use == -1)
		status = fail(EX_NOINPUT, why, "");
	else if (in_use == 0 && path == NULL)
		status = fail(EX_DATAERR, usual, what->unused);
	else {
		if (in_use == 0)
			fail(0, path, what->unused);
		status = export_key(name, path != NULL ? path : usual, url);
	}
	facts_free(&facts);
	return status;
}

static int
run_export(const struct place *place, int argc, char **argv)
{
	const struct exported *what = &sign_pub;
	const char *path = NULL;
	int ch;

	while ((ch = getopt(argc, argv, "k:s")) != -1) {
		if (ch == 'k')
			path = optarg;
		else if (ch == 's')
			what = &seal_pub;
		else
			return COMMAND_USAGE;
	}
	if (argc - optind != 1)
		return COMMAND_USAGE;
	if (!is_name(argv[optind]))
		return fail(EX_USAGE, "name it with small letters, digits, - "
		    "and _", "");
	return try_export(place, what, argv[optind], path);
}

/* ---- import */

struct scope {
	const char	*account[SCOPES_MAX], *domain[SCOPES_MAX];
	const char	*destination[SCOPES_MAX];
	size_t		 n_account, n_domain, n_destination;
	const char	*life, *uses;
};

struct offered {
	char		name[NAME_MAX_LEN + 1];
	char		url[LINE_SIZE];
	char		key[LINE_SIZE];
	enum key_kind	kind;
};

static int
read_offered(FILE *f, struct offered *o)
{
	char line[3][LINE_SIZE];
	int i;

	for (i = 0; i < 3; i++)
		if (read_line(f, line[i]) == -1)
			return -1;
	if (strncmp(line[0], HEAD, strlen(HEAD)) != 0 ||
	    strncmp(line[1], "url ", 4) != 0 ||
	    strncmp(line[2], "key ", 4) != 0 || fgetc(f) != EOF)
		return -1;
	if (!is_name(line[0] + strlen(HEAD)))
		return -1;
	snprintf(o->name, sizeof(o->name), "%s", line[0] + strlen(HEAD));
	memcpy(o->url, line[1] + 4, LINE_SIZE - 4);
	memcpy(o->key, line[2] + 4, LINE_SIZE - 4);
	o->kind = strncmp(o->key, "calloffer-seal-1 ", 17) == 0 ? KEY_SEAL :
	    KEY_VERIFY;
	return is_plain(o->url) ? 0 : -1;
}

/* A file that was not there, world-readable, durable. */
static int
write_file(const char *path, const char *text)
{
	size_t n = strlen(text);
	int fd, rc;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		return fail(-1, path, errno == EEXIST ? "is there already, and "
		    "nothing is overwritten: move it away, or give what is "
		    "imported another name, in its first line" :
		    strerror(errno));
	rc = fchmod(fd, 0644) == 0 && write(fd, text, n) == (ssize_t)n &&
	    fsync(fd) == 0 ? 0 : -1;
	if (rc == -1)
		fail(-1, path, strerror(errno));
	close(fd);
	return rc;
}

static void
put_list(FILE *f, const char *key, const char *const *item, size_t n)
{
	size_t i;

	fprintf(f, "\t%s = {", key);
	for (i = 0; i < n; i++)
		fprintf(f, "%s\"%s\"", i > 0 ? ", " : "", item[i]);
	fprintf(f, "}\n");
}

/* The section of bridge.conf, as text. */
static int
make_section(const struct offered *o, const struct scope *s, const char *key,
    char *dst, size_t size)
{
	FILE *f = fmemopen(dst, size, "w");
	int rc;

	if (f == NULL)
		return fail(-1, "out of memory", "");
	fprintf(f, "# imported; its links lead to %s\nkey %s {\n"
	    "\tfile = \"%s\"\n", o->url, o->name, key);
	put_list(f, "accounts", s->account, s->n_account);
	put_list(f, "from_domains", s->domain, s->n_domain);
	put_list(f, "destinations", s->destination, s->n_destination);
	fprintf(f, "\tmax_lifetime = %s\n\tmax_uses = %s\n}\n", s->life,
	    s->uses);
	rc = ferror(f) != 0 || ftell(f) >= (long)size - 1;
	return fclose(f) == 0 && !rc ? 0 : fail(-1, "too long", "");
}

static void
tell_verify(const struct place *place, const struct offered *o,
    const char *key)
{
	printf("Written: %s/trust/%s.conf and %s.pub.  Now\n\n"
	    "1. let them compare this key with theirs, by telephone say:\n"
	    "   %s\n"
	    "2. add to bridge.conf:  include(\"trust/%s.conf\")\n"
	    "3. add to verify_keys of acceptd.conf:  \"%s\"\n"
	    "4. reload both; `calloffer check` sees whether all is well.\n",
	    place->confdir, o->name, o->name, strchr(o->key, ' ') + 1,
	    o->name, key);
}

static void
tell_seal(const struct offered *o, const char *key)
{
	printf("Written: %s.  Now\n\n"
	    "1. let them compare this key with theirs, by telephone say:\n"
	    "   %s\n"
	    "2. set in milter.conf:  seal_key = \"%s\"\n"
	    "                        base_url = \"%s\"\n"
	    "3. restart the milter.\n", key, strchr(o->key, ' ') + 1, key,
	    o->url);
}

/* All is written, or nothing. */
static int
import_key(const struct place *place, const struct offered *o,
    const struct scope *s)
{
	char dir[PATH_MAX], key[PATH_MAX + 64], conf[PATH_MAX + 64];
	char line[LINE_SIZE + 1], why[512], section[8192];
	struct key k;

	snprintf(dir, sizeof(dir), "%s/trust", place->confdir);
	snprintf(key, sizeof(key), "%s/%s.pub", dir, o->name);
	snprintf(conf, sizeof(conf), "%s/%s.conf", dir, o->name);
	snprintf(line, sizeof(line), "%s\n", o->key);
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return fail(EX_CANTCREAT, dir, strerror(errno));
	if (write_file(key, line) == -1)
		return EX_CANTCREAT;
	if (key_load(&k, o->kind, key, why, sizeof(why)) == -1) {
		unlink(key);
		return fail(EX_DATAERR, "the key in it is none", "");
	}
	if (o->kind == KEY_SEAL) {
		tell_seal(o, key);
		return EX_OK;
	}
	if (make_section(o, s, key, section, sizeof(section)) == -1 ||
	    write_file(conf, section) == -1) {
		unlink(key);
		return EX_CANTCREAT;
	}
	tell_verify(place, o, key);
	return EX_OK;
}

static int
add(const char **list, size_t *n, const char *item)
{
	if (*n == SCOPES_MAX || !is_plain(item))
		return -1;
	list[(*n)++] = item;
	return 0;
}

static int
is_number(const char *s, int is_time)
{
	uint64_t v;

	return is_time ? scan_duration(s, strlen(s), 366 * 86400, &v) == 0 &&
	    v >= 60 : scan_uint(s, strlen(s), 255, &v) == 0 && v > 0;
}

/* 0, or COMMAND_USAGE. */
static int
read_scope(struct scope *s, int argc, char **argv)
{
	int ch, rc = 0;

	while (rc == 0 && (ch = getopt(argc, argv, "a:f:l:t:u:")) != -1) {
		if (ch == 'a')
			rc = add(s->account, &s->n_account, optarg);
		else if (ch == 'f')
			rc = add(s->domain, &s->n_domain, optarg);
		else if (ch == 't')
			rc = add(s->destination, &s->n_destination, optarg);
		else if (ch == 'l' && is_number(optarg, 1))
			s->life = optarg;
		else if (ch == 'u' && is_number(optarg, 0))
			s->uses = optarg;
		else
			rc = -1;
	}
	return rc == 0 && argc - optind == 1 ? 0 : COMMAND_USAGE;
}

static int
run_import(const struct place *place, int argc, char **argv)
{
	struct scope s = { .life = "30d", .uses = "10" };
	struct offered o;
	FILE *f;
	int rc;

	if (read_scope(&s, argc, argv) != 0)
		return COMMAND_USAGE;
	f = strcmp(argv[optind], "-") == 0 ? stdin : fopen(argv[optind], "re");
	if (f == NULL)
		return fail(EX_NOINPUT, argv[optind], strerror(errno));
	rc = read_offered(f, &o);
	if (f != stdin)
		fclose(f);
	if (rc == -1)
		return fail(EX_DATAERR, argv[optind], "is not what `calloffer "
		    "trust export' writes");
	if (o.kind == KEY_VERIFY &&
	    (s.n_account == 0 || s.n_domain == 0 || s.n_destination == 0))
		return fail(EX_USAGE, "say for whom this key may speak: -a, -f "
		    "and -t, each once at least", "");
	return import_key(place, &o, &s);
}

static int
run(const struct place *place, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "export") == 0)
		return run_export(place, argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "import") == 0)
		return run_import(place, argc - 1, argv + 1);
	return COMMAND_USAGE;
}

const struct command trust_command = {
	"trust", "export [-s] [-k FILE] NAME | import [OPTION ...] FILE",
	"take public keys to another organisation",
	"export writes the public half of the milter's signing key, and where\n"
	"its links lead, for those who run a bridge; with -s the bridge's\n"
	"sealing key, for those who run a milter.  import takes what they\n"
	"sent, writes it below trust/ in the configuration, and says what to\n"
	"do next.  Who imports decides for whom the key may speak:\n\n"
	"  -a ACCOUNT      an account that it may use\n"
	"  -f DOMAIN       of senders for whom it may offer\n"
	"  -t DESTINATION  that it may offer, as +44* or sip:*@example.com\n"
	"  -l TIME         the longest life of an offer (30d)\n"
	"  -u USES         the most uses of an offer (10)\n\n"
	"-a, -f and -t are needed, and may be repeated.\n\n"
	"  -s              export: the bridge's sealing key\n"
	"  -k FILE         export: another key than that of keys/, which must\n"
	"                  be in use; one that is named is told if it is not\n",
	run
};
