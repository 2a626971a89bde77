/* Which hosts and addresses are of a private network. */
#include <sys/socket.h>
#include <sys/types.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "bridge-client/guard/private.h"

#include "t/tap.h"

static const struct { const char *host; int want; } names[] = {
	{ "localhost", 1 }, { "desk", 1 }, { "desk.", 1 }, { "", 1 },
	{ "pbx.local", 1 }, { "PBX.LOCAL", 1 }, { "pbx.local.", 1 },
	{ "a.b.internal", 1 }, { "x.localhost", 1 }, { "x.home.arpa", 1 },
	{ "x.lan", 1 }, { "a.localdomain", 1 },
	{ "example.com", 0 }, { "local.example.com", 0 }, { "x.nolan", 0 },
	{ "internal.net", 0 }, { "sub.example.com.", 0 },
};

static const struct { const char *address; int want; } addresses[] = {
	{ "0.0.0.0", 1 }, { "10.1.2.3", 1 }, { "100.64.0.1", 1 },
	{ "100.127.255.255", 1 }, { "127.0.0.1", 1 }, { "127.255.0.1", 1 },
	{ "169.254.169.254", 1 }, { "172.16.0.1", 1 }, { "172.31.9.9", 1 },
	{ "192.168.1.1", 1 }, { "192.0.2.1", 1 }, { "198.19.0.1", 1 },
	{ "224.0.0.1", 1 }, { "240.0.0.1", 1 }, { "255.255.255.255", 1 },
	{ "9.255.255.255", 0 }, { "11.0.0.1", 0 }, { "100.63.255.255", 0 },
	{ "100.128.0.1", 0 }, { "172.15.0.1", 0 }, { "172.32.0.1", 0 },
	{ "192.167.0.1", 0 }, { "8.8.8.8", 0 }, { "223.255.255.255", 0 },
	{ "::", 1 }, { "::1", 1 }, { "fe80::1", 1 }, { "fc00::1", 1 },
	{ "fdff::1", 1 }, { "ff02::1", 1 }, { "2001:db8::1", 1 },
	{ "2001::1", 1 }, { "::ffff:127.0.0.1", 1 },
	{ "::ffff:10.0.0.1", 1 }, { "64:ff9b::192.168.0.1", 1 },
	{ "2002:7f00:1::", 1 }, { "2002:c0a8:101::", 1 },
	{ "2a00:1450::1", 0 }, { "2606:4700::1111", 0 },
	{ "::ffff:8.8.8.8", 0 }, { "64:ff9b::8.8.8.8", 0 },
	{ "2002:808:808::", 0 }, { "2001:4860:4860::8888", 0 },
};

static int
is_private(const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return private_is_address((struct sockaddr *)&in);
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
		return -1;
	return private_is_address((struct sockaddr *)&in6);
}

int
main(void)
{
	struct sockaddr local = { .sa_family = AF_UNIX };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_int(private_is_name(names[i].host), names[i].want,
		    "the name \"%s\"", names[i].host);
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		is_int(is_private(addresses[i].address), addresses[i].want,
		    "%s", addresses[i].address);
	is_int(private_is_address(&local), 1, "what is no address at all");
	is_int(private_resolves("localhost"), 1, "this machine");
	is_int(private_resolves("nobody.invalid"), 0, "no such host");
	return tap_done();
}
