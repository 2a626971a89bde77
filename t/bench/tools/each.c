/*
 * The bridge with one commit for each acceptance: the turn ends with it.
 * Linked into the shipped program by the linker's --wrap.
 */
#include "bridge-client/call/driver.h"

int __real_driver_accept(struct driver *, const struct acceptance *,
    driver_accepted_fn *, void *);
int __wrap_driver_accept(struct driver *, const struct acceptance *,
    driver_accepted_fn *, void *);

int
__wrap_driver_accept(struct driver *d, const struct acceptance *acc,
    driver_accepted_fn *fn, void *ctx)
{
	int status = __real_driver_accept(d, acc, fn, ctx);

	if (status == 0)
		driver_turn_end(d);
	return status;
}
