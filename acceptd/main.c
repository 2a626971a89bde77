/*
 * calloffer-acceptd: the web face.  Options, what is read before the jail, the
 * jail, the loop.  See calloffer-acceptd(8).
 */

#include <sys/resource.h>

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <getopt.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/jail.h"
#include "lib/key.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/recent.h"
#include "lib/secret.h"
#include "lib/sock.h"
#include "lib/zone.h"

#include "acceptd/asset.h"
#include "acceptd/calls.h"
#include "acceptd/client.h"
#include "acceptd/context.h"
#include "acceptd/count.h"
#include "acceptd/desk.h"
#include "acceptd/face.h"
#include "acceptd/http.h"
#include "acceptd/lang.h"
#include "acceptd/limit.h"
#include "acceptd/live.h"
#include "acceptd/settings.h"
#include "acceptd/site.h"

#define SEEN_ROOM	65536	/* 1 MB */
#define LIMIT_ROOM	16384
#define WHY_SIZE	1024
#define GRACE_MS	3000	/* at the end, for what is under way */

struct options {
	const char	*conf;
	int		 is_check, is_facts, is_verbose, is_syslog;
};

/* What is read from files, and read anew on SIGHUP. */
struct library {
	struct conf		*conf;
	struct settings		 settings;
	struct lang_set		*langs;
	struct asset_set	 assets;
	struct key_ring		 keys;
	struct client_nets	 proxies;
};

static const char not_safe[] = "this version of libmicrohttpd is not to face "
    "a network: listen on a Unix socket or on loopback, behind a proxy";

static struct acceptd {
	struct options		 options;
	struct library		*library;
	struct context		 context;
	struct client_nets	 proxies;
	char			*bridge;	/* outlives the settings */
	struct loop		*loop;
	struct face		*face;
	struct live		*live;
	struct desk		*desk;
	struct http		*http, *metrics;
	struct loop_timer	*end;
	int64_t			 started;	/* Unix time */
	int64_t			 end_ms;	/* 0: not asked to end */
} a;

/* Files. */

/* What is wrong with the value of a key, and where that stands. */
static int
complain(const char *key, const char *what, char *why, size_t size)
{
	char place[WHY_SIZE / 4];

	conf_place(place, sizeof(place), a.options.conf, 1, key);
	snprintf(why, size, "%s: %s: %s", place, key, what);
	return -1;
}

static void
library_free(struct library *l)
{
	if (l == NULL)
		return;
	lang_set_free(l->langs);
	asset_free(&l->assets);
	conf_free(l->conf);
	free(l);
}

static int
check_zone(const char *zone, char *why, size_t size)
{
	char what[WHY_SIZE / 2];

	if (zone_is_known(zone))
		return 0;
	snprintf(what, sizeof(what), "there is no zone %.200s here (tzdata)",
	    zone);
	return complain("zone", what, why, size);
}

/*
 * Who starts as root becomes him.  The usual one may be missing where a
 * configuration is only looked at.
 */
static int
check_user(const char *user, char *why, size_t size)
{
	char what[WHY_SIZE / 2];

	if (geteuid() != 0 || getpwnam(user) != NULL ||
	    strcmp(user, "calloffer-acceptd") == 0)
		return 0;
	snprintf(what, sizeof(what), "no such user: %s", user);
	return complain("user", what, why, size);
}

static int
load_keys(struct library *l, char *why, size_t size)
{
	const struct conf_list *list = &l->settings.verify_keys;
	char fault[WHY_SIZE / 2];
	size_t i;

	for (i = 0; i < list->n; i++)
		if (key_ring_add(&l->keys, KEY_VERIFY, list->item[i], fault,
		    sizeof(fault)) < 0)
			return complain("verify_keys", fault, why, size);
	return 0;
}

static int
load_proxies(struct library *l, char *why, size_t size)
{
	const struct conf_list *list = &l->settings.trusted_proxies;
	size_t i;

	for (i = 0; i < list->n; i++)
		if (client_nets_add(&l->proxies, list->item[i]) < 0)
			return complain("trusted_proxies", "too many", why,
			    size);
	return 0;
}

/* What a service manager passes to us takes the place of `listen'. */
static int
check_listeners(const struct settings *s, char *why, size_t size)
{
	if (sock_inherited() < 0 && !http_may_listen_at(s->listen))
		return complain("listen", not_safe, why, size);
	if (s->metrics[0] != '\0' && !http_may_listen_at(s->metrics))
		return complain("metrics", not_safe, why, size);
	return 0;
}

