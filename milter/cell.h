#ifndef MILTER_CELL_H
#define MILTER_CELL_H

#include <stddef.h>
#include <stdint.h>

/*
 * The tables of an HTML text, as far as to say whether a block may stand at a
 * place: outside of every table, or in a cell.  Elsewhere a browser moves it
 * out in front, and a table in it ends the one around it (HTML living
 * standard, 13.2.6.4.9).
 */
struct cell {
	size_t		depth;		/* tables that are open */
	uint64_t	is_in;		/* by depth: in a cell or caption */
};

/* All zeros: outside of every table.  The name of a tag, in any case. */
void cell_start(struct cell *, const char *name, size_t);
void cell_end(struct cell *, const char *name, size_t);

int cell_fits(const struct cell *);

#endif
