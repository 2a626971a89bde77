#include <stddef.h>

#include "bridge-client/payer/http.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/payer/stripe.h"

const struct payer *const payer_all[] = {
	&payer_http,
	&payer_stripe,
	NULL
};
