/*
 * The offerors table: as `calloffer offerors` writes it and as Postfix's
 * postmap does; looked up, refused, and taken anew.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"
#include "lib/entry.h"
#include "milter/table.h"
#include "t/tap.h"

static struct table *
open_table(const char *path, char *why, size_t size)
{
	const struct table_source source = { .name = path };

	return table_open(&source, why, size);
}

static char why[512];

struct pair {
	const char	*key, *value;
};

/* Keys and values with as many NULs behind as said; in place, or anew. */
static void
make(const char *name, const struct pair *p, size_t nul, int is_anew)
{
	struct db_txn *txn = NULL;
	struct db *db;
	int rc = -1;

	if (is_anew)
		unlink(tap_path(name));
	db = db_open(tap_path(name), DB_WRITE_FILE, NULL, 0, why, sizeof(why));
	if (db != NULL && db_begin(db, &txn, 1) == DB_OK) {
		rc = 0;
		for (; p->key != NULL; p++)
			rc |= db_put(txn, 0, p->key, strlen(p->key) + nul,
			    p->value, strlen(p->value) + nul) != DB_OK;
		rc |= db_commit(txn) != DB_OK;
	}
	is_int(rc, 0, "%s is made", name);
	if (db != NULL)
		db_close(db);
}

static const struct pair usual[] = {
	{ "@example.com", "to=+442079460100" },
	{ "alice@example.com", "to=+442079460101 name=\"Alice\"" },
	{ "bob+x@example.com", "to=+442079460102" },
	{ "bob@example.com", "to=+442079460103" },
	{ NULL, NULL }
};

static const struct {
	const char	*address, *delimiters, *to;	/* NULL: none */
} lookups[] = {
	{ "alice@example.com", "+", "+442079460101" },
	{ "alice+tag@example.com", "+", "+442079460101" },
	{ "alice+tag@example.com", "", "+442079460100" },
	{ "alice-tag@example.com", "+-", "+442079460101" },
	{ "alice-tag@example.com", "+", "+442079460100" },
	{ "bob+x@example.com", "+", "+442079460102" },
	{ "bob+y@example.com", "+", "+442079460103" },
	{ "carol@example.com", "+", "+442079460100" },
	{ "+alice@example.com", "+", "+442079460100" },
	{ "alice@example.org", "+", NULL },
	{ "alice@sub.example.com", "+", NULL },
	{ "alice", "+", NULL },
	{ "", "+", NULL },
	{ "@example.com", "+", "+442079460100" },
};

static void
check_lookups(struct table *t, const char *what)
{
	struct table_query q = { NULL, NULL, NULL };
	struct entry e;
	enum table_result r;
	size_t i;

	for (i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		q.address = lookups[i].address;
		q.delimiters = lookups[i].delimiters;
		r = table_find(t, &q, &e, why, sizeof(why));
		if (lookups[i].to == NULL)
			is_int(r, TABLE_NONE, "%s: %s: none", what, q.address);
		else if (is_int(r, TABLE_FOUND, "%s: %s", what, q.address))
			is_str(e.to.text, lookups[i].to, " its destination");
	}
}

static void
check_refused(void)
{
	static const struct {
		struct pair	 pair[2];
		const char	*why;
	} bad[] = {
		{ { { "alice@example.com", "to=12" } }, "alice@example.com" },
		{ { { "alice@example.com", "" } }, "alice@example.com" },
		{ { { "alice@example.com", "to=+442079460101 x=1" } }, "x" },
		{ { { "alice", "to=+442079460101" } }, "alice" },
		{ { { "example.com", "to=+442079460101" } }, "example.com" },
	};
	size_t i;
	FILE *f;

	ok(open_table(tap_path("none"), why, sizeof(why)) == NULL, "no file");
	ok(strstr(why, "calloffer offerors") != NULL, " says what to do: %s",
	    why);
	f = fopen(tap_path("text"), "w");
	if (f != NULL) {
		fputs("alice@example.com to=+442079460101\n", f);
		fclose(f);
	}
	ok(open_table(tap_path("text"), why, sizeof(why)) == NULL,
	    "a text, not compiled");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make("bad", bad[i].pair, i % 2, 1);
		ok(open_table(tap_path("bad"), why, sizeof(why)) == NULL,
		    "a bad entry, %zu", i);
		ok(strstr(why, bad[i].why) != NULL, " is named: %s", why);
	}
}

