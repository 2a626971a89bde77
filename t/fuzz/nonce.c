/* Texts that come back as a nonce or as the address of a call's page: none is
 * known but what was handed out, in its one spelling. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"

#include "bridge-client/guard/nonce.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define NOW 1800000000000LL

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const unsigned char offer[NONCE_OFFER_BYTES] = { 1 };
	static struct secret *mac;
	unsigned char key[32] = { 1 }, call[NONCE_CALL_BYTES];
	char text[ASK_NONCE_MAX + 1], again[ASK_SECRET_MAX + 1];

	if (mac == NULL && (secret_init() == -1 ||
	    (mac = secret_take(key, sizeof(key))) == NULL))
		abort();
	if (len > ASK_NONCE_MAX)
		len = ASK_NONCE_MAX;
	memcpy(text, p, len);
	text[len] = '\0';
	if (nonce_check(call, text, mac, offer, NOW) != NONCE_BAD &&
	    strlen(text) != 43)
		abort();
	if (nonce_secret_check(call, text, mac) == 0) {
		nonce_secret(again, mac, call);
		if (strcmp(again, text) != 0)
			abort();
	}
	return 0;
}
