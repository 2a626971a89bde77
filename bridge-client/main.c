/*
 * calloffer-bridge: the authority.  It alone opens offers, keeps the journal
 * and rings telephones.
 *
 * What main() does is a list: read the configuration and all that is secret,
 * listen, become the user, open the journal, close the jail; only then is a
 * byte read from outside.
 */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/jail.h"
#include "lib/key.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/scrape.h"
#include "lib/secret.h"
#include "lib/sock.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/driver.h"
#include "bridge-client/call/world.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_change.h"
#include "bridge-client/contract/contract_load.h"
#include "bridge-client/contract/show.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/phone.h"
#include "bridge-client/guard/unseal.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/restore.h"
#include "bridge-client/journal/vault.h"
#include "bridge-client/mail/code_mail.h"
#include "bridge-client/mail/notify.h"
#include "bridge-client/net/crew.h"
#include "bridge-client/net/jwt.h"
#include "bridge-client/net/rest.h"
#include "bridge-client/payer/bank.h"
#include "bridge-client/payer/means_desk.h"
#include "bridge-client/payer/news.h"
#include "bridge-client/provider/forget.h"
#include "bridge-client/provider/hook.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/roster.h"
#include "bridge-client/provider/trunk.h"
#include "bridge-client/service/figures.h"
#include "bridge-client/service/meter.h"
#include "bridge-client/service/service.h"
#include "bridge-client/service/service_accept.h"
#include "bridge-client/service/service_admin.h"
#include "bridge-client/service/service_face.h"
#include "bridge-client/service/service_hook.h"
#include "bridge-client/service/tally.h"

#define IDENT		"calloffer-bridge"
#define CONFIGURATION	CALLOFFER_SYSCONFDIR "/bridge.conf"

enum mode {
	MODE_RUN, MODE_CHECK, MODE_FACTS, MODE_ACCOUNTS, MODE_RESTORED
};

struct options {
	const char	*configuration;
	const char	*account;	/* MODE_ACCOUNTS: NULL is all */
	enum mode	 mode;
	int		 is_verbose;
	int		 is_syslog;
};

static struct {
	const char		*path;
	struct contract		*start;		/* its secrets stay in use */
	struct contract		*now;		/* start, or read again */
	struct contract		*before;	/* of the turn that reads */
	struct unseal		*unseal;
	struct roster		 roster;
	int			 face_fd, admin_fd;
	int			 metrics_fd;	/* -1: there is none */
	struct loop		*loop;
	struct vault		*vault;
	struct journal		*journal;
	struct rest		*rest;
	struct trunk		*trunk;
	struct bank		*bank;
	struct world		 payers;	/* of the world, that part */
	struct guard		*guard;
	struct notify		*notify;	/* NULL: none are sent */
	struct forget		*forget;	/* NULL: nobody deletes */
	struct hook		*hook;
	struct service		 service;
	struct service_accept	*accept;
	struct service_face	*face;
	struct service_admin	*admin;
	struct figures		 figures;
	struct meter		*meter;
} bridge;

_Noreturn static void
usage(int status)
{
	fprintf(status == EX_OK ? stdout : stderr,
	    "usage: " IDENT " [-dns] [-c file]\n"
	    "       " IDENT " --facts | --restored [-c file]\n"
	    "       " IDENT " --accounts [-c file] [name]\n"
	    "       " IDENT " -h | -V\n\n-n only checks the configuration; "
	    IDENT "(8) says all.\n");
	exit(status);
}