static void
check_own(size_t nul)
{
	const char *what = nul > 0 ? "with NULs" : "without NULs";
	struct table *t;

	make("own", usual, nul, 1);
	t = open_table(tap_path("own"), why, sizeof(why));
	if (!ok(t != NULL, "%s: opened %s", what, t == NULL ? why : ""))
		return;
	is_int(table_count(t), 4, "all entries");
	is_int(table_offers_unasked(t), 0, "none unasked");
	check_lookups(t, what);
	table_free(t);
}

static void
check_refresh(void)
{
	static const struct pair two[] = {
		{ "alice@example.com", "to=+442079460201 mode=always" },
		{ NULL, NULL }
	}, bad[] = {
		{ "alice@example.com", "to=" }, { NULL, NULL }
	};
	struct table_query q = { "alice@example.com", NULL, "" };
	struct table *t;
	struct entry e;

	make("fresh", usual, 1, 1);
	t = open_table(tap_path("fresh"), why, sizeof(why));
	ok(t != NULL, "opened");
	is_int(table_refresh(t, why, sizeof(why)), 0, "nothing new");

	make("new", two, 1, 1);
	is_int(rename(tap_path("new"), tap_path("fresh")), 0, "replaced");
	is_int(table_refresh(t, why, sizeof(why)), 1, "taken anew");
	is_int(table_count(t), 1, "what it holds now");
	is_int(table_offers_unasked(t), 1, "and what it says");
	is_int(table_find(t, &q, &e, why, sizeof(why)), TABLE_FOUND, "found");
	is_str(e.to.text, "+442079460201", "the new destination");

	make("new", bad, 1, 1);
	is_int(rename(tap_path("new"), tap_path("fresh")), 0, "a bad one");
	is_int(table_refresh(t, why, sizeof(why)), -1, "is refused");
	is_int(table_refresh(t, why, sizeof(why)), 0, "and told once");
	is_int(table_find(t, &q, &e, why, sizeof(why)), TABLE_FOUND,
	    "the old one is in force");
	unlink(tap_path("fresh"));
	is_int(table_refresh(t, why, sizeof(why)), 0, "missing: wait");
	is_int(table_find(t, &q, &e, why, sizeof(why)), TABLE_FOUND,
	    "still in force");
	make("fresh", usual, 0, 1);
	is_int(table_refresh(t, why, sizeof(why)), 1, "there again");
	is_int(table_count(t), 4, "whole");
	table_free(t);
}

/* cp and scp write over the file that is in use: cut short, then longer. */
static void
check_overwritten(void)
{
	static const size_t cuts[] = { 0, 1, 4096, 8192, 8200, 12288 };
	struct table_query q = { "alice@example.com", NULL, "" };
	static char whole[65536];
	struct table *t;
	struct entry e;
	size_t i, len;
	ssize_t n;
	int fd;

	make("over", usual, 1, 1);
	t = open_table(tap_path("over"), why, sizeof(why));
	fd = open(tap_path("over"), O_RDWR);
	n = fd >= 0 ? read(fd, whole, sizeof(whole)) : -1;
	if (!ok(t != NULL && n > 8192, "opened, %zd bytes", n))
		return;
	len = (size_t)n;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		if (cuts[i] >= len)
			continue;
		is_int(ftruncate(fd, 0), 0, "cut short");
		is_int(pwrite(fd, whole, cuts[i], 0), cuts[i], "to %zu bytes",
		    cuts[i]);
		is_int(table_find(t, &q, &e, why, sizeof(why)), TABLE_FOUND,
		    " what was read is in force");
		is_int(table_refresh(t, why, sizeof(why)), -1, " refused: %s",
		    why);
		ok(strstr(why, tap_path("over")) == why,
		    " and told by its name");
	}
	is_int(pwrite(fd, whole, len, 0), len, "whole again");
	is_int(table_refresh(t, why, sizeof(why)), 1, "and taken");
	is_int(table_count(t), 4, "with all it holds");
	close(fd);
	table_free(t);
}

