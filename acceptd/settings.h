#ifndef ACCEPTD_SETTINGS_H
#define ACCEPTD_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/conf.h"

/* acceptd.conf: see calloffer-acceptd.conf(5). */
struct settings {
	char			*listen;
	int64_t			 listen_mode;
	char			*listen_group;
	char			*metrics;
	char			*bridge;
	char			*base_url;
	struct conf_list	 verify_keys;
	char			*site_name;
	char			*notice_url;
	char			*lang_dir;
	char			*web_dir;
	char			*zone;
	struct conf_list	 trusted_proxies;
	char			*user;
	char			*group;

	int64_t			 max_connections;
	int64_t			 max_connections_per_client;
	int64_t			 max_streams;
	int64_t			 max_streams_per_client;
	int64_t			 page_burst, page_per_min;
	int64_t			 post_burst, post_per_min;
	int64_t			 offer_burst, offer_per_min;

	int64_t			 header_timeout_s;
	int64_t			 body_timeout_s;
	int64_t			 reply_timeout_s;
	int64_t			 idle_timeout_s;
	int64_t			 bridge_timeout_s;
};

/* NULL, and `why` is one line "FILE:LINE: what is wrong". */
struct conf *settings_read(struct settings *, const char *path, char *why,
    size_t size);

#endif
