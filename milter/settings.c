/*
 * The table of the milter's settings.
 */

#include <string.h>

#include "lib/conf.h"
#include "lib/scan.h"
#include "lib/scrape.h"
#include "lib/sock.h"

#include "milter/net.h"

#include "milter/settings.h"

#define URL_MAX 200

static const char *
check_socket(const char *value)
{
	static char why[256];	/* read before the first thread starts */

	return sock_is_address(value, why, sizeof(why)) ? NULL : why;
}

static const char *
check_path(const char *value)
{
	return value[0] == '/' ? NULL : "a path that begins with / is wanted";
}

/* A folder or a file, or none. */
static const char *
check_optional(const char *value)
{
	return value[0] == '\0' ? NULL : check_path(value);
}

static const char *
check_table(const char *value)
{
	if (strncmp(value, "lmdb:", 5) == 0)
		value += 5;
	else if (strchr(value, ':') != NULL)
		return "only lmdb: maps can be read; write lmdb:/path, or the "
		    "path of the .lmdb file";
	return check_path(value);
}

static const char *
check_url(const char *value)
{
	const char *p = value;

	if (strncmp(p, "https://", 8) == 0)
		p += 8;
	else if (strncmp(p, "http://", 7) == 0)
		p += 7;
	else
		return "a URL that begins with https:// is wanted";
	if (strlen(value) > URL_MAX)
		return "a URL of at most 200 characters is wanted";
	if (!scan_is_alnum((unsigned char)*p) && *p != '[')
		return "the name of a host is wanted behind //";
	for (; *p != '\0'; p++)
		if (!scan_is_alnum((unsigned char)*p) &&
		    strchr("-._:/[]", *p) == NULL)
			return "letters, digits and -._:/ make the URL; a host "
			    "name in other letters is written in its xn-- form";
	if (p[-1] == '/')
		return "leave out the slash at the end";
	return NULL;
}

static const char *
check_network(const char *value)
{
	struct net n;

	return net_parse(&n, value) == 0 ? NULL :
	    "an address or a network is wanted, such as 192.0.2.0/24";
}

static const char *
check_on_error(const char *value)
{
	return strcmp(value, "accept") == 0 || strcmp(value, "tempfail") == 0 ?
	    NULL : "accept or tempfail is wanted";
}

#define S(member) offsetof(struct settings, member)
static const struct conf_key keys[] = {
	{ .name = "socket", .type = CONF_STRING, .offset = S(socket),
	  .def = "unix:/run/calloffer-milter/milter.sock",
	  .check = check_socket },
	{ .name = "socket_mode", .type = CONF_MODE, .offset = S(socket_mode),
	  .max = 0777, .def = "0660" },
	{ .name = "socket_group", .type = CONF_STRING,
	  .offset = S(socket_group), .def = "",
	  .check = sock_check_group },
	{ .name = "metrics", .type = CONF_STRING, .offset = S(metrics),
	  .def = "", .check = scrape_check },
	{ .name = "user", .type = CONF_STRING, .offset = S(user),
	  .def = "calloffer-milter" },
	{ .name = "base_url", .type = CONF_STRING, .offset = S(base_url),
	  .check = check_url },
	{ .name = "sign_key", .type = CONF_STRING, .offset = S(sign_key),
	  .def = CALLOFFER_SYSCONFDIR "/keys/sign.key", .check = check_path },
	{ .name = "seal_key", .type = CONF_STRING, .offset = S(seal_key),
	  .def = CALLOFFER_SYSCONFDIR "/keys/seal.pub", .check = check_path },
	{ .name = "offerors", .type = CONF_STRING, .offset = S(offerors),
	  .def = CALLOFFER_SYSCONFDIR "/offerors.lmdb", .check = check_table },
	{ .name = "icon", .type = CONF_STRING, .offset = S(icon),
	  .def = "", .check = check_optional },
	{ .name = "templates", .type = CONF_STRING, .offset = S(templates),
	  .def = "", .check = check_optional },
	{ .name = "recipient_delimiter", .type = CONF_STRING,
	  .offset = S(recipient_delimiter), .def = "+" },
	{ .name = "trusted_networks", .type = CONF_LIST,
	  .offset = S(trusted_networks), .check = check_network },
	{ .name = "sender_is_login", .type = CONF_BOOL,
	  .offset = S(sender_is_login), .def = "no" },
	{ .name = "max_recipients", .type = CONF_INT,
	  .offset = S(max_recipients), .min = 1, .max = 255, .def = "50" },
	{ .name = "max_uses", .type = CONF_INT, .offset = S(max_uses),
	  .min = 1, .max = 255, .def = "10" },
	{ .name = "max_lifetime", .type = CONF_DURATION,
	  .offset = S(max_lifetime), .min = 60, .max = 90 * 86400,
	  .def = "30d" },
	{ .name = "max_body", .type = CONF_SIZE, .offset = S(max_body),
	  .min = 1024, .max = INT64_C(1) << 30, .def = "64M" },
	{ .name = "spool_threshold", .type = CONF_SIZE,
	  .offset = S(spool_threshold), .min = 4096, .max = INT64_C(1) << 30,
	  .def = "1M" },
	{ .name = "spool_dir", .type = CONF_STRING, .offset = S(spool_dir),
	  .def = "/var/tmp", .check = check_path },
	{ .name = "max_text", .type = CONF_SIZE, .offset = S(max_text),
	  .min = 1024, .max = INT64_C(1) << 26, .def = "4M" },
	{ .name = "max_depth", .type = CONF_INT, .offset = S(max_depth),
	  .min = 1, .max = 32, .def = "20" },
	{ .name = "max_parts", .type = CONF_INT, .offset = S(max_parts),
	  .min = 1, .max = 100000, .def = "1000" },
	{ .name = "refuse_unfit", .type = CONF_BOOL,
	  .offset = S(refuses_unfit), .def = "yes" },
	{ .name = "offer_to_lists", .type = CONF_BOOL,
	  .offset = S(offers_lists), .def = "no" },
	{ .name = "offer_in_dkim_signed", .type = CONF_BOOL,
	  .offset = S(offers_dkim), .def = "no" },
	{ .name = "on_error", .type = CONF_STRING, .offset = S(on_error),
	  .def = "accept", .check = check_on_error },
	{ .name = "dry_run", .type = CONF_BOOL, .offset = S(is_dry_run),
	  .def = "no" },
	{ .name = NULL }
};

struct conf *
settings_read(struct settings *s, const char *path, char *why, size_t size)
{
	memset(s, 0, sizeof(*s));
	return conf_read(path, keys, s, why, size);
}

int
settings_tempfails(const struct settings *s)
{
	return strcmp(s->on_error, "tempfail") == 0;
}
