#ifndef ACCEPTD_CARD_H
#define ACCEPTD_CARD_H

struct buf;

/*
 * A vCard (version 3.0, RFC 2426, which every telephone reads) of a name and
 * a number; of the number only digits and plus signs are taken.
 */
void card_put(struct buf *, const char *name, const char *number);

#endif
