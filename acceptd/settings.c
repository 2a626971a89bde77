/* acceptd.conf: one row for each key. */

#include <stdio.h>
#include <string.h>

#include "lib/conf.h"
#include "lib/scan.h"
#include "lib/sock.h"

#include "acceptd/client.h"

#include "acceptd/settings.h"

#define SECOND	1
#define HOUR	3600

static const char *
check_address(const char *value)
{
	static char why[256];

	return sock_is_address(value, why, sizeof(why)) ? NULL : why;
}

static const char *
check_metrics(const char *value)
{
	return value[0] == '\0' ? NULL : check_address(value);
}

static const char *
check_path(const char *value)
{
	return value[0] == '/' || value[0] == '.' ? NULL :
	    "a path starts with a slash";
}

/* The port that browsers leave out of an origin (RFC 6454, 6.2). */
static int
has_usual_port(const char *value)
{
	const char *port = strncmp(value, "https", 5) == 0 ? ":443" : ":80";
	size_t len = strlen(value), n = strlen(port);

	return len > n && strcmp(value + len - n, port) == 0;
}

/* "https://HOST[:PORT]": it is held against Origin byte by byte. */
static const char *
check_url(const char *value)
{
	const char *host = strstr(value, "://");
	size_t len;

	if (host == NULL || (strncmp(value, "https://", 8) != 0 &&
	    strncmp(value, "http://", 7) != 0))
		return "an address starts with https:// or http://";
	host += 3;
	len = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]");
	if (len == 0 || host[len] != '\0')
		return "a host in lower case with nothing behind it, not "
		    "even a slash";
	if (has_usual_port(value))
		return "browsers leave out :443 of https and :80 of http: so "
		    "must this";
	return NULL;
}

/* A link for people; nothing that could run. */
static const char *
check_notice(const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || (len <= 256 && (strncmp(value, "https://", 8) == 0 ||
	    strncmp(value, "http://", 7) == 0) &&
	    scan_is_printable_utf8(value, len) && strchr(value, ' ') == NULL))
		return NULL;
	return "an address of the web, https://..., of 256 bytes at most";
}

static const char *
check_proxy(const char *value)
{
	struct client_nets nets = { 0 };

	return client_nets_add(&nets, value) == 0 ? NULL :
	    "neither \"unix\" nor an address with its prefix length";
}

static const char *
check_name(const char *value)
{
	size_t len = strlen(value);

	return len > 0 && len <= 64 && scan_is_printable_utf8(value, len) ?
	    NULL : "1 to 64 bytes of plain UTF-8";
}

#define KEY(name, type, min, max, def, check) \
	{ #name, type, offsetof(struct settings, name), min, max, def, \
	    NULL, 0, check }
#define SECONDS(name, max, def) \
	{ #name, CONF_DURATION, offsetof(struct settings, name##_s), \
	    SECOND, max, def, NULL, 0, NULL }

static const struct conf_key keys[] = {
	KEY(listen, CONF_STRING, 0, 0,
	    "unix:/run/calloffer-acceptd/acceptd.sock", check_address),
	KEY(listen_mode, CONF_MODE, 0, 0777, "0660", NULL),
	KEY(listen_group, CONF_STRING, 0, 0, "", sock_check_group),
	KEY(metrics, CONF_STRING, 0, 0, "", check_metrics),
	KEY(bridge, CONF_STRING, 0, 0, "unix:/run/calloffer/face.sock",
	    check_address),
	KEY(base_url, CONF_STRING, 0, 0, NULL, check_url),
	KEY(verify_keys, CONF_LIST, 0, 0, NULL, check_path),
	KEY(site_name, CONF_STRING, 0, 0, "Call Offer", check_name),
	KEY(notice_url, CONF_STRING, 0, 0, "", check_notice),
	KEY(lang_dir, CONF_STRING, 0, 0, CALLOFFER_DATADIR "/lang",
	    check_path),
	KEY(web_dir, CONF_STRING, 0, 0, CALLOFFER_DATADIR "/web", check_path),
	KEY(zone, CONF_STRING, 0, 0, "UTC", NULL),
	KEY(trusted_proxies, CONF_LIST, 0, 0,
	    "{\"unix\", \"127.0.0.1\", \"::1\"}", check_proxy),
	KEY(user, CONF_STRING, 0, 0, "calloffer-acceptd", NULL),
	KEY(group, CONF_STRING, 0, 0, "", sock_check_group),
	KEY(max_connections, CONF_INT, 4, 100000, "1024", NULL),
	KEY(max_connections_per_client, CONF_INT, 1, 100000, "64", NULL),
	KEY(max_streams, CONF_INT, 0, 100000, "10000", NULL),
	KEY(max_streams_per_client, CONF_INT, 1, 100000, "64", NULL),
	KEY(page_burst, CONF_INT, 1, 1000000000, "2000", NULL),
	KEY(page_per_min, CONF_INT, 1, 1000000000, "1200", NULL),
	KEY(post_burst, CONF_INT, 1, 1000000000, "60", NULL),
	KEY(post_per_min, CONF_INT, 1, 1000000000, "30", NULL),
	KEY(offer_burst, CONF_INT, 1, 1000000000, "60", NULL),
	KEY(offer_per_min, CONF_INT, 1, 1000000000, "6", NULL),
	SECONDS(header_timeout, HOUR, "10s"),
	SECONDS(body_timeout, HOUR, "10s"),
	SECONDS(reply_timeout, HOUR, "30s"),
	SECONDS(idle_timeout, HOUR, "60s"),
	SECONDS(bridge_timeout, HOUR, "8s"),
	{ 0 }
};

struct conf *
settings_read(struct settings *s, const char *path, char *why, size_t size)
{
	char place[512];
	struct conf *c;

	memset(s, 0, sizeof(*s));
	c = conf_read(path, keys, s, why, size);
	if (c == NULL)
		return NULL;
	if (s->verify_keys.n == 0) {
		conf_place(place, sizeof(place), path, 1, "verify_keys");
		snprintf(why, size, "%s: verify_keys names no file", place);
		conf_free(c);
		return NULL;
	}
	return c;
}
