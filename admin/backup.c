/*
 * calloffer backup: copies the journal while the bridge writes it.
 */

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/dbcopy.h"
#include "lib/unit.h"

#include "admin/command.h"
#include "admin/facts.h"

#include "admin/backup.h"

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer backup: %s\n", why);
	return status;
}

static int
backup(const struct facts *bridge, const char *file)
{
	/* the bridge (journal/rows) looks for this when it starts */
	struct dbcopy copy = { .file = file, .table = "meta", .key = "copy" };
	char why[1024], size[UNIT_SIZE];
	uint64_t bytes = 0;

	copy.dir = facts_get(bridge, "journal", 0);
	if (!bridge->is_here)
		return fail(EX_CONFIG, "there is no bridge.conf: the journal "
		    "is on the bridge's machine");
	if (!bridge->is_good || copy.dir == NULL)
		return fail(EX_CONFIG, bridge->why);
	if (dbcopy_make(&copy, &bytes, why, sizeof(why)) == -1)
		return fail(EX_CANTCREAT, why);
	unit_size((int64_t)bytes, size);
	printf("%s: %s of %s\n", file, size, copy.dir);
	return EX_OK;
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct facts bridge;
	int status;

	if (getopt(argc, argv, "") != -1 || argc - optind != 1)
		return COMMAND_USAGE;
	facts_gather(&bridge, "bridge", place);
	status = backup(&bridge, argv[optind]);
	facts_free(&bridge);
	return status;
}

const struct command backup_command = {
	"backup", "FILE",
	"copy the journal, while the bridge runs",
	"Writes the journal as it is at this moment to FILE, which must not\n"
	"exist.  Numbers are sealed in it by keys that it does not hold.  To\n"
	"use it, stop the bridge, put it in the place of data.mdb in the\n"
	"journal's directory, owned by the bridge's user, and run `calloffer\n"
	"restored`.\n",
	run
};
