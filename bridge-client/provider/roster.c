#include <stdio.h>
#include <string.h>

#include "bridge-client/contract/contract.h"
#include "bridge-client/net/jwt.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/roster.h"

static void
set_conf(struct provider_conf *conf, const struct contract_provider *p,
    const struct provider *kind)
{
	conf->name = p->name;
	conf->kind = kind->name;
	conf->url = p->url;
	conf->user = p->user;
	conf->app = p->app;
	conf->trunk_pstn = p->trunk_pstn;
	conf->trunk_sip = p->trunk_sip;
	conf->prompts = p->prompts;
	conf->public_key = p->public_key;
	conf->hook_secret = p->hook_secret;
	conf->is_erasing = p->is_erasing;
	conf->calls_per_s = p->calls_per_s != 0 ? (int)p->calls_per_s :
	    kind->calls_per_s;
}

static int
read_one(struct roster *r, const struct contract *c,
    const struct contract_provider *p, const struct contract_place *at)
{
	struct provider_conf *conf = &r->conf[r->n];
	const struct provider *kind = provider_kind(p->kind);
	char *hook_url = r->hook_url[r->n];
	const char *wrong;
	char why[128];

	if (kind == NULL)
		return contract_wrong(at, p->line, "kind",
		    "there is no such kind of provider: %s", p->kind);
	if (p->password_file[0] == '\0')
		return contract_wrong(at, p->line, "password_file",
		    "is missing: no %s does anything without", kind->name);
	if (snprintf(hook_url, sizeof(r->hook_url[0]), "%s/hook/%s",
	    c->public_url, p->name) >= (int)sizeof(r->hook_url[0]))
		return contract_wrong(at, 1, "public", "too long");
	set_conf(conf, p, kind);
	conf->names = c->names;
	conf->hook_url = hook_url;
	wrong = kind->check != NULL ? kind->check(conf) : NULL;
	if (wrong != NULL)
		return contract_wrong(at, p->line, "provider", "%s: %s",
		    p->name, wrong);
	if (conf->is_erasing && kind->forget == NULL)
		return contract_wrong(at, p->line, "erase",
		    "no %s deletes records of calls", kind->name);
	if (kind->is_by_token) {
		r->jwt[r->n] = jwt_new(p->password, p->app, why, sizeof(why));
		if (r->jwt[r->n] == NULL)
			return contract_wrong(at, p->line, "password_file",
			    "%s", why);
	}
	r->provider[r->n].conf = conf;
	r->provider[r->n++].kind = kind;
	return 0;
}

/* Whose legs can be joined with whose. */
static void
set_joins(struct roster *r)
{
	struct world_provider *p, *q;
	size_t i, j;

	for (i = 0; i < r->n; i++)
		for (j = 0; j < r->n; j++) {
			p = &r->provider[i];
			q = &r->provider[j];
			if (p->kind == q->kind && p->kind->joins != NULL &&
			    p->kind->joins(p->conf, q->conf))
				p->joins = (uint8_t)(p->joins | 1u << j);
		}
}

int
roster_read(struct roster *r, const struct contract *c,
    const struct contract_place *at)
{
	size_t i;

	for (i = 0; i < contract_n_providers(c); i++)
		if (read_one(r, c, contract_provider_at(c, i), at) == -1)
			return -1;
	set_joins(r);
	return 0;
}

void
roster_clear(struct roster *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		jwt_free(r->jwt[i]);
	memset(r, 0, sizeof(*r));
}
