#include <stdio.h>

#include "bridge-client/journal/ledger.h"

#define REVENUE "revenue"

int64_t
ledger_available(const struct ledger_account *a)
{
	return a->credits - a->debits - a->debits_held;
}

void
ledger_customer(char dst[LEDGER_NAME_MAX + 1], const char *name)
{
	snprintf(dst, LEDGER_NAME_MAX + 1, "customer:%s", name);
}

void
ledger_cash(char dst[LEDGER_NAME_MAX + 1], const char *name)
{
	snprintf(dst, LEDGER_NAME_MAX + 1, "cash:%s", name);
}

const char *
ledger_word(enum ledger_kind kind)
{
	static const char *const words[LEDGER_KINDS] = {
		[LEDGER_TOPUP] = "top-up", [LEDGER_HOLD] = "hold",
		[LEDGER_CAPTURE] = "call", [LEDGER_RELEASE] = "release",
		[LEDGER_EXPIRE] = "expired"
	};

	return kind > 0 && kind < LEDGER_KINDS ? words[kind] : "?";
}
