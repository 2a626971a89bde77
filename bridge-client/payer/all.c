#include <stddef.h>

#include "bridge-client/payer.h"
#include "bridge-client/payer/http.h"

const struct payer *const payer_all[] = {
	&payer_http,
	NULL
};
