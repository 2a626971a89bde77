/*
 * What a daemon says of itself.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"

#include "admin/command.h"
#include "admin/sibling.h"

#include "admin/facts.h"

#define SAID_MAX (16 * 1024 * 1024)	/* thousands of accounts, each with
					   all countries */

/* Runs the program with one option.  0: it ended well. */
static int
hear(struct facts *f, const struct place *place, const char *option,
    struct buf *said)
{
	char name[64];
	const char *argv[] = { name, option, "-c", f->conf, NULL };
	struct sibling_run run = { name, place->is_private ? NULL : name,
		argv };
	int status;

	snprintf(name, sizeof(name), "calloffer-%s", f->name);
	status = sibling_hear(&run, said, f->why, sizeof(f->why));
	if (status > 0)
		snprintf(f->why, sizeof(f->why), "%s", said->len == 0 ?
		    "it refuses its configuration and does not say why" :
		    buf_cstr(said));
	return status == 0 ? 0 : -1;
}

/* Trailing newlines are no part of a sentence. */
static void
trim(char *s)
{
	size_t len = strlen(s);

	while (len > 0 && s[len - 1] == '\n')
		s[--len] = '\0';
}

void
facts_gather(struct facts *f, const char *name, const struct place *place)
{
	struct buf said;
	size_t i;

	memset(f, 0, sizeof(*f));
	f->name = name;
	snprintf(f->conf, sizeof(f->conf), "%s/%s.conf", place->confdir,
	    name);
	f->is_here = access(f->conf, F_OK) == 0;
	if (!f->is_here)
		return;
	buf_init(&said, SAID_MAX);
	if (hear(f, place, "-n", &said) == 0) {
		buf_clear(&said);
		f->is_good = hear(f, place, "--facts", &said) == 0 &&
		    buf_ok(&said);
	}
	trim(f->why);
	(void)buf_cstr(&said);		/* a NUL behind the last line */
	if (f->is_good && said.len > 0) {
		f->text = (char *)buf_take(&said, &f->len);
		for (i = 0; i < f->len; i++)
			if (f->text[i] == '\n')
				f->text[i] = '\0';
	}
	buf_free(&said);
}

void
facts_free(struct facts *f)
{
	free(f->text);
	f->text = NULL;
	f->len = 0;
}

const char *
facts_get(const struct facts *f, const char *word, size_t i)
{
	size_t n = strlen(word);
	const char *p, *end = f->text + f->len;

	if (f->text == NULL)
		return NULL;
	for (p = f->text; p < end; p += strlen(p) + 1)
		if (strncmp(p, word, n) == 0 && p[n] == ' ' && i-- == 0)
			return p + n + 1;
	return NULL;
}

int
facts_has(const struct facts *f, const char *word, const char *value)
{
	size_t i, n = strlen(value);
	const char *v;

	for (i = 0; (v = facts_get(f, word, i)) != NULL; i++)
		if (strncmp(v, value, n) == 0 && (v[n] == '\0' || v[n] == ' '))
			return 1;
	return 0;
}