/* Looked up by many while it is replaced again and again. */
static atomic_int stop, n_wrong;

static void *
look(void *arg)
{
	struct table_query q = { "alice@example.com", NULL, "+" };
	char reason[256];
	struct entry e;

	while (!atomic_load(&stop))
		if (table_find(arg, &q, &e, reason, sizeof(reason)) !=
		    TABLE_FOUND || strncmp(e.to.text, "+4420794601", 11) != 0)
			atomic_fetch_add(&n_wrong, 1);
	return NULL;
}

static void
check_threads(void)
{
	pthread_t thread[3];
	struct table *t;
	int i, n = 0, rc = 0;

	make("busy", usual, 1, 1);
	t = open_table(tap_path("busy"), why, sizeof(why));
	for (i = 0; i < 3; i++)
		rc |= pthread_create(&thread[i], NULL, look, t);
	is_int(rc, 0, "three threads look up");
	for (i = 0; i < 20; i++) {
		make("new", usual, (size_t)i % 2, 1);
		rename(tap_path("new"), tap_path("busy"));
		n += table_refresh(t, why, sizeof(why));
	}
	atomic_store(&stop, 1);
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	is_int(n, 20, "twenty new tables");
	is_int(n_wrong, 0, "nobody saw a wrong answer");
	table_free(t);
}

/* postmap of the real Postfix, with a configuration of its own. */
static int
postmap(const char *name)
{
	char map[512];
	int status = -1;
	pid_t pid;

	snprintf(map, sizeof(map), "lmdb:%s", tap_path(name));
	pid = fork();
	if (pid == 0) {
		execlp("postmap", "postmap", "-c", tap_dir(), map,
		    (char *)NULL);
		execl("/usr/sbin/postmap", "postmap", "-c", tap_dir(), map,
		    (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
write_text(const char *name, const struct pair *p)
{
	FILE *f = fopen(tap_path(name), "w");

	if (f == NULL)
		return;
	for (; p->key != NULL; p++)
		fprintf(f, "%s\t%s\n", p->key, p->value);
	fclose(f);
}

static void
check_postmap(void)
{
	static const struct pair text[] = {
		{ "@Example.COM", "to=+442079460100" },
		{ "Alice@Example.com", "to=+442079460101 name=\"Alice\"" },
		{ "bob+x@example.com", "to=+442079460102" },
		{ "bob@example.com", "to=+442079460103" },
		{ NULL, NULL }
	}, more[] = {
		{ "alice@example.com", "to=+442079460301" }, { NULL, NULL }
	};
	static const struct pair conf[] = {
		{ "compatibility_level", "= 3.6" }, { NULL, NULL }
	};
	struct table_query q = { "alice@example.com", NULL, "" };
	char name[520];
	struct table *t;
	struct entry e;

	write_text("main.cf", conf);
	write_text("map", text);
	is_int(postmap("map"), 0, "postmap writes a map");
	snprintf(name, sizeof(name), "lmdb:%s", tap_path("map"));
	t = open_table(name, why, sizeof(why));
	if (!ok(t != NULL, "opened as Postfix names it %s",
	    t == NULL ? why : ""))
		return;
	is_str(table_path(t), tap_path("map.lmdb"), "its file");
	is_int(table_count(t), 4, "all entries");
	check_lookups(t, "postmap's");

	write_text("map", more);
	is_int(postmap("map"), 0, "postmap writes it again, in place");
	is_int(table_refresh(t, why, sizeof(why)), 1, "that is seen");
	is_int(table_count(t), 1, "one entry now");
	is_int(table_find(t, &q, &e, why, sizeof(why)), TABLE_FOUND, "found");
	is_str(e.to.text, "+442079460301", "the new destination");
	table_free(t);
}

int
main(void)
{
	check_refused();
	check_own(0);
	check_own(1);
	check_refresh();
	check_overwritten();
	check_threads();
	check_postmap();
	return tap_done();
}
