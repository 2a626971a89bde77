/*
 * Any bytes as a configuration file: refused with one line, or understood; and
 * what is understood holds to the table's bounds.
 */

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct party {
	char	*host;
	int64_t	 port;
};

struct settings {
	char			*name;
	int			 is_on;
	int64_t			 timeout, limit, mode;
	struct conf_list	 list;
	struct conf_sections	 parties;
};

static const struct conf_key party_keys[] = {
	{ .name = "host", .type = CONF_STRING,
	  .offset = offsetof(struct party, host), .def = "localhost" },
	{ .name = "port", .type = CONF_INT,
	  .offset = offsetof(struct party, port), .min = 1, .max = 65535,
	  .def = "80" },
	{ .name = NULL }
};

static const struct conf_key keys[] = {
	{ .name = "name", .type = CONF_STRING,
	  .offset = offsetof(struct settings, name), .def = "" },
	{ .name = "on", .type = CONF_BOOL,
	  .offset = offsetof(struct settings, is_on), .def = "yes" },
	{ .name = "timeout", .type = CONF_DURATION,
	  .offset = offsetof(struct settings, timeout), .min = 1,
	  .max = 86400, .def = "1h" },
	{ .name = "limit", .type = CONF_SIZE,
	  .offset = offsetof(struct settings, limit), .min = 0,
	  .max = 1 << 30, .def = "64k" },
	{ .name = "mode", .type = CONF_MODE,
	  .offset = offsetof(struct settings, mode), .def = "0660" },
	{ .name = "list", .type = CONF_LIST,
	  .offset = offsetof(struct settings, list) },
	{ .name = "party", .type = CONF_SECTION,
	  .offset = offsetof(struct settings, parties), .keys = party_keys,
	  .size = sizeof(struct party) },
	{ .name = NULL }
};

static int fd = -1;
static char path[64], good[64];

static int
make_file(char *name, size_t size)
{
	int new_fd = memfd_create("conf", MFD_CLOEXEC);

	if (new_fd < 0)
		abort();
	snprintf(name, size, "/proc/self/fd/%d", new_fd);
	return new_fd;
}

/* In the first call: files in memory, and their names. */
static void
make_files(void)
{
	static const char text[] = "name = \"x\" # y\nparty z { port = 1 }\n";

	fd = make_file(path, sizeof(path));
	if (write(make_file(good, sizeof(good)), text, sizeof(text) - 1) < 0)
		abort();
}

static void
hold(int is_true)
{
	if (!is_true)
		abort();
}

/* Whatever was read before, a good file stays one. */
static void
read_good(void)
{
	struct settings s;
	char why[512];
	struct conf *c = conf_read(good, keys, &s, why, sizeof(why));

	hold(c != NULL && strcmp(s.name, "x") == 0 && s.parties.n == 1);
	conf_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct party *party;
	struct settings s;
	struct conf *c;
	char why[512] = "";

	/* No files but ours. */
	if (memmem(p, n, "include", 7) != NULL)
		return 0;
	if (fd < 0)
		make_files();
	if (ftruncate(fd, 0) < 0 || pwrite(fd, p, n, 0) != (ssize_t)n)
		abort();
	c = conf_read(path, keys, &s, why, sizeof(why));
	read_good();
	if (c == NULL) {
		hold(strncmp(why, path, strlen(path)) == 0);
		hold(strchr(why, '\n') == NULL);
		return 0;
	}
	hold(s.timeout >= 1 && s.timeout <= 86400);
	hold(s.limit >= 0 && s.limit <= 1 << 30);
	hold(s.mode >= 0 && s.mode <= 0777);
	hold(s.is_on == 0 || s.is_on == 1);
	for (size_t i = 0; i < s.list.n; i++)
		hold(strlen(s.list.item[i]) <= n);
	for (size_t i = 0; i < s.parties.n; i++) {
		party = s.parties.section[i].data;
		hold(party->port >= 1 && party->port <= 65535);
		hold(s.parties.section[i].line >= 1);
	}
	conf_free(c);
	return 0;
}
