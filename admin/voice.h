#ifndef ADMIN_VOICE_H
#define ADMIN_VOICE_H

#include <stddef.h>

/*
 * Offerors' names as recordings (lib/spoken.h): what a speech synthesiser makes
 * of them, or a file that the table names.
 *
 * The synthesiser is a program that is run as espeak-ng is, without a shell:
 * PROGRAM -v LANGUAGE -w FILE.wav -- NAME
 */
struct voice {
	const char	*dir;
	const char	*program;	/* NULL: nothing is rendered */
	int		 is_anew;	/* also what is there already */
};

enum voice_result {
	VOICE_GOOD,
	VOICE_THERE,		/* rendered before, and left */
	VOICE_UNREAD,		/* in signs that no synthesiser here reads out:
				   it wants a recording */
	VOICE_NO_PROGRAM,	/* it is not here, or none is wished for */
	VOICE_BAD		/* `why` says what */
};

/* Whose name, how its language is called, and its recording or "". */
struct voice_name {
	const char	*name, *lang, *sound;
};

/* Is the recording one that can be used?  Reads it, and writes nothing. */
enum voice_result voice_check(const char *sound, char *why, size_t size);
/* Puts the file there, complete or not at all. */
enum voice_result voice_put(const struct voice *, const struct voice_name *,
    char *why, size_t size);

#endif
