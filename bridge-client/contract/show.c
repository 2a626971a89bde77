/*
 * show: what the configuration says that is no secret.
 */
#include <stdio.h>
#include <string.h>

#include "lib/key.h"

#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/phone.h"
#include "bridge-client/guard/unseal.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/contract/show.h"

static void
show_scope(const char *id, const char *what, const struct conf_list *patterns)
{
	size_t i;

	for (i = 0; i < patterns->n; i++)
		printf("scope %s %s %s\n", id, what, patterns->item[i]);
}

static void
show_key(const struct contract_key *k)
{
	char id[KEY_ID_HEX];

	key_id_hex(k->id, id);
	printf("verify %s %s\n", id, k->state_word);
	printf("grants %s %lld %lld\n", id, (long long)k->max_uses,
	    (long long)k->max_lifetime_s);
	show_scope(id, "accounts", &k->accounts);
	show_scope(id, "from_domains", &k->from_domains);
	show_scope(id, "destinations", &k->destinations);
}

/* What it may ring, as patterns; the guard refuses some of it still. */
static void
show_account(const struct contract_account *a)
{
	size_t i;

	printf("account %s\n", a->name);
	if (a->countries.n == 0)
		printf("rings %s countries +%d*\n", a->name,
		    phone_country_code(a->region));
	for (i = 0; i < a->countries.n; i++)
		printf("rings %s countries +%d*\n", a->name,
		    phone_country_code(a->countries.item[i]));
	for (i = 0; i < a->sip_domains.n; i++)
		printf("rings %s sip_domains %s\n", a->name,
		    a->sip_domains.item[i]);
}

static int
is_paid_for(const struct contract *c, const char *provider)
{
	const struct conf_sections *s = &c->account_sections;
	const struct contract_account *a;
	size_t i, j;

	for (i = 0; i < s->n; i++) {
		a = s->section[i].data;
		for (j = 0; a->payer[0] != '\0' && j < a->providers.n; j++)
			if (strcmp(a->providers.item[j], provider) == 0)
				return 1;
	}
	return 0;
}

static void
show_provider(const struct contract *c, const struct contract_provider *p)
{
	const struct provider *kind = provider_kind(p->kind);

	printf("provider %s %s\n", p->name, p->kind);
	if (kind != NULL && !kind->is_heard_talking && is_paid_for(c, p->name))
		printf("unheard %s\n", p->name);
}

void
show_facts(const struct contract *c, const struct unseal *unseal)
{
	const struct contract_provider *p;
	const struct contract_key *k;
	const unsigned char *key;
	char id[KEY_ID_HEX];
	int64_t life_s = 0;
	size_t i;

	printf("url %s\n", c->public_url);
	printf("face %s\n", c->face.path);
	printf("admin %s\n", c->admin.path);
	printf("journal %s\n", c->journal);
	for (i = 0; i < c->key_sections.n; i++) {
		k = c->key_sections.section[i].data;
		life_s = k->max_lifetime_s > life_s ? k->max_lifetime_s :
		    life_s;
		show_key(k);
	}
	printf("lifetime %lld\n", (long long)life_s);
	for (i = 0; (key = unseal_id(unseal, i)) != NULL; i++) {
		key_id_hex(key, id);
		printf("unseal %s %s\n", id, c->unseal_keys.item[i]);
	}
	for (i = 0; i < c->account_sections.n; i++)
		show_account(c->account_sections.section[i].data);
	for (i = 0; (p = contract_provider_at(c, i)) != NULL; i++)
		show_provider(c, p);
}

int
show_accounts(const struct contract *c, const char *name)
{
	const struct conf_sections *s = &c->account_sections;
	int n = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (name != NULL && strcmp(name, s->section[i].title) != 0)
			continue;
		contract_print_account(s->section[i].data);
		n++;
	}
	return n > 0 || name == NULL ? 0 : -1;
}