/* NULL, and `why` is one line. */
static struct library *
library_load(char *why, size_t size)
{
	struct library *l = calloc(1, sizeof(*l));
	char fault[WHY_SIZE / 2];

	if (l == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	l->conf = settings_read(&l->settings, a.options.conf, why, size);
	if (l->conf == NULL)
		goto bad;
	l->langs = lang_load(l->settings.lang_dir, fault, sizeof(fault));
	if (l->langs == NULL)
		complain("lang_dir", fault, why, size);
	else if (asset_load(&l->assets, l->settings.web_dir, fault,
	    sizeof(fault)) < 0)
		complain("web_dir", fault, why, size);
	else if (load_keys(l, why, size) == 0 &&
	    load_proxies(l, why, size) == 0 &&
	    check_listeners(&l->settings, why, size) == 0 &&
	    check_zone(l->settings.zone, why, size) == 0 &&
	    check_user(l->settings.user, why, size) == 0)
		return l;
bad:
	library_free(l);
	return NULL;
}

static void
use_library(struct library *l)
{
	a.library = l;
	a.context.settings = &l->settings;
	a.context.langs = l->langs;
	a.context.assets = &l->assets;
	a.context.keys = &l->keys;
	setenv("TZ", l->settings.zone, 1);
	tzset();
}

/*
 * Words, style, keys and the texts of the settings change at once; sockets,
 * limits and times with the next start.
 */
static void
reload(void)
{
	char why[WHY_SIZE];
	struct library *old = a.library, *l = library_load(why, sizeof(why));

	if (l == NULL) {
		log_warn("reload: all stays as it was: %s", why);
		return;
	}
	use_library(l);
	recent_clear(a.context.seen);
	library_free(old);
	log_info("reload: done, languages=%zu keys=%zu", lang_count(l->langs),
	    l->keys.n);
}

static void
print_facts(const struct library *l)
{
	char id[KEY_ID_HEX];
	size_t i;

	for (i = 0; i < l->keys.n; i++) {
		key_id_hex(l->keys.keys[i].id, id);
		printf("verify %s\n", id);
	}
	printf("listen %s\nbridge %s\nurl %s\n", l->settings.listen,
	    l->settings.bridge, l->settings.base_url);
}

/* The site, for the desk and for HTTP. */

static enum visit_step
begin(void *ctx, struct visit *v, const struct web_request *r)
{
	return site_begin(ctx, v, r);
}

static enum visit_step
answer(void *ctx, struct visit *v, const struct frame *f)
{
	return site_answer(ctx, v, f);
}

static void
event(void *ctx, struct buf *b, const struct ask_status *s, const char *lang)
{
	calls_event(ctx, b, s, lang);
}

static size_t
body_max(void *ctx, enum web_method method, const char *path)
{
	(void)ctx;
	return site_body_max(method, path);
}

static int
wants_headers(void *ctx, const char *path)
{
	(void)ctx;
	return site_wants_headers(path);
}

/* /metrics, on a listener of its own. */

static size_t
metrics_body_max(void *ctx, enum web_method method, const char *path)
{
	(void)ctx;
	(void)method;
	(void)path;
	return 0;
}

static void
metrics_request(void *ctx, struct http_exchange *x,
    const struct web_request *q)
{
	const struct count_now now = {
		face_is_up(a.face), http_connections(a.http),
		live_count(a.live), face_open_questions(a.face), a.started
	};
	struct web_response r;

	(void)ctx;
	web_response_init(&r);
	r.type = "text/plain; version=0.0.4; charset=utf-8";
	if (strcmp(q->path, "/metrics") != 0) {
		r.status = 404;
	} else if (q->method != WEB_GET && q->method != WEB_HEAD) {
		r.status = 405;
		r.allow = "GET, HEAD";
	} else {
		r.status = 200;
		count_print(&r.body, &a.context.count, &now);
	}
	http_respond(x, &r);
	web_response_free(&r);
}

/* The loop. */

static void
on_turn_end(void *ctx)
{
	(void)ctx;
	http_turn(a.http);
	if (a.metrics != NULL)
		http_turn(a.metrics);
	face_flush(a.face);
	if (a.end_ms != 0 && (http_connections(a.http) == 0 ||
	    clock_mono_ms() >= a.end_ms))
		loop_stop(a.loop);
}

static void
on_end(void *ctx)
{
	(void)ctx;		/* only to have a turn */
}

static void
on_signal(void *ctx, int signo)
{
	(void)ctx;
	if (signo == SIGHUP) {
		reload();
		return;
	}
	if (a.end_ms != 0) {
		loop_stop(a.loop);
		return;
	}
	log_info("ending: connections=%u streams=%u",
	    http_connections(a.http), live_count(a.live));
	http_quiesce(a.http);
	a.end_ms = clock_mono_ms() + GRACE_MS;
	loop_timer_arm(a.end, GRACE_MS);
}

static int
listen_at(const char *address)
{
	const struct settings *s = &a.library->settings;
	const struct sock_unix how = { (mode_t)s->listen_mode,
	    s->listen_group[0] != '\0' ? s->listen_group : NULL };
	char why[WHY_SIZE];
	int fd = sock_listen(address, &how, why, sizeof(why));

	if (fd < 0)
		log_fatal(EX_UNAVAILABLE, "%s", why);
	return fd;
}

/* The listeners: the one passed by a service manager, or our own. */
static void
open_listeners(int *site, int *metrics)
{
	const struct settings *s = &a.library->settings;

	*site = sock_inherited();
	if (*site < 0)
		*site = listen_at(s->listen);
	else if (!http_may_listen(*site))
		log_fatal(EX_CONFIG, "the socket that was passed: %s",
		    not_safe);
	*metrics = s->metrics[0] != '\0' ? listen_at(s->metrics) : -1;
}

static void
start_http(int fd, struct http **http, const struct http_handler *handler)
{
	const struct settings *s = &a.library->settings;
	const struct http_options options = {
		fd, (unsigned)s->max_connections,
		(uint32_t)s->max_connections_per_client,
		s->header_timeout_s * 1000, s->body_timeout_s * 1000,
		s->reply_timeout_s * 1000, s->idle_timeout_s * 1000,
		&a.proxies, &a.context.count.n[COUNT_HTTP_BAD],
		&a.context.count.n[COUNT_CUT]
	};
	char why[WHY_SIZE];

	*http = http_new(a.loop, &options, handler, why, sizeof(why));
	if (*http == NULL)
		log_fatal(EX_OSERR, "%s", why);
}

static void
start_limits(const struct settings *s)
{
	a.context.seen = recent_new(SEEN_ROOM, 0);
	a.context.pages = limit_new((uint32_t)s->page_burst,
	    (uint32_t)s->page_per_min, LIMIT_ROOM);
	a.context.posts = limit_new((uint32_t)s->post_burst,
	    (uint32_t)s->post_per_min, LIMIT_ROOM);
	a.context.offers = limit_new((uint32_t)s->offer_burst,
	    (uint32_t)s->offer_per_min, LIMIT_ROOM);
	if (a.context.seen == NULL || a.context.pages == NULL ||
	    a.context.posts == NULL || a.context.offers == NULL)
		log_fatal(EX_OSERR, "out of memory");
}

static void
start_rooms(int site_fd, int metrics_fd)
{
	const struct settings *s = &a.library->settings;
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	const struct desk_site site = { &a.context, begin, answer };
	struct live_options live = { NULL, NULL, (uint32_t)s->max_streams,
	    (uint32_t)s->max_streams_per_client, event, &a.context };
	struct http_handler handler = { NULL, body_max, wants_headers,
	    desk_request };
	const struct http_handler metrics = { NULL, metrics_body_max,
	    wants_headers, metrics_request };

	start_limits(s);
	a.loop = loop_new();
	if (a.loop == NULL || loop_signals(a.loop, signals, 3, on_signal,
	    NULL) < 0)
		log_fatal(EX_OSERR, "no event loop");
	a.end = loop_timer_new(a.loop, on_end, NULL);
	a.bridge = strdup(s->bridge);
	a.face = a.bridge == NULL ? NULL : face_new(a.loop, a.bridge,
	    s->bridge_timeout_s * 1000);
	live.loop = a.loop;
	live.face = a.face;
	a.live = a.face == NULL ? NULL : live_new(&live);
	a.desk = a.live == NULL ? NULL : desk_new(&site, a.face, a.live);
	if (a.desk == NULL || a.end == NULL)
		log_fatal(EX_OSERR, "out of memory");
	handler.ctx = a.desk;
	start_http(site_fd, &a.http, &handler);
	if (metrics_fd >= 0)
		start_http(metrics_fd, &a.metrics, &metrics);
	loop_at_turn_end(a.loop, on_turn_end, NULL);
}

/* A connection and a stream are a descriptor each: as many as we may have. */
static void
raise_limit(const struct settings *s)
{
	rlim_t want = (rlim_t)(s->max_connections + s->max_streams + 64);
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= want)
		return;
	r.rlim_cur = r.rlim_max < want ? r.rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur < want)
		log_warn("only %llu descriptors for max_connections and "
		    "max_streams: raise the limit", (unsigned long long)
		    r.rlim_cur);
}

