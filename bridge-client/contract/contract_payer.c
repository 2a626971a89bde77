#include <stddef.h>
#include <string.h>

#include "lib/secret.h"

#include "bridge-client/contract/contract_payer.h"

/* Is this the whole of what stands before the port or the path? */
static int
is_host(const char *v, const char *base)
{
	size_t n = strlen(base);

	return strncmp(v, base, n) == 0 && strchr(":/", v[n]) != NULL;
}

static const char *
check_url(const char *v)
{
	size_t n = strlen(v);

	if (strncmp(v, "https://", 8) != 0 &&
	    !is_host(v, "http://127.0.0.1") && !is_host(v, "http://[::1]"))
		return "give an address that begins with https://; with "
		    "http:// only one of this machine, 127.0.0.1 or [::1]";
	if (v[n - 1] == '/' || strpbrk(v, " ?#") != NULL)
		return "give an address without a query and without a slash "
		    "at its end";
	return NULL;
}

static const char *
check_path(const char *v)
{
	return v[0] == '\0' || v[0] == '/' ? NULL :
	    "give a path that begins with /";
}

#define AT(field)	offsetof(struct contract_payer, field)
#define STRING(at, name, def, check) \
	{ name, CONF_STRING, at, 0, 0, def, NULL, 0, check }

const struct conf_key contract_payer_keys[] = {
	STRING(AT(kind), "kind", NULL, NULL),
	STRING(AT(url), "url", NULL, check_url),
	STRING(AT(secret_file), "secret_file", NULL, check_path),
	STRING(AT(hook_secret_file), "hook_secret_file", "", check_path),
	STRING(AT(ca_file), "ca_file", "", check_path),
	{ "connect", CONF_DURATION, AT(connect_s), 1, 60, "5s", NULL, 0,
	    NULL },
	{ NULL, CONF_STRING, 0, 0, 0, NULL, NULL, 0, NULL }
};

int
contract_payer_differs(const struct conf_sections *a,
    const struct conf_sections *b)
{
	const struct contract_payer *p, *q;
	size_t i;

	if (a->n != b->n)
		return 1;
	for (i = 0; i < a->n; i++) {
		p = a->section[i].data;
		q = b->section[i].data;
		if (strcmp(a->section[i].title, b->section[i].title) != 0 ||
		    strcmp(p->kind, q->kind) != 0 ||
		    strcmp(p->url, q->url) != 0 ||
		    strcmp(p->secret_file, q->secret_file) != 0 ||
		    strcmp(p->hook_secret_file, q->hook_secret_file) != 0 ||
		    strcmp(p->ca_file, q->ca_file) != 0 ||
		    p->connect_s != q->connect_s)
			return 1;
	}
	return 0;
}

void
contract_payer_free(struct conf_sections *s)
{
	struct contract_payer *p;
	size_t i;

	for (i = 0; i < s->n; i++) {
		p = s->section[i].data;
		secret_free(p->secret);
		secret_free(p->hook_secret);
	}
}
