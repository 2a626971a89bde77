#ifndef MILTER_MESSAGE_H
#define MILTER_MESSAGE_H

#include <stddef.h>

#include "milter/splice.h"

struct site;

/*
 * One message on its way through the milter: fed with what the MTA says, it
 * says what is to be done.  Knows neither libmilter nor sockets; the offline
 * modes run the same code.
 *
 *	message_begin(), message_login() ...	envelope
 *	message_header()			each field, as it stands
 *	message_header_end()			WANTS_BODY, or a verdict
 *	message_body()				each piece
 *	message_end()				a verdict
 *	message_log()				one line
 *
 * A message is used by one thread at a time, and again after each
 * message_begin().
 */
struct message;

enum message_step {
	MESSAGE_ACCEPT,		/* as it is, nothing more is wanted of it */
	MESSAGE_WANTS_BODY,	/* go on, to the end */
	MESSAGE_EDIT,		/* deletions, and perhaps a new body */
	MESSAGE_REFUSE,		/* message_reply() says how */
	MESSAGE_TEMPFAIL	/* ours; the sender shall try again */
};

/* NULL when out of memory. */
struct message *message_new(void);
void message_free(struct message *);	/* NULL is fine */

/* Forgets what was before.  Holds the site until it ends or begins anew. */
void message_begin(struct message *, struct site *);
/* Gives back the body and the site: between two messages of a session. */
void message_clear(struct message *);

/* All strings are copied.  Addresses with or without their angle brackets. */
void message_login(struct message *, const char *login);
void message_trust(struct message *);
void message_sender(struct message *, const char *address);
void message_recipient(struct message *, const char *address);
void message_header(struct message *, const char *name, const char *value);
enum message_step message_header_end(struct message *);
void message_body(struct message *, const unsigned char *, size_t);
enum message_step message_end(struct message *);

/*
 * MESSAGE_EDIT, first: the fields to be deleted, the index counted from 1
 * among those of that name, in the order in which they are to be deleted (both
 * Postfix's and Sendmail's way of counting comes out right).  0 at the end.
 */
struct message_deletion {
	const char	*name;
	int		 index;
};
int message_deletion(const struct message *, size_t i,
    struct message_deletion *);

/*
 * MESSAGE_EDIT, then: a field that gets another value.  0: none does.
 */
struct message_change {
	const char	*name;
	int		 index;
	const char	*value;		/* as message_header() got it */
};
int message_change(const struct message *, struct message_change *);

/*
 * MESSAGE_EDIT, last: the new body, piece by piece, until 0.  None at all when
 * the body stays as it is.  A piece is valid until the next call.  -1: it
 * cannot be read again from where it was spooled.
 */
struct message_piece {
	const unsigned char	*bytes;
	size_t			 len;
};
struct message_cursor {		/* all zeros: at the beginning */
	struct splice_cursor	next;
	struct splice_piece	rest;
};
int message_piece(struct message *, struct message_cursor *,
    struct message_piece *);

/* MESSAGE_REFUSE: the three parts of an SMTP reply, printable ASCII. */
struct message_reply {
	const char	*code;		/* "550" */
	const char	*status;	/* "5.7.1" */
	char		 text[300];
};
void message_reply(const struct message *, struct message_reply *);

/* `id`: the queue id, "NOQUEUE" where none is known. */
void message_log(const struct message *, const char *id);

#endif
