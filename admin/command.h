#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

/*
 * A subcommand of calloffer: one constant in a room of its own, registered on
 * one line in main.
 */
struct place {
	const char	*confdir;	/* where the configuration is */
	const char	*socket;	/* where the bridge answers us */
	int		 is_private;	/* not the installation's own: programs
					   are run as who runs this */
};

struct command {
	const char	*name;
	const char	*synopsis;	/* what follows the name */
	const char	*summary;	/* one line for the list of all */
	const char	*help;		/* what -h says below the synopsis */
	/* argv[0] is "calloffer NAME".  An exit status of sysexits(3), or
	   COMMAND_USAGE: the arguments are wrong, main says how it goes. */
	int		(*run)(const struct place *, int argc, char **argv);
};

#define COMMAND_USAGE (-1)

#endif
