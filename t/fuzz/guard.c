/* What people type as their number: what passes is a whole number of an
 * allowed country, and read once more it is the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_good(const struct contract_account *a, const struct guard_number *n)
{
	struct guard_number again;
	char full[TEL_FULL_SIZE];

	if (n->tel.kind == TEL_NONE || strlen(n->tel.ext) > 6 ||
	    strspn(n->tel.ext, "0123456789") != strlen(n->tel.ext))
		abort();
	tel_full(&n->tel, full);
	if (n->tel.kind == TEL_E164 && (n->tel.text[0] != '+' ||
	    strspn(n->tel.text + 1, "0123456789") != strlen(n->tel.text + 1) ||
	    (strcmp(n->region, "GB") != 0 && strcmp(n->region, "US") != 0)))
		abort();
	if (n->tel.kind == TEL_SIP && strstr(n->tel.text, "@example.com") ==
	    NULL)
		abort();
	if (guard_read(a, full, "", &again) != ASK_OK ||
	    !tel_same(&n->tel, &again.tel))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static char gb[] = "GB", us[] = "US", domain[] = "example.com";
	static char *countries[] = { gb, us }, *domains[] = { domain };
	struct contract_account a = { .name = "x", .region = gb,
		.countries = { 2, countries }, .sip_domains = { 1, domains },
		.is_sip_offeree = 1 };
	struct guard_number n;
	char text[ASK_NUMBER_MAX + 1];

	if (phone_init() == -1)
		abort();
	if (len > ASK_NUMBER_MAX)
		len = ASK_NUMBER_MAX;
	memcpy(text, p, len);
	text[len] = '\0';
	if (guard_read(&a, text, "", &n) == ASK_OK)
		check_good(&a, &n);
	else if (n.tel.kind != TEL_NONE)
		abort();
	return 0;
}
