/*
 * Which templates the milter knows.
 */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"

#include "admin/command.h"
#include "admin/sibling.h"

#include "admin/templates.h"

#define NAME		"calloffer-milter"
#define SAID_MAX	(1024 * 1024)

static void
ask(struct templates *t)
{
	char conf[PATH_MAX], why[256];
	const char *argv[] = { NAME, "--templates", "-c", conf, NULL };
	const struct sibling_run run = { NAME, t->place->is_private ? NULL :
	    NAME, argv };
	struct buf said;
	int n = snprintf(conf, sizeof(conf), "%s/milter.conf",
	    t->place->confdir);

	t->is_asked = 1;
	if (n < 0 || (size_t)n >= sizeof(conf) || access(conf, F_OK) != 0)
		return;
	buf_init(&said, SAID_MAX);
	if (sibling_hear(&run, &said, why, sizeof(why)) == 0 && buf_ok(&said))
		t->text = strdup(buf_cstr(&said));
	buf_free(&said);
}

int
templates_has(struct templates *t, const char *name)
{
	const char *p, *end;
	size_t n = strlen(name);

	if (t->place == NULL)
		return 1;
	if (!t->is_asked)
		ask(t);
	if (t->text == NULL)
		return 1;
	for (p = t->text; (end = strchr(p, '\n')) != NULL; p = end + 1)
		if ((size_t)(end - p) == n && memcmp(p, name, n) == 0)
			return 1;
	return 0;
}

void
templates_free(struct templates *t)
{
	free(t->text);
	t->text = NULL;
}
