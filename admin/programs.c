/*
 * calloffer mint, rewrite, account, restored: what the daemons' own programs do
 * when asked.  The powers stay with them; this tool only starts them.
 */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "admin/command.h"
#include "admin/sibling.h"

#include "admin/programs.h"

struct mode {
	const char	*program;
	const char	*option;	/* what makes it do this, and end */
	const char	*conf;		/* its configuration */
};

/* Becomes PROGRAM OPTION -c CONFIGURATION and what was given. */
static int
become(const struct place *place, const struct mode *mode, int argc,
    char **argv)
{
	const char **args = calloc((size_t)argc + 4, sizeof(*args));
	const struct sibling_run run = { mode->program,
	    place->is_private ? NULL : mode->program, args };
	char conf[PATH_MAX];
	int i, n = 0, status;

	if (args == NULL) {
		fprintf(stderr, "calloffer: out of memory\n");
		return EX_OSERR;
	}
	snprintf(conf, sizeof(conf), "%s/%s", place->confdir, mode->conf);
	args[n++] = mode->program;
	args[n++] = mode->option;
	args[n++] = "-c";
	args[n++] = conf;
	for (i = 1; i < argc; i++)
		args[n++] = argv[i];
	status = sibling_become(&run);
	free(args);
	return status;
}

static int
run_account(const struct place *place, int argc, char **argv)
{
	static const struct mode mode = { "calloffer-bridge", "--accounts",
	    "bridge.conf" };

	if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
		return COMMAND_USAGE;
	return become(place, &mode, argc, argv);
}

static int
run_mint(const struct place *place, int argc, char **argv)
{
	static const struct mode mode = { "calloffer-milter", "--mint",
	    "milter.conf" };

	return become(place, &mode, argc, argv);
}

static int
run_restored(const struct place *place, int argc, char **argv)
{
	static const struct mode mode = { "calloffer-bridge", "--restored",
	    "bridge.conf" };

	if (argc > 1)
		return COMMAND_USAGE;
	return become(place, &mode, argc, argv);
}

static int
run_rewrite(const struct place *place, int argc, char **argv)
{
	static const struct mode mode = { "calloffer-milter", "--rewrite",
	    "milter.conf" };

	return become(place, &mode, argc, argv);
}

const struct command programs_account = {
	"account", "[NAME]",
	"show the accounts, or one of them",
	"Shows the accounts as the bridge's configuration has them.\n",
	run_account
};

const struct command programs_mint = {
	"mint", "[-r RECIPIENT] [-m MESSAGE-ID] OFFEROR [VALUE]",
	"make the link of an offer without any mail",
	"Prints the link of a new offer by OFFEROR, an address of the table\n"
	"of offerors.  VALUE is what the field X-Call-Offer would say, such\n"
	"as 'yes; expires=1d; uses=1'; by default yes.  It is the milter's\n"
	"own program that makes it, with the signing key.\n\n"
	"  -r RECIPIENT   whom the offer is for\n"
	"  -m MESSAGE-ID  by which it can be revoked\n",
	run_mint
};

const struct command programs_restored = {
	"restored", "",
	"go on with a journal that was restored",
	"Makes an older journal, such as a backup that was put in its place,\n"
	"one to go on with, and so one that a wrong clock has led into the\n"
	"future: offers that were made until now are refused, and calls that\n"
	"were open have ended, nobody knows how.  The bridge must not run.\n",
	run_restored
};

const struct command programs_rewrite = {
	"rewrite", "[-u LOGIN] [-f SENDER] [-r RECIPIENT ...] < MESSAGE",
	"pass one message through the milter's own code",
	"Reads a message from standard input and writes it as the milter\n"
	"would pass it on, by the milter's own program.\n\n"
	"  -u LOGIN      the login that has handed it in\n"
	"  -f SENDER     of the envelope\n"
	"  -r RECIPIENT  of the envelope; there may be several\n",
	run_rewrite
};
