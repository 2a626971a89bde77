#ifndef MILTER_SETTINGS_H
#define MILTER_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/confkey.h"

struct conf;

/* The milter's configuration: calloffer-milter.conf(5) says what each means. */
struct settings {
	char		*socket;
	int64_t		 socket_mode;
	char		*socket_group;		/* "": as it falls */
	char		*metrics;		/* "": nowhere */
	char		*user;
	char		*base_url;
	char		*sign_key;
	char		*seal_key;
	char		*offerors;
	char		*icon;			/* "": the glyph */
	char		*templates;		/* "": the shipped one alone */
	char		*recipient_delimiter;
	struct conf_list trusted_networks;
	int		 sender_is_login;
	int64_t		 max_recipients;
	int64_t		 max_uses;		/* that the bridge grants */
	int64_t		 max_lifetime;		/* likewise, seconds */
	int64_t		 max_body;
	int64_t		 spool_threshold;	/* bytes kept in memory */
	char		*spool_dir;
	int64_t		 max_text;
	int64_t		 max_depth;
	int64_t		 max_parts;
	int		 refuses_unfit;
	int		 offers_lists;
	int		 offers_dkim;
	char		*on_error;
	int		 is_dry_run;
};

/* NULL, and `why` is "FILE:LINE: what is wrong". */
struct conf *settings_read(struct settings *, const char *path, char *why,
    size_t size);
/* 1 when mail waits at its sender, 0 when it passes without a button. */
int settings_tempfails(const struct settings *);

#endif
