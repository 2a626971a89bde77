/* Every provider that is built in, one line each. */

#include <stddef.h>
#include <string.h>

#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/bandwidth.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx.h"
#include "bridge-client/provider/twilio.h"
#include "bridge-client/provider/vonage.h"

const struct provider *const provider_all[] = {
	&provider_ari,
	&provider_telnyx,
	&provider_twilio,
	&provider_signalwire,
	&provider_vonage,
	&provider_bandwidth,
	NULL
};

const struct provider *
provider_kind(const char *name)
{
	size_t i;

	for (i = 0; provider_all[i] != NULL; i++)
		if (strcmp(provider_all[i]->name, name) == 0)
			return provider_all[i];
	return NULL;
}
