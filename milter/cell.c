/*
 * Following the tables of an HTML text, tag by tag.
 */

#include "lib/scan.h"

#include "milter/cell.h"

#define DEPTH_MAX 64		/* deeper ones have no cells */

static int
is_one_of(const char *name, size_t len, const char *const *names)
{
	for (; *names != NULL; names++)
		if (scan_is(name, len, *names))
			return 1;
	return 0;
}

/* Nearly all elements are told by their first letter to be no part of it. */
static int
may_matter(const char *name, size_t len)
{
	return len > 0 && (scan_lower((unsigned char)name[0]) == 't' ||
	    scan_lower((unsigned char)name[0]) == 'c');
}

static int
is_cell(const char *name, size_t len)
{
	static const char *const names[] = { "td", "th", "caption", NULL };

	return is_one_of(name, len, names);
}

/* Between cells: it ends one that is open. */
static int
is_frame(const char *name, size_t len)
{
	static const char *const names[] = { "tr", "tbody", "thead", "tfoot",
	    "col", "colgroup", NULL };

	return is_one_of(name, len, names);
}

static void
set(struct cell *c, int is_in)
{
	uint64_t bit;

	if (c->depth == 0 || c->depth > DEPTH_MAX)
		return;
	bit = UINT64_C(1) << (c->depth - 1);
	c->is_in = is_in ? c->is_in | bit : c->is_in & ~bit;
}

void
cell_start(struct cell *c, const char *name, size_t len)
{
	if (!may_matter(name, len))
		return;
	if (scan_is(name, len, "table")) {
		/* One right in another ends that. */
		if (cell_fits(c))
			c->depth++;
		set(c, 0);
	} else if (is_cell(name, len)) {
		set(c, 1);
	} else if (is_frame(name, len)) {
		set(c, 0);
	}
}

void
cell_end(struct cell *c, const char *name, size_t len)
{
	if (!may_matter(name, len))
		return;
	if (scan_is(name, len, "table")) {
		if (c->depth > 0)
			c->depth--;
	} else if (is_cell(name, len) || is_frame(name, len)) {
		set(c, 0);
	}
}

int
cell_fits(const struct cell *c)
{
	return c->depth == 0 || (c->depth <= DEPTH_MAX &&
	    (c->is_in >> (c->depth - 1) & 1));
}
