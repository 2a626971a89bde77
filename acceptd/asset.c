/* The style sheet, the script, the icon: files named by their content. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptd/asset.h"

#define ASSET_MAX (64 * 1024)

/* FNV-1a: names a content, defends nothing. */
static uint64_t
name_of(const unsigned char *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (len-- > 0)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

static int
load(struct asset *a, const char *dir, const char *stem, const char *ending,
    char *why, size_t size)
{
	char path[512];
	FILE *f;
	int bad;

	snprintf(path, sizeof(path), "%s/%s.%s", dir, stem, ending);
	f = fopen(path, "re");
	if (f == NULL) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	a->data = malloc(ASSET_MAX);
	a->len = a->data == NULL ? 0 : fread(a->data, 1, ASSET_MAX, f);
	bad = a->len == 0 || a->len == ASSET_MAX || ferror(f);
	fclose(f);
	if (bad) {
		snprintf(why, size, "%s: empty, or cannot be read whole",
		    path);
		return -1;
	}
	snprintf(a->path, sizeof(a->path), "/s/%s.%016" PRIx64 ".%s", stem,
	    name_of(a->data, a->len), ending);
	return 0;
}

int
asset_load(struct asset_set *set, const char *dir, char *why, size_t size)
{
	memset(set, 0, sizeof(*set));
	set->style.type = "text/css; charset=utf-8";
	set->script.type = "text/javascript; charset=utf-8";
	set->icon.type = "image/svg+xml";
	if (load(&set->style, dir, "style", "css", why, size) < 0 ||
	    load(&set->script, dir, "live", "js", why, size) < 0 ||
	    load(&set->icon, dir, "icon", "svg", why, size) < 0) {
		asset_free(set);
		return -1;
	}
	return 0;
}

void
asset_free(struct asset_set *set)
{
	free(set->style.data);
	free(set->script.data);
	free(set->icon.data);
	memset(set, 0, sizeof(*set));
}

const struct asset *
asset_find(const struct asset_set *set, const char *path)
{
	if (strcmp(path, set->style.path) == 0)
		return &set->style;
	if (strcmp(path, set->script.path) == 0)
		return &set->script;
	if (strcmp(path, set->icon.path) == 0)
		return &set->icon;
	return NULL;
}