static void
read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "facts", no_argument, NULL, MODE_FACTS },
		{ "accounts", no_argument, NULL, MODE_ACCOUNTS },
		{ "restored", no_argument, NULL, MODE_RESTORED },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	memset(o, 0, sizeof(*o));
	o->configuration = CONFIGURATION;
	while ((c = getopt_long(argc, argv, "c:dhnsV", longs, NULL)) != -1)
		if (c == 'c')
			o->configuration = optarg;
		else if (c == 'd')
			o->is_verbose = 1;
		else if (c == 's')
			o->is_syslog = 1;
		else if (c == 'n')
			o->mode = MODE_CHECK;
		else if (c <= MODE_RESTORED)
			o->mode = (enum mode)c;
		else if (c == 'V') {
			puts(IDENT " " CALLOFFER_VERSION);
			exit(EX_OK);
		} else
			usage(c == 'h' ? EX_OK : EX_USAGE);
	if (o->mode == MODE_ACCOUNTS && optind < argc)
		o->account = argv[optind++];
	if (optind != argc)
		usage(EX_USAGE);
}

/*
 * The configuration, before anything is given up.
 */
static int
add_unseal_keys(void *ctx)
{
	const struct contract_place *at = ctx;
	size_t i;

	unseal_free(bridge.unseal);
	bridge.unseal = unseal_new();
	for (i = 0; i < bridge.start->unseal_keys.n; i++)
		if (bridge.unseal == NULL || unseal_add(bridge.unseal,
		    bridge.start->unseal_keys.item[i], at->why, at->size) ==
		    -1)
			return -1;
	return 0;
}

/* 0, or -1 and one line "FILE:LINE: what is wrong". */
static int
read_configuration(const char *path, char *why, size_t size)
{
	const struct contract_place at = { path, why, size };
	char what[512] = "out of memory";
	struct contract_place in = { path, what, sizeof(what) };

	bridge.path = path;
	bridge.start = contract_load_file(path, CONTRACT_START, why, size);
	if (bridge.start == NULL)
		return -1;
	bridge.now = bridge.start;
	if (roster_read(&bridge.roster, bridge.start, &at) == -1 ||
	    bank_check(bridge.start, &at) == -1)
		return -1;
	if (contract_load_as_user(bridge.start, add_unseal_keys, &in) == -1)
		return contract_wrong(&at, 1, "unseal_keys", "%s", what);
	return 0;
}

static int
listen_on(const struct contract_socket *s)
{
	const struct sock_unix how = { .mode = (mode_t)s->mode,
		.group = s->group[0] != '\0' ? s->group : NULL };
	char why[512];
	int fd = sock_listen(s->path, &how, why, sizeof(why));

	if (fd == -1)
		log_fatal(EX_OSERR, "%s", why);
	return fd;
}

/* As the administrator's socket is shared, if it is a socket. */
static int
listen_for_metrics(const struct contract *c)
{
	const struct sock_unix how = { .mode = (mode_t)c->admin.mode,
		.group = c->admin.group[0] != '\0' ? c->admin.group : NULL };
	char why[512];
	int fd = -1;

	if (c->metrics[0] != '\0' && (fd = scrape_listen(c->metrics, &how, why,
	    sizeof(why))) == -1)
		log_fatal(EX_OSERR, "%s", why);
	return fd;
}

static void
become_user(const struct contract *c)
{
	char why[512];

	if (c->user[0] == '\0') {
		if (geteuid() == 0)
			log_warn("running as root: set `user' in %s",
			    bridge.path);
		return;
	}
	if (jail_user(c->user, c->group[0] != '\0' ? c->group : NULL, why,
	    sizeof(why)) == -1)
		log_fatal(EX_OSERR, "%s", why);
}

/*
 * The parts, from below.
 */
static void
open_trunk(void)
{
	struct trunk_provider list[CONTRACT_PROVIDERS_MAX];
	const struct contract_provider *p;
	char why[512];
	size_t i;

	memset(list, 0, sizeof(list));
	for (i = 0; i < bridge.roster.n; i++) {
		p = contract_provider_at(bridge.start, i);
		list[i].kind = bridge.roster.provider[i].kind;
		list[i].conf = bridge.roster.provider[i].conf;
		list[i].account.user = p->user[0] != '\0' ? p->user : NULL;
		list[i].account.password = p->password;
		list[i].account.ca_file = p->ca_file[0] != '\0' ? p->ca_file :
		    NULL;
		list[i].account.connect_ms = (int)p->connect_s * 1000;
		if (bridge.roster.jwt[i] != NULL)
			list[i].account.token = jwt_put;
		list[i].account.token_ctx = bridge.roster.jwt[i];
	}
	bridge.trunk = trunk_open(bridge.loop, bridge.rest, list,
	    bridge.roster.n, why, sizeof(why));
	bridge.bank = bank_open(bridge.rest, bridge.start);
	if (bridge.trunk == NULL || bridge.bank == NULL)
		log_fatal(EX_OSERR, "%s", bridge.trunk == NULL ? why :
		    "out of memory");
}