static void
close_jail(const struct settings *s)
{
	char why[WHY_SIZE];

	if (jail_close(sock_path(s->bridge) != NULL ? JAIL_UNIX : JAIL_INET,
	    why, sizeof(why)) < 0)
		log_fatal(EX_OSERR, "%s", why);
}

static void
stop_rooms(void)
{
	live_free(a.live);
	face_free(a.face);
	desk_free(a.desk);
	http_free(a.http);
	http_free(a.metrics);
	loop_timer_free(a.end);
	loop_free(a.loop);
	limit_free(a.context.pages);
	limit_free(a.context.posts);
	limit_free(a.context.offers);
	recent_free(a.context.seen);
	free(a.bridge);
	library_free(a.library);
}

static _Noreturn void
usage(int status)
{
	fprintf(status == EX_OK ? stdout : stderr,
	    "usage: calloffer-acceptd [-dns] [-c file]\n"
	    "       calloffer-acceptd --facts [-c file]\n"
	    "       calloffer-acceptd -h | -V\n\n"
	    "-n only checks the configuration; "
	    "calloffer-acceptd(8) says all.\n");
	exit(status);
}

static void
read_options(int argc, char **argv)
{
	static const struct option words[] = {
		{ "facts", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	a.options.conf = CALLOFFER_SYSCONFDIR "/acceptd.conf";
	while ((c = getopt_long(argc, argv, "c:dhnsV", words, NULL)) != -1)
		switch (c) {
		case 'c':
			a.options.conf = optarg;
			break;
		case 'd':
			a.options.is_verbose = 1;
			break;
		case 'F':
			a.options.is_facts = 1;
			break;
		case 'n':
			a.options.is_check = 1;
			break;
		case 's':
			a.options.is_syslog = 1;
			break;
		case 'V':
			puts("calloffer-acceptd " CALLOFFER_VERSION);
			exit(EX_OK);
		case 'h':
			usage(EX_OK);
		default:
			usage(EX_USAGE);
		}
	if (optind != argc)
		usage(EX_USAGE);
}

int
main(int argc, char **argv)
{
	char why[WHY_SIZE];
	struct library *l;
	const struct settings *s;
	int site_fd, metrics_fd, result;

	read_options(argc, argv);
	if (secret_init() < 0)
		log_fatal(EX_OSERR, "libsodium does not start");
	l = library_load(why, sizeof(why));
	if (l == NULL) {
		fprintf(stderr, "%s\n", why);
		return EX_CONFIG;
	}
	if (a.options.is_facts)
		print_facts(l);
	if (a.options.is_facts || a.options.is_check) {
		library_free(l);
		return EX_OK;
	}
	log_open("calloffer-acceptd", a.options.is_syslog ? LOG_TO_SYSLOG :
	    LOG_TO_STDERR, a.options.is_verbose);
	use_library(l);
	s = &l->settings;
	a.proxies = l->proxies;
	open_listeners(&site_fd, &metrics_fd);
	if (jail_user(s->user, s->group[0] != '\0' ? s->group : NULL, why,
	    sizeof(why)) < 0)
		log_fatal(EX_NOUSER, "%s", why);
	raise_limit(s);
	signal(SIGPIPE, SIG_IGN);
	start_rooms(site_fd, metrics_fd);
	close_jail(s);
	a.started = clock_wall();
	log_info("started: version=%s languages=%zu keys=%zu",
	    CALLOFFER_VERSION, lang_count(l->langs), l->keys.n);
	result = loop_run(a.loop);
	stop_rooms();
	log_info("ended");
	return result < 0 ? EX_OSERR : EX_OK;
}
