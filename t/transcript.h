#ifndef T_TRANSCRIPT_H
#define T_TRANSCRIPT_H

/* What providers answered and told, by name (t/data). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No test needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

/* What follows this name and a tab, without its newline; free() it. */
static char *
transcript(const char *file, const char *name)
{
	char path[128], *line = NULL, *text = NULL;
	size_t size = 0, len = strlen(name);
	FILE *f;

	snprintf(path, sizeof(path), "t/data/%s", file);
	f = fopen(path, "r");
	while (f != NULL && text == NULL && getline(&line, &size, f) > 0)
		if (strncmp(line, name, len) == 0 && line[len] == '\t')
			text = strndup(line + len + 1, strcspn(line + len + 1,
			    "\n"));
	if (text == NULL) {
		printf("Bail out! no %s in %s\n", name, path);
		exit(1);
	}
	fclose(f);
	free(line);
	return text;
}

static int
has_number(const char *s)
{
	int n = 0;

	for (; *s != '\0' && n < 4; s++)
		n = *s >= '0' && *s <= '9' ? n + 1 : 0;
	return n == 4;
}

#endif