static void
on_ended(void *ctx, const struct call *c)
{
	(void)ctx;
	tally_ended((enum ask_end)c->end);
	service_accept_ended(bridge.accept, c);
	notify_wake(bridge.notify);
}

static struct driver *
open_driver(void)
{
	struct driver_conf conf;
	struct driver *driver;
	char why[512];

	memset(&conf, 0, sizeof(conf));
	conf.journal = bridge.journal;
	conf.keep.calls_s = bridge.start->keep_s;
	conf.keep.numbers_s = bridge.start->keep_numbers_s;
	conf.ended = on_ended;
	conf.n_providers = bridge.roster.n;
	memcpy(conf.provider, bridge.roster.provider, sizeof(conf.provider));
	trunk_world(bridge.trunk, &conf.world);
	bank_world(bridge.bank, &conf.world);
	conf.world.his_turn = means_desk_turn;
	conf.world.turn_ctx = bridge.service.means;
	driver = driver_new(&conf, why, sizeof(why));
	if (driver == NULL)
		log_fatal(EX_OSERR, "%s", why);
	return driver;
}

static void
on_mail(void *ctx)
{
	(void)ctx;
	notify_wake(bridge.notify);
}

/* Means of payment, and what payers tell. */
static void
open_means(struct service *s)
{
	const struct means_desk_conf conf = { .service = s,
		.world = &bridge.payers,
		.wake = bridge.notify != NULL ? on_mail : NULL };
	struct news_conf news = { .mac = bridge.start->mac.secret };

	bank_world(bridge.bank, &bridge.payers);
	news.n = bridge.payers.n_payers;
	news.payer = bridge.payers.payer;
	s->means = means_desk_new(&conf);
	s->news = news_new(&news);
	if (s->means == NULL || s->news == NULL)
		log_fatal(EX_OSERR, "out of memory");
	s->on_hook = service_hook_ask;
}

static void
open_forget(void)
{
	struct world world;
	const struct forget_conf conf = { bridge.journal, &world,
		bridge.roster.provider, bridge.roster.n };

	memset(&world, 0, sizeof(world));
	trunk_world(bridge.trunk, &world);
	if (forget_is_wanted(&conf) && (bridge.forget = forget_open(
	    bridge.loop, &conf)) == NULL)
		log_fatal(EX_OSERR, "out of memory");
}

