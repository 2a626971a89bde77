/*
 * The bodies of the verbs: the first byte chooses one; what is decoded is
 * encoded again the same.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define BOTH_WAYS(what) \
static void \
both_##what(const uint8_t *p, size_t len) \
{ \
	struct ask_##what x; \
	struct buf b; \
 \
	if (ask_get_##what(&x, p, len) != 0) \
		return; \
	buf_init(&b, len + 1); \
	ask_put_##what(&b, &x); \
	if (!buf_ok(&b) || b.len != len || memcmp(b.data, p, len) != 0) \
		abort(); \
	buf_free(&b); \
}

BOTH_WAYS(look)
BOTH_WAYS(offer)
BOTH_WAYS(check)
BOTH_WAYS(checked)
BOTH_WAYS(accept)
BOTH_WAYS(accepted)
BOTH_WAYS(watch)
BOTH_WAYS(status)
BOTH_WAYS(hook)
BOTH_WAYS(hooked)
BOTH_WAYS(list)
BOTH_WAYS(call)
BOTH_WAYS(revoke)
BOTH_WAYS(revoked)
BOTH_WAYS(test)
BOTH_WAYS(health)
BOTH_WAYS(erase)
BOTH_WAYS(erased)
BOTH_WAYS(topup)
BOTH_WAYS(topped)
BOTH_WAYS(account)
BOTH_WAYS(entries)
BOTH_WAYS(entry)
BOTH_WAYS(means)
BOTH_WAYS(way)
BOTH_WAYS(invite)
BOTH_WAYS(invited)
BOTH_WAYS(bound)
BOTH_WAYS(binding)

static void (*const each[])(const uint8_t *, size_t) = {
	both_look, both_offer, both_check, both_checked, both_accept,
	both_accepted, both_watch, both_status, both_hook, both_hooked,
	both_list, both_call, both_revoke, both_revoked, both_test,
	both_health, both_erase, both_erased, both_topup, both_topped,
	both_account, both_entries, both_entry, both_means, both_way,
	both_invite, both_invited, both_bound, both_binding
};

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	if (len > 0)
		each[p[0] % (sizeof(each) / sizeof(each[0]))](p + 1, len - 1);
	return 0;
}
