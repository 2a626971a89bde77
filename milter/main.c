/*
 * calloffer-milter: puts the button into mail.
 *
 * Reads its configuration, keys and table, opens its socket, becomes its user,
 * closes the jail, and serves.  libmilter runs in a thread of its own, because
 * it takes every signal for a wish to stop.
 */

#include <sys/eventfd.h>

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/jail.h"
#include "lib/key.h"
#include "lib/log.h"
#include "lib/secret.h"

#include "milter/button.h"
#include "milter/count.h"
#include "milter/hooks.h"
#include "milter/meter.h"
#include "milter/mint.h"
#include "milter/offline.h"
#include "milter/settings.h"
#include "milter/site.h"
#include "milter/table.h"

#define DRAIN_MS	30000	/* for messages under way at the end */
#define LOOK_MS		1000	/* between two looks at the table's file */
#define WHY_SIZE	1024
#define LAST_MS		50	/* between two looks at the end */
#define MMAP_FROM	(2 * 1024 * 1024)
#define KEPT_MAX	(8 * 1024 * 1024)
#define ARENAS		1

enum mode {
	MODE_SERVE, MODE_CHECK, MODE_FACTS, MODE_TEMPLATES, MODE_MINT,
	MODE_REWRITE
};

struct options {
	const char	*conf;
	enum mode	 mode;
	int		 is_verbose;
	enum log_to	 to;
};

static int wake = -1;			/* an eventfd: look at the flags */
static volatile sig_atomic_t has_hup, has_term;

static void
on_signal(int signo)
{
	const uint64_t one = 1;
	int saved = errno;

	if (signo == SIGHUP)
		has_hup = 1;
	else
		has_term = 1;
	if (write(wake, &one, sizeof(one)) < 0) {
		/* The counter is full: it is being read anyway. */
	}
	errno = saved;
}

_Noreturn static void
usage(int status)
{
	fprintf(status == EX_OK ? stdout : stderr,
	    "usage: calloffer-milter [-dns] [-c file]\n"
	    "       calloffer-milter --facts [-c file]\n"
	    "       calloffer-milter --templates [-c file]\n"
	    "       calloffer-milter --mint [-c file] [-r recipient] "
	    "[-m message-id]\n"
	    "                        offeror [value]\n"
	    "       calloffer-milter --rewrite [-c file] [-u login] "
	    "[-f sender]\n"
	    "                        [-r recipient] ... < message\n"
	    "       calloffer-milter -h | -V\n\n"
	    "-n only checks the configuration; "
	    "calloffer-milter(8) says all.\n");
	exit(status);
}