static void
open_service(void)
{
	struct service *s = &bridge.service;
	struct hook_conf hooks = { .n = bridge.roster.n,
		.provider = bridge.roster.provider,
		.mac = bridge.start->mac.secret };

	bridge.hook = hook_new(&hooks);
	bridge.guard = guard_new(bridge.start->mac.secret, GUARD_EVENTS_MAX);
	bridge.accept = service_accept_new(s, bridge.start->mac.secret);
	if (bridge.guard == NULL || bridge.accept == NULL ||
	    bridge.hook == NULL)
		log_fatal(EX_OSERR, "out of memory");
	if (bridge.start->smtp[0] != '\0' && (bridge.notify = notify_open(
	    bridge.loop, bridge.journal, bridge.start)) == NULL)
		log_fatal(EX_OSERR, "out of memory");
	if (bridge.start->smtp[0] != '\0' && (s->code_mail = code_mail_open(
	    bridge.loop, bridge.start)) == NULL)
		log_fatal(EX_OSERR, "out of memory");
	s->journal = bridge.journal;
	open_means(s);
	s->driver = open_driver();
	s->guard = bridge.guard;
	s->hook = bridge.hook;
	s->mac = bridge.start->mac.secret;
	s->unseal = bridge.unseal;
	s->crew = crew_new(bridge.loop, crew_usual());
	if (s->crew == NULL)
		log_fatal(EX_OSERR, "no threads");
	s->contract = bridge.now;
	s->accept = service_accept_do;
	s->accept_ctx = bridge.accept;
	if (service_accept_recall(bridge.accept) == -1)
		log_fatal(EX_IOERR, "the journal cannot be read");
	bridge.face = service_face_new(bridge.loop, bridge.face_fd, s);
	bridge.admin = service_admin_new(bridge.loop, bridge.admin_fd, s);
	if (bridge.face == NULL || bridge.admin == NULL ||
	    trunk_start(bridge.trunk, s->driver) == -1)
		log_fatal(EX_OSERR, "out of memory");
}

static void
open_meter(void)
{
	bridge.figures.service = &bridge.service;
	bridge.figures.started = clock_wall();
	if (bridge.metrics_fd != -1 && (bridge.meter = meter_new(bridge.loop,
	    bridge.metrics_fd, figures_put, &bridge.figures)) == NULL)
		log_fatal(EX_OSERR, "out of memory");
}

/*
 * Signals.
 */
static void
reload(void)
{
	struct contract *c;
	const char *key;
	char why[1024];

	c = contract_load_file(bridge.path, CONTRACT_RELOAD, why, sizeof(why));
	key = c != NULL ? contract_change_needs_restart(bridge.now, c) : NULL;
	if (c == NULL || key != NULL) {
		log_warn("reload refused, the old configuration holds: %s%s",
		    c == NULL ? why : key, c == NULL ? "" :
		    " has changed, which needs a restart");
		contract_free(c);
		return;
	}
	crew_settle(bridge.service.crew);
	/* what a question of this turn still uses goes at the next reload */
	if (bridge.before != bridge.start)
		contract_free(bridge.before);
	bridge.before = bridge.now;
	bridge.now = c;
	bridge.service.contract = c;
	log_info("configuration read again");
}

static void
on_signal(void *ctx, int signo)
{
	(void)ctx;
	if (signo == SIGHUP)
		reload();
	else
		loop_stop(bridge.loop);
}

static void
open_loop(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

	bridge.loop = loop_new();
	if (bridge.loop == NULL || loop_signals(bridge.loop, signals, 3,
	    on_signal, NULL) == -1)
		log_fatal(EX_OSERR, "no event loop");
	bridge.rest = rest_open(bridge.loop);
	if (bridge.rest == NULL)
		log_fatal(EX_OSERR, "libcurl cannot be started");
}

static void
close_all(void)
{
	meter_free(bridge.meter);
	crew_free(bridge.service.crew);
	service_accept_free(bridge.accept);
	service_face_free(bridge.face);
	service_admin_free(bridge.admin);
	(void)unlink(bridge.start->face.path);
	(void)unlink(bridge.start->admin.path);
	notify_close(bridge.notify);
	code_mail_close(bridge.service.code_mail);
	trunk_close(bridge.trunk);
	forget_close(bridge.forget);
	driver_free(bridge.service.driver);
	bank_close(bridge.bank);
	rest_close(bridge.rest);
	means_desk_free(bridge.service.means);
	news_free(bridge.service.news);
	bridge.journal->op->close(bridge.journal);
	vault_close(bridge.vault);
	roster_clear(&bridge.roster);
	guard_free(bridge.guard);
	hook_free(bridge.hook);
	loop_free(bridge.loop);
	unseal_free(bridge.unseal);
	if (bridge.now != bridge.start)
		contract_free(bridge.now);
	if (bridge.before != bridge.start)
		contract_free(bridge.before);
	contract_free(bridge.start);
}

