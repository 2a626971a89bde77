#ifndef ACCEPTD_ASSET_H
#define ACCEPTD_ASSET_H

#include <stddef.h>

/*
 * The style sheet, the script and the icon: files read once at the start,
 * served under names that change with their content, so that browsers may keep
 * them for ever.
 */
struct asset {
	const char	*type;		/* Content-Type, a literal */
	char		 path[64];	/* "/s/style.0123456789abcdef.css" */
	unsigned char	*data;
	size_t		 len;
};

struct asset_set {
	struct asset	style;
	struct asset	script;
	struct asset	icon;
};

/* 0, or -1 and a sentence.  asset_free() what was loaded. */
int asset_load(struct asset_set *, const char *dir, char *why, size_t size);
void asset_free(struct asset_set *);
/* The one that has this path, or NULL. */
const struct asset *asset_find(const struct asset_set *, const char *path);

#endif