/* The modes' own options are left to them: parsing stops at the first. */
static int
parse(struct options *o, int argc, char **argv)
{
	static const struct option longer[] = {
		{ "facts", no_argument, NULL, MODE_FACTS },
		{ "templates", no_argument, NULL, MODE_TEMPLATES },
		{ "mint", no_argument, NULL, MODE_MINT },
		{ "rewrite", no_argument, NULL, MODE_REWRITE },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int ch, i;

	for (i = 1; i < argc; i = optind) {
		/* -r, -m, -u and -f belong to a mode, as do operands. */
		if (o->mode >= MODE_MINT && (argv[i][0] != '-' ||
		    strchr("cdhsV", argv[i][1]) == NULL))
			break;
		optind = i;
		ch = getopt_long(argc, argv, "+c:dhnsV", longer, NULL);
		if (ch == 'c')
			o->conf = optarg;
		else if (ch == 'd')
			o->is_verbose = 1;
		else if (ch == 'n')
			o->mode = MODE_CHECK;
		else if (ch == 's')
			o->to = LOG_TO_SYSLOG;
		else if (ch >= MODE_FACTS && ch <= MODE_REWRITE)
			o->mode = (enum mode)ch;
		else if (ch == 'V') {
			printf("calloffer-milter %s\n", CALLOFFER_VERSION);
			exit(EX_OK);
		} else {
			usage(ch == 'h' ? EX_OK : EX_USAGE);
		}
	}
	if (i < argc && o->mode < MODE_MINT)
		usage(EX_USAGE);
	return i;
}

/* One line "FILE:LINE: what is wrong", where who can mend it looks. */
_Noreturn static void
refuse(const struct options *o, const char *why)
{
	if (o->to == LOG_TO_SYSLOG)
		log_warn("%s", why);
	else
		fprintf(stderr, "%s\n", why);
	exit(EX_CONFIG);
}

/*
 * Who starts as root becomes him.  The usual one may be missing where a
 * configuration is only looked at.
 */
static void
check_user(const struct options *o, const char *user)
{
	char why[WHY_SIZE], place[WHY_SIZE / 2];

	if (geteuid() != 0 || getpwnam(user) != NULL ||
	    strcmp(user, "calloffer-milter") == 0)
		return;
	conf_place(place, sizeof(place), o->conf, 1, "user");
	snprintf(why, sizeof(why), "%s: user: no such user: %s", place, user);
	refuse(o, why);
}

static void
print_facts(const struct site *site)
{
	char sign[KEY_ID_HEX], seal[KEY_ID_HEX];

	key_id_hex(mint_sign_id(site->mint), sign);
	key_id_hex(mint_seal_id(site->mint), seal);
	printf("sign %s\nseal %s\nlisten %s\ntable %s\nurl %s\n", sign, seal,
	    site->set.socket, table_path(site->table), site->set.base_url);
	printf("uses %lld\nlifetime %lld\n", (long long)site->set.max_uses,
	    (long long)site->set.max_lifetime);
}

/* Without table and keys: the table may be the one that is to be made. */
static int
print_templates(const struct options *o)
{
	struct settings set;
	struct button_set *buttons = NULL;
	struct conf *conf;
	const char *name;
	char why[WHY_SIZE];
	size_t i;

	conf = settings_read(&set, o->conf, why, sizeof(why));
	if (conf != NULL)
		buttons = button_load(set.templates, why, sizeof(why));
	if (buttons == NULL)
		refuse(o, why);
	printf("default\n");
	for (i = 0; (name = button_name(buttons, i)) != NULL; i++)
		printf("%s\n", name);
	button_set_free(buttons);
	conf_free(conf);
	return EX_OK;
}

static void *
serve(void *done)
{
	static const uint64_t one = 1;

	if (hooks_run() != 0)
		log_warn("libmilter has ended");
	*(volatile sig_atomic_t *)done = 1;
	if (write(wake, &one, sizeof(one)) < 0)
		log_warn("eventfd: %s", strerror(errno));
	return NULL;
}

/* The signals that libmilter must not see reach this thread alone. */
static int
start(volatile sig_atomic_t *done, int metrics, char *why, size_t size)
{
	struct sigaction sa = { .sa_handler = on_signal };
	pthread_t thread;
	sigset_t mine, before;
	int rc, bad = 0;

	sigemptyset(&mine);
	sigaddset(&mine, SIGHUP);
	sigaddset(&mine, SIGTERM);
	sigaddset(&mine, SIGINT);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	pthread_sigmask(SIG_BLOCK, &mine, &before);
	rc = pthread_create(&thread, NULL, serve, (void *)done);
	if (rc == 0 && metrics >= 0)
		bad = meter_start(metrics, hooks_busy, why, size);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		snprintf(why, size, "no thread can be started: %s",
		    strerror(rc));
		return -1;
	}
	pthread_detach(thread);
	return bad;
}

static void
reload(const char *path)
{
	struct site *site, *old = site_current();
	char why[WHY_SIZE];

	site = site_open(path, old, why, sizeof(why));
	if (site == NULL) {
		log_warn("reload refused, the old configuration stays: %s",
		    why);
		count_reload(0);
	} else {
		count_reload(1);
		if (strcmp(site->set.socket, old->set.socket) != 0 ||
		    strcmp(site->set.metrics, old->set.metrics) != 0 ||
		    strcmp(site->set.user, old->set.user) != 0)
			log_warn("socket, metrics and user change with a "
			    "restart only");
		log_info("reloaded %s: offerors=%zu templates=%zu", path,
		    table_count(site->table), button_count(site->buttons));
		site_install(site);
	}
	site_release(old);
}

static void
refresh(void)
{
	struct site *site = site_current();
	char why[WHY_SIZE];

	switch (table_refresh(site->table, why, sizeof(why))) {
	case 1:
		count_reload(1);
		log_info("%s: offerors=%zu", table_path(site->table),
		    table_count(site->table));
		break;
	case -1:
		count_reload(0);
		log_warn("the new table is refused, the old one stays: %s",
		    why);
		break;
	}
	site_release(site);
}