/* What needs no more than the configuration; the exit status. */
static int
show(const struct options *o)
{
	if (o->mode == MODE_FACTS)
		show_facts(bridge.start, bridge.unseal);
	if (o->mode != MODE_ACCOUNTS ||
	    show_accounts(bridge.start, o->account) == 0)
		return EX_OK;
	fprintf(stderr, IDENT ": there is no account %s\n", o->account);
	return EX_USAGE;
}

static void
open_vault(void)
{
	const struct contract *c = bridge.start;
	char keys[PATH_MAX], why[1024];

	snprintf(keys, sizeof(keys), "%s%s", c->day_keys[0] != '\0' ?
	    c->day_keys : c->journal, c->day_keys[0] != '\0' ? "" : "-keys");
	bridge.vault = vault_open(keys, why, sizeof(why));
	if (bridge.vault == NULL)
		log_fatal(EX_CANTCREAT, "%s", why);
}

static void
open_journal(void)
{
	const struct contract *c = bridge.start;
	char why[1024];

	open_vault();
	bridge.journal = journal_lmdb_open(c->journal, bridge.vault,
	    (size_t)c->journal_size, why, sizeof(why));
	if (bridge.journal == NULL)
		log_fatal(EX_CANTCREAT, "%s", why);
}

/* An older journal is in its place; the exit status. */
static int
restored(void)
{
	struct restore_place at = { .dir = bridge.start->journal,
		.map_size = (size_t)bridge.start->journal_size };
	struct restore_done done;
	char why[1024], before[CLOCK_ISO_SIZE];
	int rc;

	become_user(bridge.start);
	open_vault();
	at.vault = bridge.vault;
	rc = restore_journal(&at, clock_wall(), &done, why, sizeof(why));
	if (rc == -1)
		log_fatal(EX_DATAERR, "%s", why);
	clock_iso(done.before, before);
	if (rc == 1)
		printf("%s is no older journal, nor ahead of the clock: "
		    "nothing to do\n", at.dir);
	else
		printf("%s can be used: offers made before %s are refused, "
		    "%u open calls ended\n", at.dir, before, done.n_open);
	vault_close(bridge.vault);
	return EX_OK;
}

/* Everything before the jail closes. */
static void
prepare(void)
{
	char why[1024];

	bridge.face_fd = listen_on(&bridge.start->face);
	bridge.admin_fd = listen_on(&bridge.start->admin);
	bridge.metrics_fd = listen_for_metrics(bridge.start);
	become_user(bridge.start);
	open_journal();
	open_loop();
	open_trunk();
	/* a journal that met a full disk is opened anew: hence JAIL_WRITE */
	if (jail_close(JAIL_UNIX | JAIL_INET | JAIL_WRITE, why, sizeof(why)) ==
	    -1)
		log_fatal(EX_OSERR, "%s", why);
}

int
main(int argc, char **argv)
{
	struct options o;
	char why[1024];

	read_options(&o, argc, argv);
	log_open(IDENT, o.is_syslog ? LOG_TO_SYSLOG : LOG_TO_STDERR,
	    o.is_verbose);
	if (secret_init() == -1 || phone_init() == -1)
		log_fatal(EX_SOFTWARE, "a library cannot be started");
	if (read_configuration(o.configuration, why, sizeof(why)) == -1) {
		if (!o.is_syslog)
			fprintf(stderr, "%s\n", why);
		else
			log_warn("%s", why);
		return EX_CONFIG;
	}
	if (o.mode == MODE_RESTORED)
		return restored();
	if (o.mode != MODE_RUN)
		return show(&o);
	prepare();
	open_service();
	open_forget();
	open_meter();
	log_info("ready version=" CALLOFFER_VERSION " providers=%zu",
	    bridge.roster.n);
	if (loop_run(bridge.loop) == -1)
		log_fatal(EX_OSERR, "the event loop has failed");
	log_info("ends");
	close_all();
	return EX_OK;
}
