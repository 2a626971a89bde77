/* X-Forwarded-For, and the head of a request as it reaches our code. */

#include <stdlib.h>
#include <string.h>

#include "acceptd/client.h"
#include "acceptd/strict.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct client_nets nets = { .is_unix_trusted = 1 };
	char text[1024], prefix[ASK_CLIENT_MAX + 1];
	struct strict s;
	char *half;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	if (client_nets_add(&nets, "10.0.0.0/8") < 0)
		abort();
	client_prefix(prefix, NULL, text, &nets);
	if (prefix[0] == '\0')
		abort();
	(void)!client_nets_add(&nets, text);
	half = strchr(text, '\n');
	if (half != NULL)
		*half++ = '\0';
	strict_begin(&s, "HTTP/1.1", half != NULL ? half : text);
	strict_header(&s, text, half);
	strict_header(&s, half != NULL ? half : "", text);
	if (strict_is_good(&s) && s.n_host != 1)
		abort();
	return 0;
}
