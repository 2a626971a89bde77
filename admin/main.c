/*
 * calloffer: the operator's tool.  One subcommand, then it is done.
 */

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/near.h"

#include "admin/account.h"
#include "admin/backup.h"
#include "admin/calls.h"
#include "admin/check.h"
#include "admin/command.h"
#include "admin/erase.h"
#include "admin/inspect.h"
#include "admin/keygen.h"
#include "admin/keys.h"
#include "admin/ledger.h"
#include "admin/offerors.h"
#include "admin/programs.h"
#include "admin/rates.h"
#include "admin/revoke.h"
#include "admin/talk.h"
#include "admin/trial.h"
#include "admin/trust.h"

static const struct group {
	const char		*title;
	const struct command	*command[7];
} groups[] = {
	{ "Setting up", { &keygen_command, &offerors_command,
	    &account_command, &rates_command, &check_command,
	    &trial_command } },
	{ "Every day", { &calls_command, &revoke_command,
	    &erase_command, &ledger_command } },
	{ "Keys and trust", { &keys_command, &trust_command } },
	{ "In an emergency", { &backup_command, &programs_restored } },
	{ "By hand", { &programs_mint, &programs_rewrite,
	    &inspect_command } },
};
#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))
#define N_COMMANDS (sizeof(groups[0].command) / sizeof(groups[0].command[0]))

#define USAGE "usage: calloffer [-C DIR] [-S SOCKET] COMMAND ...\n"

static void
print_all(FILE *to)
{
	const struct command *c;
	size_t g, i;

	fprintf(to, USAGE);
	for (g = 0; g < N_GROUPS; g++) {
		fprintf(to, "\n%s\n", groups[g].title);
		for (i = 0; i < N_COMMANDS; i++) {
			c = groups[g].command[i];
			if (c != NULL)
				fprintf(to, "  %-11s %s\n", c->name,
				    c->summary);
		}
	}
	fprintf(to, "\n"
	    "  -C DIR      the configuration (%s)\n"
	    "  -S SOCKET   the bridge's socket for the administrator\n"
	    "              (%s)\n"
	    "  -V          the version\n\n"
	    "`calloffer COMMAND -h` says more; calloffer(8) says all.\n",
	    CALLOFFER_SYSCONFDIR, TALK_SOCKET);
}

static void
print_usage(FILE *to, const struct command *c)
{
	fprintf(to, "usage: calloffer %s%s%s\n", c->name,
	    *c->synopsis == '\0' ? "" : " ", c->synopsis);
}

static const struct command *
find(const char *name)
{
	size_t g, i;

	for (g = 0; g < N_GROUPS; g++)
		for (i = 0; i < N_COMMANDS; i++)
			if (groups[g].command[i] != NULL &&
			    strcmp(groups[g].command[i]->name, name) == 0)
				return groups[g].command[i];
	return NULL;
}

/* Which of them may have been meant; NULL: none. */
static const struct command *
nearest(const char *name)
{
	const struct command *c, *best = NULL;
	size_t g, i, d, least = NEAR_MAX;

	for (g = 0; g < N_GROUPS; g++)
		for (i = 0; i < N_COMMANDS; i++) {
			c = groups[g].command[i];
			if (c == NULL || !near_is_typo(name, c->name))
				continue;
			d = near_distance(name, c->name);
			if (d < least) {
				least = d;
				best = c;
			}
		}
	return best;
}

static int
unknown(const char *name)
{
	const struct command *guess = nearest(name);

	fprintf(stderr, "calloffer: there is no command %s; ", name);
	if (guess != NULL)
		fprintf(stderr, "did you mean %s?\n", guess->name);
	else
		fprintf(stderr, "`calloffer -h` lists them\n");
	return EX_USAGE;
}

static int
is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

/* What was said is known to have been written, or the status says not. */
static int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "calloffer: cannot write to standard output\n");
	return status == EX_OK ? EX_IOERR : status;
}

static int
run(const struct place *place, int argc, char **argv)
{
	const struct command *c = find(argv[0]);
	char name[64];
	int status;

	if (c == NULL)
		return unknown(argv[0]);
	if (argc > 1 && is_help(argv[1])) {
		print_usage(stdout, c);
		printf("\n%s", c->help);
		return finish(EX_OK);
	}
	snprintf(name, sizeof(name), "calloffer %s", c->name);
	argv[0] = name;
	optind = 0;		/* getopt(3) starts anew */
	status = c->run(place, argc, argv);
	if (status == COMMAND_USAGE) {
		print_usage(stderr, c);
		return EX_USAGE;
	}
	return finish(status);
}

int
main(int argc, char **argv)
{
	struct place place = { CALLOFFER_SYSCONFDIR, TALK_SOCKET, 0 };
	int ch;

	setlocale(LC_ALL, "");
	if (argc > 1 && (is_help(argv[1]) || strcmp(argv[1], "help") == 0)) {
		print_all(stdout);
		return finish(EX_OK);
	}
	while ((ch = getopt(argc, argv, "+C:S:Vh")) != -1) {
		switch (ch) {
		case 'C':
			place.confdir = optarg;
			place.is_private = strcmp(optarg,
			    CALLOFFER_SYSCONFDIR) != 0;
			break;
		case 'S':
			place.socket = optarg;
			break;
		case 'V':
			printf("calloffer %s\n", CALLOFFER_VERSION);
			return finish(EX_OK);
		case 'h':
			print_all(stdout);
			return finish(EX_OK);
		default:
			fprintf(stderr, USAGE "`calloffer -h` says more\n");
			return EX_USAGE;
		}
	}
	if (optind == argc) {
		print_all(stderr);
		return EX_USAGE;
	}
	return run(&place, argc - optind, argv + optind);
}