/*
 * Memory that a message had is kept for the next one, within bounds: a mail of
 * a megabyte costs half as much where no page of it is new.  What is larger
 * than a body is in memory goes back to the system at once, and all else when
 * there is nothing to do.  Left to itself glibc raises the limit with the
 * largest block that it has seen, and each of its arenas, of which it makes
 * eight for a processor, keeps such blocks for good.
 */
static void
keep_little(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, MMAP_FROM);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
	(void)mallopt(M_ARENA_MAX, ARENAS);
#endif
}

static void
keep_nothing(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

/*
 * Until a signal says so; messages that are under way may end.  That they have
 * is seen twice: libmilter sends the last answer behind the end of a message.
 */
static void
watch(const char *conf, const volatile sig_atomic_t *done)
{
	struct pollfd p = { .fd = wake, .events = POLLIN };
	int64_t give_up = 0;
	uint64_t count;
	int n_idle = 0, is_idle;

	for (;;) {
		(void)poll(&p, 1, has_term ? LAST_MS : LOOK_MS);
		if (read(wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
			log_warn("eventfd: %s", strerror(errno));
		if (*done)
			return;
		is_idle = hooks_busy() == 0;
		n_idle = has_term && is_idle ? n_idle + 1 : 0;
		if (has_term && give_up == 0)
			give_up = clock_mono_ms() + DRAIN_MS;
		if (has_term && (n_idle > 1 || clock_mono_ms() > give_up))
			return;
		if (has_hup) {
			has_hup = 0;
			reload(conf);
		}
		refresh();
		if (is_idle)
			keep_nothing();
	}
}

static int
run(const struct options *o, struct site *site)
{
	static volatile sig_atomic_t done;
	const struct settings *set = &site->set;
	char why[WHY_SIZE];
	int metrics = -1;

	keep_little();
	if (hooks_listen(set, why, sizeof(why)) != 0 ||
	    (set->metrics[0] != '\0' &&
	    (metrics = meter_listen(set, why, sizeof(why))) < 0) ||
	    jail_user(set->user, set->socket_group[0] != '\0' ?
	    set->socket_group : NULL, why, sizeof(why)) != 0 ||
	    jail_close(JAIL_UNIX | JAIL_SPOOL, why, sizeof(why)) != 0 ||
	    site_spools(site, why, sizeof(why)) != 0)
		log_fatal(EX_OSERR, "%s", why);
	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake < 0)
		log_fatal(EX_OSERR, "eventfd: %s", strerror(errno));
	site_install(site);
	if (start(&done, metrics, why, sizeof(why)) != 0)
		log_fatal(EX_OSERR, "%s", why);
	log_info("started: %s offerors=%zu", set->socket,
	    table_count(site->table));
	watch(o->conf, &done);
	log_info("stopped");
	/* libmilter's threads may still run: nothing is taken from them. */
	fflush(NULL);
	_exit(done && !has_term ? EX_SOFTWARE : EX_OK);
}

int
main(int argc, char **argv)
{
	struct options o = { CALLOFFER_SYSCONFDIR "/milter.conf", MODE_SERVE,
	    0, LOG_TO_STDERR };
	struct site *site;
	char why[WHY_SIZE];
	int rest = parse(&o, argc, argv), status = EX_OK;

	log_open("calloffer-milter", o.to, o.is_verbose);
	if (secret_init() != 0)
		log_fatal(EX_SOFTWARE, "libsodium does not start");
	if (o.mode == MODE_TEMPLATES)
		return print_templates(&o);
	site = site_open(o.conf, NULL, why, sizeof(why));
	if (site == NULL)
		refuse(&o, why);
	if (o.mode == MODE_CHECK)
		check_user(&o, site->set.user);
	switch (o.mode) {
	case MODE_SERVE:
		return run(&o, site);
	case MODE_CHECK:
	case MODE_TEMPLATES:
		break;
	case MODE_FACTS:
		print_facts(site);
		break;
	case MODE_MINT:
		status = offline_mint(site, argc - rest + 1, argv + rest - 1);
		break;
	case MODE_REWRITE:
		status = offline_rewrite(site, argc - rest + 1,
		    argv + rest - 1);
		break;
	}
	site_release(site);
	return status;
}
